#include "overlord/base/time.hpp"

#include <time.h>

#include <chrono>
#include <cstdio>
#include <limits>

namespace overlord {
namespace {

__extension__ using Int128 = __int128;  // the standard name is a GNU extension

Error bad_syntax(std::string_view text) {
    // The text comes from a peer: only its beginning is repeated.
    return Error{"time.syntax",
                 "not an RFC 3339 time: \"" + std::string(text.substr(0, 40)) + "\""};
}

Error bad_range(std::string_view text) {
    return Error{"time.range", "time out of range: \"" + std::string(text.substr(0, 40)) + "\""};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number that `count` digits at `position` write; -1 if there is anything else.
int digits_at(std::string_view text, std::size_t position, std::size_t count) {
    if (position + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = position; i < position + count; ++i) {
        if (!is_digit(text[i])) return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool char_at(std::string_view text, std::size_t position, char upper) {
    if (position >= text.size()) return false;
    const char c = text[position];
    return c == upper || (upper >= 'A' && c == upper - 'A' + 'a');
}

struct Fraction {
    std::int64_t ns = 0;
    std::size_t length = 0;  // with its dot; 0 where there is none
    bool valid = true;
};

Fraction fraction_at(std::string_view text, std::size_t position) {
    if (position >= text.size() || text[position] != '.') return {};
    Fraction fraction;
    std::size_t end = position + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::size_t digits = end - position - 1;
    fraction.length = digits + 1;
    fraction.valid = digits >= 1 && digits <= 9;
    if (!fraction.valid) return fraction;
    for (std::size_t i = 0; i < 9; ++i) {
        fraction.ns = fraction.ns * 10 + (i < digits ? text[position + 1 + i] - '0' : 0);
    }
    return fraction;
}

// Seconds east of UTC that "Z" or "+hh:mm" at the end of the text stands for.
Result<std::int64_t> offset_at(std::string_view text, std::size_t position) {
    if (char_at(text, position, 'Z') && position + 1 == text.size()) return std::int64_t{0};
    if (position + 6 != text.size() || text[position + 3] != ':') return bad_syntax(text);
    const char sign = text[position];
    const int hours = digits_at(text, position + 1, 2);
    const int minutes = digits_at(text, position + 4, 2);
    if ((sign != '+' && sign != '-') || hours < 0 || minutes < 0) return bad_syntax(text);
    if (hours > 23 || minutes > 59) return bad_range(text);
    const std::int64_t seconds = hours * 3600 + minutes * 60;
    return sign == '+' ? seconds : -seconds;
}

// A leap second is only ever inserted at the end of a UTC month.
bool is_first_instant_of_month(std::int64_t seconds) {
    if (seconds % 86400 != 0) return false;
    const std::chrono::sys_days day{std::chrono::days{seconds / 86400}};
    return std::chrono::year_month_day{day}.day() == std::chrono::day{1};
}

class SystemClock final : public Clock {
public:
    TimeNs now() override { return read(CLOCK_REALTIME); }
    TimeNs monotonic() override { return read(CLOCK_MONOTONIC); }

private:
    static TimeNs read(clockid_t id) {
        timespec time{};
        OVERLORD_ASSERT(clock_gettime(id, &time) == 0);
        return time.tv_sec * kSecondNs + time.tv_nsec;
    }
};

}  // namespace

Result<TimeNs> parse_rfc3339(std::string_view text) {
    const int year = digits_at(text, 0, 4);
    const int month = digits_at(text, 5, 2);
    const int day = digits_at(text, 8, 2);
    const int hour = digits_at(text, 11, 2);
    const int minute = digits_at(text, 14, 2);
    const int second = digits_at(text, 17, 2);
    const bool digits =
        year >= 0 && month >= 0 && day >= 0 && hour >= 0 && minute >= 0 && second >= 0;
    const bool separators = char_at(text, 4, '-') && char_at(text, 7, '-') &&
                            char_at(text, 10, 'T') && char_at(text, 13, ':') &&
                            char_at(text, 16, ':');
    if (!digits || !separators) return bad_syntax(text);
    const Fraction fraction = fraction_at(text, 19);
    if (!fraction.valid) return bad_syntax(text);
    const Result<std::int64_t> offset = offset_at(text, 19 + fraction.length);
    if (!offset) return offset.error();

    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad_range(text);
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - *offset;
    if (second == 60 && !is_first_instant_of_month(seconds)) return bad_range(text);

    const Int128 ns = Int128{seconds} * kSecondNs + fraction.ns;
    if (ns < std::numeric_limits<TimeNs>::min() || ns > std::numeric_limits<TimeNs>::max()) {
        return bad_range(text);
    }
    return static_cast<TimeNs>(ns);
}

std::string format_rfc3339(TimeNs time) {
    std::int64_t seconds = time / kSecondNs;
    std::int64_t ns = time % kSecondNs;
    if (ns < 0) {
        ns += kSecondNs;
        --seconds;
    }
    const auto days = std::chrono::floor<std::chrono::days>(std::chrono::seconds{seconds});
    const std::chrono::year_month_day date{std::chrono::sys_days{days}};
    const auto of_day = static_cast<int>(seconds - days.count() * std::int64_t{86400});
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", int{date.year()},
                  unsigned{date.month()}, unsigned{date.day()}, of_day / 3600, of_day / 60 % 60,
                  of_day % 60);
    std::string text = buffer;
    if (ns != 0) {
        std::snprintf(buffer, sizeof buffer, ".%09d", static_cast<int>(ns));
        const std::size_t digits = ns % 1'000'000 == 0 ? 3 : ns % 1'000 == 0 ? 6 : 9;
        text.append(buffer, digits + 1);
    }
    text.push_back('Z');
    return text;
}

Clock& system_clock() {
    static SystemClock clock;
    return clock;
}

}  // namespace overlord
