// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time), and RFC 3339 text.
// No locale, no time zone database, no double: an instant is an integer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/result.hpp"

namespace overlord {

using TimeNs = std::int64_t;      // an instant; 1677-09-21 to 2262-04-11
using DurationNs = std::int64_t;  // a span

inline constexpr DurationNs kSecondNs = 1'000'000'000;
inline constexpr DurationNs kMinuteNs = 60 * kSecondNs;
inline constexpr DurationNs kHourNs = 60 * kMinuteNs;
inline constexpr DurationNs kDayNs = 24 * kHourNs;

// RFC 3339 section 5.6: date-time with Z or a numeric offset and up to 9 fractional digits, kept
// exactly. A leap second (:60) reads as the following second. Codes: time.syntax, time.range.
[[nodiscard]] Result<TimeNs> parse_rfc3339(std::string_view text);

// Always UTC with Z; fraction of 0, 3, 6 or 9 digits, the shortest that is exact.
[[nodiscard]] std::string format_rfc3339(TimeNs time);

// The wall clock is injected, so that tests, imports and replays bring their own.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimeNs now() = 0;        // CLOCK_REALTIME
    [[nodiscard]] virtual TimeNs monotonic() = 0;  // CLOCK_MONOTONIC, for timeouts only
};

[[nodiscard]] Clock& system_clock();

}  // namespace overlord
