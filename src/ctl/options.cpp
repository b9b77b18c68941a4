#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace overlord::ctl {
namespace {

Error usage(std::string message) {
    return Error{"usage", std::move(message)};
}

const OptionSpec* find_option(std::span<const OptionSpec> known, std::string_view name) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const OptionSpec& spec) { return spec.name == name; });
    return found == known.end() ? nullptr : &*found;
}

Error unknown_option(std::span<const OptionSpec> known, const std::string& name) {
    std::vector<std::string_view> names;
    for (const OptionSpec& spec : known) names.push_back(spec.name);
    const std::string near = nearest_word(name, names);
    return usage("option " + name + " is not known" +
                 (near.empty() ? "" : " (did you mean " + near + "?)"));
}

// Levenshtein distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

Result<Options> Options::parse(std::span<const OptionSpec> known,
                               std::span<const std::string> arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--") {
            options.operands_.insert(options.operands_.end(),
                                     arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                     arguments.end());
            break;
        }
        if (argument.size() < 2 || argument[0] != '-') {
            options.operands_.push_back(argument);
            continue;
        }
        const std::size_t equals = argument.starts_with("--") ? argument.find('=') : argument.npos;
        const std::string name = argument.substr(0, equals);
        const OptionSpec* spec = find_option(known, name);
        if (spec == nullptr) return unknown_option(known, name);
        std::string value;
        if (equals != argument.npos) {
            if (spec->value.empty()) return usage("option " + name + " takes no value");
            value = argument.substr(equals + 1);
        } else if (!spec->value.empty()) {
            if (++i == arguments.size()) {
                return usage("option " + name + " needs a value: " + name + " " +
                             std::string(spec->value));
            }
            value = arguments[i];
        }
        options.given_.emplace_back(name, std::move(value));
    }
    return options;
}

bool Options::has(std::string_view name) const {
    return value(name).has_value();
}

std::optional<std::string> Options::value(std::string_view name) const {
    const auto found = std::find_if(given_.rbegin(), given_.rend(),
                                    [&](const auto& given) { return given.first == name; });
    if (found == given_.rend()) return std::nullopt;
    return found->second;
}

std::string Options::value_or(std::string_view name, std::string_view otherwise) const {
    return value(name).value_or(std::string(otherwise));
}

std::vector<std::string> Options::values(std::string_view name) const {
    std::vector<std::string> all;
    for (const auto& [given, value] : given_) {
        if (given == name) all.push_back(value);
    }
    return all;
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (text.empty() || error != std::errc() || rest != end || count < least || count > most) {
        return usage("\"" + std::string(text) + "\" is not a number from " + std::to_string(least) +
                     " to " + std::to_string(most));
    }
    return count;
}

Result<DurationNs> parse_duration(std::string_view text) {
    constexpr std::pair<std::string_view, DurationNs> kUnits[] = {{"ms", kSecondNs / 1000},
                                                                  {"s", kSecondNs},
                                                                  {"m", kMinuteNs},
                                                                  {"h", kHourNs},
                                                                  {"d", kDayNs}};
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    for (const auto& [unit, length] : kUnits) {
        if (text.substr(digits) != unit) continue;
        const Result<std::uint64_t> count = parse_count(text.substr(0, digits), 1, 100'000'000);
        const auto most = static_cast<std::uint64_t>(INT64_MAX / length);
        if (!count || *count > most) break;
        return static_cast<DurationNs>(*count) * length;
    }
    return usage("\"" + std::string(text) + "\" is not a duration such as 250ms, 1s, 5m, 2h or 1d");
}

Result<HostPort> parse_host_port(std::string_view text) {
    const Error bad{"usage", "\"" + std::string(text) + "\" is not HOST:PORT"};
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos || colon == 0) return bad;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (!parse_count(port, 1, 65535)) return bad;
    if (host.front() == '[' && host.back() == ']' && host.size() > 2) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != host.npos) {
        return bad;
    }
    return HostPort{std::string(host), std::string(port)};
}

std::string nearest_word(std::string_view word, std::span<const std::string_view> known) {
    std::string nearest;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace overlord::ctl
