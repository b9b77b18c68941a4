#include "series.hpp"

#include <charconv>

namespace overlord::workbench {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

Error unreadable(std::string_view word, std::string_view why) {
    return {"feed.series", "series: " + std::string(word) + ": " + std::string(why)};
}

// What is repeated, and how often: the last x that digits follow to the end says it.
struct Repeated {
    std::string_view value;
    std::size_t times = 1;
};

Result<Repeated> repeated(std::string_view word, std::size_t most) {
    const std::size_t x = word.rfind('x');
    if (x == word.npos || x == 0 || !is_digits(word.substr(x + 1))) return Repeated{word, 1};
    Repeated made{word.substr(0, x), 0};
    const std::string_view count = word.substr(x + 1);
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), made.times);
    if (error != std::errc() || made.times == 0 || made.times > most)
        return unreadable(word, "is repeated 1 to " + std::to_string(most) + " times");
    return made;
}

// "1+2" or "5-0.5": where the sign stands between two numbers, else npos.
std::size_t step_sign(std::string_view value) {
    for (std::size_t at = 1; at + 1 < value.size(); ++at) {
        if (value[at] != '+' && value[at] != '-') continue;
        if (value[at - 1] == 'e' || value[at - 1] == 'E') continue;
        if (Number::parse_json(value.substr(0, at)) && Number::parse_json(value.substr(at + 1)))
            return at;
    }
    return value.npos;
}

void count_up(std::string_view value, std::size_t sign, std::size_t times,
              std::vector<SeriesValue>& values) {
    Number current = Number::parse_json(value.substr(0, sign)).value();
    const Number step = Number::parse_json(value.substr(sign + 1)).value();
    for (std::size_t i = 0; i < times; ++i) {
        values.emplace_back(current.to_decimal());
        current = value[sign] == '+' ? current + step : current - step;
    }
}

}  // namespace

Result<std::vector<SeriesValue>> parse_series(std::string_view text, std::size_t most) {
    std::vector<SeriesValue> values;
    for (std::size_t at = text.find_first_not_of(kBlanks); at < text.size();
         at = text.find_first_not_of(kBlanks, at)) {
        const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
        const std::string_view word = text.substr(at, end - at);
        at = end;
        const Result<Repeated> run = repeated(word, most);
        if (!run) return run.error();
        if (values.size() + run->times > most)
            return unreadable(word, "a feed has at most " + std::to_string(most) + " events");
        const std::size_t sign = step_sign(run->value);
        if (sign != run->value.npos) {
            count_up(run->value, sign, run->times, values);
        } else if (run->value == "_") {
            values.insert(values.end(), run->times, std::nullopt);
        } else {
            values.insert(values.end(), run->times, std::string(run->value));
        }
    }
    if (values.empty()) return Error{"feed.series", "series: there is no value in it"};
    return values;
}

}  // namespace overlord::workbench
