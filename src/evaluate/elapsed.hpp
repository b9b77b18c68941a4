// Values that are the time since an instant, and when a limit on one changes its mind.
#pragma once

#include "overlord/base/number.hpp"
#include "overlord/base/time.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

// now - since in units, exact; 0 where `since` is still to come.
[[nodiscard]] Number elapsed(TimeNs since, TimeNs now, DurationNs unit);

// The first instant after `now` at which the limit holds of elapsed(since, ., unit) and did not
// hold right before, or the other way round; kNever: none. With a calendar, of the working time.
[[nodiscard]] TimeNs crosses_at(TimeNs since, const rules::Limit& limit, DurationNs unit,
                                TimeNs now, const Calendar* calendar = nullptr);

}  // namespace overlord::evaluate
