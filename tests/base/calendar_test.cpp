// Calendars against an oracle that walks from day to day with the leap rule and nothing else, over
// 1970 to 2200.
#include "overlord/base/calendar.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "overlord/base/time.hpp"

using namespace overlord;

namespace {

constexpr int kLastYear = 2200;

struct Walked {
    CivilDate date;
    int weekday;  // 0 Monday
};

int month_length(int year, int month) {
    static constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return kLengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

const std::vector<Walked>& days() {
    static const std::vector<Walked> walked = [] {
        std::vector<Walked> made;
        Walked at{{1970, 1, 1}, 3};
        while (at.date.year <= kLastYear) {
            made.push_back(at);
            at.weekday = (at.weekday + 1) % 7;
            if (++at.date.day <= month_length(at.date.year, at.date.month)) continue;
            at.date.day = 1;
            if (++at.date.month <= 12) continue;
            at.date.month = 1;
            ++at.date.year;
        }
        return made;
    }();
    return walked;
}

bool same(CivilDate left, CivilDate right) {
    return left.year == right.year && left.month == right.month && left.day == right.day;
}

TimeNs at(const char* text) {
    return parse_rfc3339(text).value();
}

DayNumber date(const char* text) {
    return parse_date(text).value();
}

using Random = std::mt19937_64;
std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

// Monday to Friday with a break, Saturday morning, and what holidays chance gives.
struct Drawn {
    int offset;
    std::vector<WorkHours> hours;
    std::set<DayNumber> holidays;
    Calendar calendar() const {
        return Calendar(offset, hours, {holidays.begin(), holidays.end()});
    }
    // The working minutes of a day, by definition.
    std::int64_t minutes(DayNumber day, int weekday) const {
        if (holidays.count(day) != 0) return 0;
        std::int64_t sum = 0;
        for (const WorkHours& one : hours)
            if (one.weekday == weekday) sum += one.to_minute - one.from_minute;
        return sum;
    }
    bool works(TimeNs ns) const {
        const TimeNs shifted = ns + offset * kMinuteNs;
        const DayNumber day = shifted / kDayNs;
        const std::int64_t time = shifted % kDayNs;
        if (holidays.count(day) != 0) return false;
        for (const WorkHours& one : hours)
            if (one.weekday == (day + 3) % 7 && time >= one.from_minute * kMinuteNs &&
                time < one.to_minute * kMinuteNs)
                return true;
        return false;
    }
};

Drawn draw(Random& random) {
    Drawn drawn;
    drawn.offset = static_cast<int>(between(random, -12, 14)) * 60;
    for (int weekday = 0; weekday < 5; ++weekday) {
        const int from = static_cast<int>(between(random, 0, 600));
        const int noon = static_cast<int>(between(random, from + 1, 900));
        drawn.hours.push_back({weekday, noon, static_cast<int>(between(random, noon + 1, 1440))});
        if (noon - from > 30) drawn.hours.push_back({weekday, from, noon - 30});
    }
    drawn.hours.push_back({5, 0, static_cast<int>(between(random, 1, 1440))});
    for (int i = 0; i < 2'000; ++i)
        drawn.holidays.insert(between(random, 0, static_cast<std::int64_t>(days().size()) - 1));
    return drawn;
}

}  // namespace

TEST_CASE("calendar: every date from 1970 to 2200, both ways", "[calendar]") {
    REQUIRE(days().size() == 84'371);  // 231 years of 365 days and 56 leap days
    bool all = true;
    for (std::size_t day = 0; day < days().size(); ++day) {
        const Walked& walked = days()[day];
        const auto number = static_cast<DayNumber>(day);
        all = all && day_number(walked.date) == number && same(civil_date(number), walked.date);
    }
    CHECK(all);
    // Python: datetime.date(2026, 1, 29).toordinal() - datetime.date(1970, 1, 1).toordinal()
    CHECK(date("2026-01-29") == 20'482);
    CHECK(date("2200-12-31") == 84'370);
    CHECK(date("1969-12-31") == -1);
    for (const char* text : {"2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
                             "26-01-01", "2026-1-01", "2026-01-01T", "", "2026/01/01"}) {
        CHECK_FALSE(parse_date(text).has_value());
    }
    CHECK(parse_date("2000-02-29").has_value());
}

TEST_CASE("calendar: the periods of every day from 1970 to 2200", "[calendar]") {
    for (const int offset : {0, 60, -570, 14 * 60}) {
        const Calendar calendar(offset, {}, {});
        const auto begin = [&](DayNumber day) { return day * kDayNs - offset * kMinuteNs; };
        DayNumber week = -3;  // the Monday before 1970-01-01
        DayNumber month = 0;
        DayNumber quarter = 0;
        DayNumber year = 0;
        bool all = true;
        for (std::size_t d = 0; d < days().size(); ++d) {
            const auto day = static_cast<DayNumber>(d);
            const CivilDate date = days()[d].date;
            if (days()[d].weekday == 0) week = day;
            if (date.day == 1) {
                month = day;
                if (date.month % 3 == 1) quarter = day;
                if (date.month == 1) year = day;
            }
            for (const TimeNs ns : {begin(day), begin(day + 1) - 1}) {
                all = all && calendar.day_of(ns) == day && same(calendar.date_of(ns), date) &&
                      calendar.start_of(Period::kDay, ns) == begin(day) &&
                      calendar.end_of(Period::kDay, ns) == begin(day + 1) &&
                      calendar.start_of(Period::kWeek, ns) == begin(week) &&
                      calendar.end_of(Period::kWeek, ns) == begin(week + 7) &&
                      calendar.start_of(Period::kMonth, ns) == begin(month) &&
                      calendar.start_of(Period::kQuarter, ns) == begin(quarter) &&
                      calendar.start_of(Period::kYear, ns) == begin(year);
            }
            // A period ends where the next one begins.
            if (month == day && day > 0)
                all = all && calendar.end_of(Period::kMonth, begin(day) - 1) == begin(day);
            if (quarter == day && day > 0)
                all = all && calendar.end_of(Period::kQuarter, begin(day) - 1) == begin(day);
            if (year == day && day > 0)
                all = all && calendar.end_of(Period::kYear, begin(day) - 1) == begin(day);
        }
        CHECK(all);
    }
}

TEST_CASE("calendar: working days and working time of every day from 1970 to 2200", "[calendar]") {
    Random random(7);
    for (int round = 0; round < 4; ++round) {
        const Drawn drawn = draw(random);
        const Calendar calendar = drawn.calendar();
        const auto begin = [&](DayNumber day) { return day * kDayNs - drawn.offset * kMinuteNs; };
        std::int64_t minutes = 0;
        std::int64_t working = 0;
        bool all = true;
        for (std::size_t d = 1; d < days().size(); ++d) {
            const auto day = static_cast<DayNumber>(d);
            const std::int64_t today = drawn.minutes(day, days()[d].weekday);
            minutes += today;
            if (today > 0) ++working;
            all = all && calendar.working_time(begin(1), begin(day + 1)) == minutes * kMinuteNs &&
                  calendar.working_time(begin(day + 1), begin(1)) == -minutes * kMinuteNs &&
                  calendar.working_days(begin(0), begin(day)) == working &&
                  calendar.working_days(begin(day), begin(0)) == -working;
            if (today > 0) {
                all = all && calendar.after_working_days(begin(0), working) == begin(day + 1) &&
                      calendar.after_working_days(begin(day) - 1, 1) == begin(day + 1);
            }
        }
        CHECK(all);
    }
}

TEST_CASE("calendar: working time to the nanosecond, by counting minutes", "[calendar]") {
    Random random(8);
    bool all = true;
    for (int round = 0; round < 300; ++round) {
        const Drawn drawn = draw(random);
        const Calendar calendar = drawn.calendar();
        // Three weeks anywhere, counted in whole minutes, with odd ends.
        const TimeNs from = between(random, kDayNs, 80'000 * kDayNs) / kMinuteNs * kMinuteNs;
        const std::int64_t span = between(random, 0, 3 * 7 * 1440);
        std::int64_t counted = 0;
        for (std::int64_t minute = 0; minute < span; ++minute)
            if (drawn.works(from + minute * kMinuteNs)) counted += kMinuteNs;
        const TimeNs to = from + span * kMinuteNs;
        all = all && calendar.working_time(from, to) == counted;
        const std::int64_t odd = between(random, 0, kMinuteNs - 1);
        const std::int64_t rest = drawn.works(to) ? odd : 0;
        all = all && calendar.working_time(from, to + odd) == counted + rest;
        // The first instant by which so much has been worked.
        const std::int64_t asked = between(random, 1, 200 * kHourNs);
        const std::optional<TimeNs> reached = calendar.after_working_time(from + odd, asked);
        REQUIRE(reached.has_value());
        all = all && calendar.working_time(from + odd, *reached) == asked &&
              calendar.working_time(from + odd, *reached - 1) == asked - 1;
    }
    CHECK(all);
}

TEST_CASE("calendar: months are counted as people count them", "[calendar]") {
    const Calendar utc;
    CHECK(utc.months_between(at("2026-01-31T10:00:00Z"), at("2026-02-28T09:00:00Z")) == 1);
    CHECK(utc.months_between(at("2026-01-31T10:00:00Z"), at("2026-02-27T23:00:00Z")) == 0);
    CHECK(utc.months_between(at("2026-03-15T00:00:00Z"), at("2025-03-16T00:00:00Z")) == -11);
    CHECK(utc.months_between(at("2024-02-29T00:00:00Z"), at("2025-02-28T00:00:00Z")) == 12);
    CHECK(utc.after_months(at("2024-01-31T10:00:00.5Z"), 1) == at("2024-02-29T10:00:00.5Z"));
    CHECK(utc.after_months(at("2024-12-31T10:00:00Z"), 2) == at("2025-02-28T10:00:00Z"));
    CHECK(utc.after_months(at("2024-03-31T10:00:00Z"), -13) == at("2023-02-28T10:00:00Z"));
    CHECK(utc.after_days(at("2024-02-28T10:00:00Z"), 2) == at("2024-03-01T10:00:00Z"));
    CHECK_FALSE(utc.after_months(at("2200-01-01T00:00:00Z"), 12 * 100).has_value());
    CHECK_FALSE(utc.after_days(0, INT64_MAX).has_value());
    // By walking: n months after a date is the last of the days that are not beyond it.
    Random random(9);
    bool all = true;
    for (int round = 0; round < 2'000; ++round) {
        const TimeNs from = between(random, 0, 60'000) * kDayNs + 5;
        const std::int64_t months = between(random, 0, 600);
        const CivilDate start = utc.date_of(from);
        CivilDate walked = start;
        walked.day = 1;
        for (std::int64_t m = 0; m < months; ++m) {
            if (++walked.month <= 12) continue;
            walked.month = 1;
            ++walked.year;
        }
        walked.day = std::min(start.day, month_length(walked.year, walked.month));
        const std::optional<TimeNs> later = utc.after_months(from, months);
        REQUIRE(later.has_value());
        all = all && same(utc.date_of(*later), walked) && *later % kDayNs == 5 &&
              utc.months_between(from, *later) == months &&
              (months == 0 || utc.months_between(from, *later - kDayNs) == months - 1);
    }
    CHECK(all);
}

TEST_CASE("calendar: the ends of time", "[calendar]") {
    const Calendar east(14 * 60, {{0, 540, 1020}}, {date("2026-01-26")});
    CHECK(east.day_of(INT64_MAX) == 106'752);
    CHECK(east.start_of(Period::kYear, INT64_MIN) == INT64_MIN);
    CHECK(east.end_of(Period::kYear, INT64_MAX) == INT64_MAX);
    CHECK_FALSE(east.after_working_time(0, INT64_MAX).has_value());
    CHECK_FALSE(east.after_working_days(0, 1'000'000).has_value());
    CHECK(east.after_working_time(5, 0) == 5);
    CHECK(east.spelling() == "offset 840 work 0:540-1020 holidays 20479");
    CHECK(Calendar().working_time(3, 10) == 7);
}
