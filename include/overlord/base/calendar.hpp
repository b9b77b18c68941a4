// Days, months and working time: the one source behind windows of calendar periods, working time
// between events and the calendar predicates of rules (docs/rules/reference.md).
//
// A calendar has a fixed offset from UTC and knows no summer time: there is no time zone database
// here, because one that changes changes verdicts. Dates are those of the proleptic Gregorian
// calendar. Plain values, any thread; C++17, because src/prolog includes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlord {

struct CivilDate {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;
};

// Days since 1970-01-01.
using DayNumber = std::int64_t;
[[nodiscard]] DayNumber day_number(CivilDate date);  // of a date that exists
[[nodiscard]] CivilDate civil_date(DayNumber day);
[[nodiscard]] std::string format_date(DayNumber day);  // "2026-12-25"
// "2026-12-25"; nothing where there is no such date.
[[nodiscard]] std::optional<DayNumber> parse_date(std::string_view text);

// An RFC 3339 time, as time.hpp reads it.
[[nodiscard]] std::optional<std::int64_t> parse_instant(std::string_view text);

// Working time of one weekday: minutes of the day, 0 <= from < to <= 1440.
struct WorkHours {
    int weekday = 0;  // 0 Monday to 6 Sunday
    int from_minute = 0;
    int to_minute = 1440;
};

enum class Period { kDay, kWeek, kMonth, kQuarter, kYear };  // weeks begin on Monday

class Calendar {
public:
    // UTC, where all time is working time.
    Calendar();
    // `offset_minutes` east of UTC, less than a day either way. Hours of one weekday do not
    // overlap; without any, all time but holidays is working time. Holidays have no working time.
    Calendar(int offset_minutes, std::vector<WorkHours> hours, std::vector<DayNumber> holidays);

    [[nodiscard]] DayNumber day_of(std::int64_t ns) const;
    [[nodiscard]] CivilDate date_of(std::int64_t ns) const { return civil_date(day_of(ns)); }

    // The period that holds `ns`: its first instant, and the first one behind it. An end beyond the
    // year 2262 is the greatest instant.
    [[nodiscard]] std::int64_t start_of(Period period, std::int64_t ns) const;
    [[nodiscard]] std::int64_t end_of(Period period, std::int64_t ns) const;

    // Working time in [from, to), ns; negative where `to` is before `from`.
    [[nodiscard]] std::int64_t working_time(std::int64_t from, std::int64_t to) const;
    // The first instant t with working_time(from, t) = `working`, which is at least 0; nothing
    // beyond the year 2262. The first instant with more is after_working_time(from, working + 1).
    [[nodiscard]] std::optional<std::int64_t> after_working_time(std::int64_t from,
                                                                 std::int64_t working) const;

    // Working days after the day of `from`, up to that of `to`; negative where that is before.
    [[nodiscard]] std::int64_t working_days(std::int64_t from, std::int64_t to) const;
    // The end of the `count`-th working day after the day of `from`; of that day itself for 0.
    [[nodiscard]] std::optional<std::int64_t> after_working_days(std::int64_t from,
                                                                 std::int64_t count) const;

    [[nodiscard]] std::int64_t days_between(std::int64_t from, std::int64_t to) const;
    // Whole months between the two dates: of 31 January and 28 February one, as below.
    [[nodiscard]] std::int64_t months_between(std::int64_t from, std::int64_t to) const;
    // The same time of the day so many days or months later; a day that the month does not have
    // becomes its last one.
    [[nodiscard]] std::optional<std::int64_t> after_days(std::int64_t from,
                                                         std::int64_t count) const;
    [[nodiscard]] std::optional<std::int64_t> after_months(std::int64_t from,
                                                           std::int64_t count) const;

    // Of those that are listed: of later days it is not known that they are none.
    [[nodiscard]] std::optional<DayNumber> last_holiday() const;

    // Equal for two calendars exactly when they are the same.
    [[nodiscard]] std::string spelling() const;

private:
    struct Local {
        DayNumber day;
        std::int64_t ns;  // of the day
    };
    [[nodiscard]] Local local(std::int64_t ns) const;
    [[nodiscard]] std::optional<std::int64_t> instant(DayNumber day, std::int64_t ns) const;
    [[nodiscard]] std::int64_t begin_of(DayNumber day) const;  // the nearest instant there is
    void sum_week();
    void sum_holidays();
    [[nodiscard]] std::size_t holidays_before(DayNumber day) const;
    // Before a day, counted from a Monday.
    [[nodiscard]] std::int64_t working_before(DayNumber day) const;
    [[nodiscard]] std::int64_t days_before(DayNumber day) const;
    [[nodiscard]] std::int64_t working_until(std::int64_t ns) const;

    std::int64_t offset_ = 0;  // ns
    std::vector<WorkHours> hours_;  // by weekday and time
    std::vector<DayNumber> holidays_;  // sorted, once each
    std::array<std::int64_t, 8> working_to_{};  // of a week without holidays, before each weekday
    std::array<std::int64_t, 8> days_to_{};
    std::vector<std::int64_t> lost_;       // working time of the first n holidays
    std::vector<std::int64_t> lost_days_;
};

}  // namespace overlord
