#include "overlord/base/calendar.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>

#include "overlord/base/assert.hpp"
#include "overlord/base/time.hpp"

namespace overlord {
namespace {

__extension__ using Int128 = __int128;  // the standard name is a GNU extension

constexpr std::int64_t kInstantMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInstantMax = std::numeric_limits<std::int64_t>::max();
constexpr DayNumber kLastDay = kInstantMax / kDayNs;  // 2262-04-11
constexpr int kMinutesOfDay = 24 * 60;
constexpr std::int64_t kMonthsMax = 12 * 600;  // more leads beyond every instant there is

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

// 1970-01-01 was a Thursday.
struct WeekDay {
    std::int64_t week;  // 0: the one with that day
    std::size_t day;    // 0 Monday
};
WeekDay week_day(DayNumber day) {
    const std::int64_t week = floor_divide(day + 3, 7);
    return {week, static_cast<std::size_t>(day + 3 - week * 7)};
}

std::chrono::year_month_day gregorian(DayNumber day) {
    return std::chrono::sys_days{std::chrono::days{day}};
}

int days_of_month(int year, int month) {
    using namespace std::chrono;
    const year_month_day_last end{std::chrono::year{year},
                                  month_day_last{std::chrono::month(unsigned(month))}};
    return static_cast<int>(unsigned(end.day()));
}

CivilDate months_later(CivilDate date, std::int64_t count) {
    const std::int64_t months = date.year * 12LL + date.month - 1 + count;
    CivilDate later;
    later.year = static_cast<int>(floor_divide(months, 12));
    later.month = static_cast<int>(months - later.year * 12LL) + 1;
    later.day = std::min(date.day, days_of_month(later.year, later.month));
    return later;
}

// Days of the first of the period that holds `day`, and of the one after it.
DayNumber first_day(Period period, DayNumber day) {
    const CivilDate date = civil_date(day);
    switch (period) {
        case Period::kDay:
            return day;
        case Period::kWeek:
            return day - static_cast<DayNumber>(week_day(day).day);
        case Period::kMonth:
            return day_number({date.year, date.month, 1});
        case Period::kQuarter:
            return day_number({date.year, (date.month - 1) / 3 * 3 + 1, 1});
        case Period::kYear:
            break;
    }
    return day_number({date.year, 1, 1});
}

DayNumber next_first_day(Period period, DayNumber day) {
    const DayNumber first = first_day(period, day);
    const CivilDate date = civil_date(first);
    switch (period) {
        case Period::kDay:
            return first + 1;
        case Period::kWeek:
            return first + 7;
        case Period::kMonth:
            return day_number(months_later(date, 1));
        case Period::kQuarter:
            return day_number(months_later(date, 3));
        case Period::kYear:
            break;
    }
    return day_number({date.year + 1, 1, 1});
}

// The first day from `from` on with reached(day); nothing where none has it.
template <class Reached>
std::optional<DayNumber> first_with(DayNumber from, Reached reached) {
    DayNumber low = from;
    DayNumber high = kLastDay;
    if (low > high || !reached(high)) return std::nullopt;
    while (low < high) {
        const DayNumber middle = low + (high - low) / 2;
        if (reached(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace

DayNumber day_number(CivilDate date) {
    using namespace std::chrono;
    const year_month_day made{year{date.year}, month(unsigned(date.month)),
                              day(unsigned(date.day))};
    OVERLORD_ASSERT(made.ok());
    return sys_days{made}.time_since_epoch().count();
}

CivilDate civil_date(DayNumber day) {
    const std::chrono::year_month_day date = gregorian(day);
    return {int(date.year()), static_cast<int>(unsigned(date.month())),
            static_cast<int>(unsigned(date.day()))};
}

std::string format_date(DayNumber day) {
    return format_rfc3339(day * kDayNs).substr(0, 10);
}

std::optional<DayNumber> parse_date(std::string_view text) {
    if (text.size() != 10) return std::nullopt;
    const Result<TimeNs> midnight = parse_rfc3339(std::string(text) + "T00:00:00Z");
    if (!midnight) return std::nullopt;
    return floor_divide(*midnight, kDayNs);
}

std::optional<TimeNs> parse_instant(std::string_view text) {
    const Result<TimeNs> time = parse_rfc3339(text);
    return time ? std::optional<TimeNs>(*time) : std::nullopt;
}

Calendar::Calendar() : Calendar(0, {}, {}) {}

Calendar::Calendar(int offset_minutes, std::vector<WorkHours> hours,
                   std::vector<DayNumber> holidays)
    : offset_(offset_minutes * kMinuteNs),
      hours_(std::move(hours)),
      holidays_(std::move(holidays)) {
    OVERLORD_ASSERT(offset_minutes > -kMinutesOfDay && offset_minutes < kMinutesOfDay);
    if (hours_.empty()) {
        for (int weekday = 0; weekday < 7; ++weekday) hours_.push_back({weekday, 0, kMinutesOfDay});
    }
    std::sort(hours_.begin(), hours_.end(), [](const WorkHours& left, const WorkHours& right) {
        return std::tie(left.weekday, left.from_minute) <
               std::tie(right.weekday, right.from_minute);
    });
    std::sort(holidays_.begin(), holidays_.end());
    holidays_.erase(std::unique(holidays_.begin(), holidays_.end()), holidays_.end());
    sum_week();
    sum_holidays();
}

void Calendar::sum_week() {
    std::array<std::int64_t, 7> working{};
    const WorkHours* before = nullptr;
    for (const WorkHours& one : hours_) {
        OVERLORD_ASSERT(one.weekday >= 0 && one.weekday < 7 && one.from_minute >= 0 &&
                        one.from_minute < one.to_minute && one.to_minute <= kMinutesOfDay);
        OVERLORD_ASSERT(before == nullptr || before->weekday < one.weekday ||
                        before->to_minute <= one.from_minute);
        working[static_cast<std::size_t>(one.weekday)] +=
            (one.to_minute - one.from_minute) * kMinuteNs;
        before = &one;
    }
    for (std::size_t day = 0; day < 7; ++day) {
        working_to_[day + 1] = working_to_[day] + working[day];
        days_to_[day + 1] = days_to_[day] + (working[day] > 0 ? 1 : 0);
    }
}

void Calendar::sum_holidays() {
    lost_.push_back(0);
    lost_days_.push_back(0);
    for (const DayNumber day : holidays_) {
        const std::size_t weekday = week_day(day).day;
        lost_.push_back(lost_.back() + working_to_[weekday + 1] - working_to_[weekday]);
        lost_days_.push_back(lost_days_.back() + days_to_[weekday + 1] - days_to_[weekday]);
    }
}

// The offset is added to the time of the day, a remainder, so that no instant overflows.
Calendar::Local Calendar::local(TimeNs ns) const {
    const DayNumber day = floor_divide(ns, kDayNs);
    const std::int64_t rest = ns % kDayNs;
    const std::int64_t time = (rest < 0 ? rest + kDayNs : rest) + offset_;
    const std::int64_t shift = floor_divide(time, kDayNs);
    return {day + shift, time - shift * kDayNs};
}

std::optional<TimeNs> Calendar::instant(DayNumber day, std::int64_t ns) const {
    const Int128 made = Int128{day} * kDayNs + ns - offset_;
    if (made < kInstantMin || made > kInstantMax) return std::nullopt;
    return static_cast<TimeNs>(made);
}

TimeNs Calendar::begin_of(DayNumber day) const {
    return instant(day, 0).value_or(day < 0 ? kInstantMin : kInstantMax);
}

DayNumber Calendar::day_of(TimeNs ns) const {
    return local(ns).day;
}

TimeNs Calendar::start_of(Period period, TimeNs ns) const {
    return begin_of(first_day(period, day_of(ns)));
}

TimeNs Calendar::end_of(Period period, TimeNs ns) const {
    return begin_of(next_first_day(period, day_of(ns)));
}

std::size_t Calendar::holidays_before(DayNumber day) const {
    return static_cast<std::size_t>(
        std::lower_bound(holidays_.begin(), holidays_.end(), day) - holidays_.begin());
}

std::int64_t Calendar::working_before(DayNumber day) const {
    const WeekDay at = week_day(day);
    return at.week * working_to_[7] + working_to_[at.day] - lost_[holidays_before(day)];
}

std::int64_t Calendar::days_before(DayNumber day) const {
    const WeekDay at = week_day(day);
    return at.week * days_to_[7] + days_to_[at.day] - lost_days_[holidays_before(day)];
}

std::int64_t Calendar::working_until(TimeNs ns) const {
    const Local at = local(ns);
    std::int64_t working = working_before(at.day);
    if (std::binary_search(holidays_.begin(), holidays_.end(), at.day)) return working;
    for (const WorkHours& one : hours_) {
        if (one.weekday != static_cast<int>(week_day(at.day).day)) continue;
        working += std::clamp(at.ns - one.from_minute * kMinuteNs, std::int64_t{0},
                              (one.to_minute - one.from_minute) * kMinuteNs);
    }
    return working;
}

std::int64_t Calendar::working_time(TimeNs from, TimeNs to) const {
    return working_until(to) - working_until(from);
}

std::optional<TimeNs> Calendar::after_working_time(TimeNs from, std::int64_t working) const {
    OVERLORD_ASSERT(working >= 0);
    if (working == 0) return from;
    const Int128 sum = Int128{working_until(from)} + working;
    if (sum > kInstantMax) return std::nullopt;
    const auto target = static_cast<std::int64_t>(sum);
    const std::optional<DayNumber> day = first_with(
        day_of(from), [&](DayNumber one) { return working_before(one + 1) >= target; });
    if (!day) return std::nullopt;
    std::int64_t left = target - working_before(*day);
    for (const WorkHours& one : hours_) {
        if (one.weekday != static_cast<int>(week_day(*day).day)) continue;
        const std::int64_t length = (one.to_minute - one.from_minute) * kMinuteNs;
        if (left <= length) return instant(*day, one.from_minute * kMinuteNs + left);
        left -= length;
    }
    OVERLORD_ASSERT(false);
    return std::nullopt;
}

std::int64_t Calendar::working_days(TimeNs from, TimeNs to) const {
    return days_before(day_of(to) + 1) - days_before(day_of(from) + 1);
}

std::optional<TimeNs> Calendar::after_working_days(TimeNs from, std::int64_t count) const {
    const DayNumber start = day_of(from);
    if (count == 0) return instant(start + 1, 0);
    const std::int64_t before = days_before(start + 1);
    const std::optional<DayNumber> day = first_with(
        start + 1, [&](DayNumber one) { return days_before(one + 1) - before >= count; });
    return day ? instant(*day + 1, 0) : std::nullopt;
}

std::int64_t Calendar::days_between(TimeNs from, TimeNs to) const {
    return day_of(to) - day_of(from);
}

std::int64_t Calendar::months_between(TimeNs from, TimeNs to) const {
    if (day_of(to) < day_of(from)) return -months_between(to, from);
    const CivilDate first = date_of(from);
    const CivilDate last = date_of(to);
    const std::int64_t months = (last.year - first.year) * 12LL + last.month - first.month;
    const bool whole = months_later(first, months).day <= last.day;
    return whole ? months : months - 1;
}

std::optional<TimeNs> Calendar::after_days(TimeNs from, std::int64_t count) const {
    const Local at = local(from);
    if (count < -2 * kLastDay || count > 2 * kLastDay) return std::nullopt;
    return instant(at.day + count, at.ns);
}

std::optional<TimeNs> Calendar::after_months(TimeNs from, std::int64_t count) const {
    const Local at = local(from);
    if (count < -kMonthsMax || count > kMonthsMax) return std::nullopt;
    return instant(day_number(months_later(civil_date(at.day), count)), at.ns);
}

std::optional<DayNumber> Calendar::last_holiday() const {
    return holidays_.empty() ? std::nullopt : std::optional(holidays_.back());
}

std::string Calendar::spelling() const {
    std::string text = "offset " + std::to_string(offset_ / kMinuteNs) + " work";
    for (const WorkHours& one : hours_) {
        text += " " + std::to_string(one.weekday) + ":" + std::to_string(one.from_minute) + "-" +
                std::to_string(one.to_minute);
    }
    text += " holidays";
    for (const DayNumber day : holidays_) text += " " + std::to_string(day);
    return text;
}

}  // namespace overlord
