#include "periods.hpp"

#include "overlord/base/assert.hpp"
#include "overlord/base/calendar.hpp"
#include "panes.hpp"

namespace overlord::evaluate {
namespace {

constexpr std::int64_t kEpochYear = 1970;
constexpr std::int64_t kThursday = 3;  // the epoch's day of the week, from Monday

// Months since January 1970.
std::int64_t month_of(DayNumber day) {
    const CivilDate date = civil_date(day);
    return std::int64_t{date.year - kEpochYear} * 12 + date.month - 1;
}

DayNumber first_day(std::int64_t month) {
    const std::int64_t year = floor_divide(month, 12);
    return day_number({static_cast<int>(kEpochYear + year), static_cast<int>(month - year * 12 + 1),
                       1});
}

std::int64_t months_in(Period period) {
    if (period == Period::kYear) return 12;
    return period == Period::kQuarter ? 3 : 1;
}

}  // namespace

Periods::Periods(const rules::Measure& measure)
    : length_(measure.windows == rules::Measure::Windows::kTumbling ? measure.window : 0),
      lateness_(measure.lateness),
      calendar_(measure.calendar),
      utc_offset_(measure.utc_offset) {
    OVERLORD_ASSERT(measure.windows != rules::Measure::Windows::kSliding);
}

Pane Periods::of(TimeNs time) const {
    if (tumbling()) return floor_divide(time, length_);
    const std::int64_t day = floor_divide(time + utc_offset_, kDayNs);
    if (calendar_ == Period::kDay) return day;
    if (calendar_ == Period::kWeek) return floor_divide(day + kThursday, 7);
    return floor_divide(month_of(day), months_in(calendar_));
}

TimeNs Periods::begins(Pane period) const {
    if (tumbling()) return period * length_;
    std::int64_t day = period;
    if (calendar_ == Period::kWeek) {
        day = period * 7 - kThursday;
    } else if (calendar_ != Period::kDay) {
        day = first_day(period * months_in(calendar_));
    }
    return day * kDayNs - utc_offset_;
}

Pane Periods::current(TimeNs now) const {
    return tumbling() ? of(now - lateness_) - 1 : of(now);
}

TimeNs Periods::until(Pane period) const {
    return tumbling() ? begins(period + 2) + lateness_ : begins(period + 1);
}

}  // namespace overlord::evaluate
