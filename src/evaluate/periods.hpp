// Stretches of time one after another: intervals of one length counted from the epoch (tumbling
// windows), or the days, weeks, months, quarters and years of a calendar, in UTC or at a fixed
// distance from it, as base/calendar.hpp has them.
#pragma once

#include <cstdint>

#include "overlord/base/time.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

using Pane = std::int64_t;

class Periods {
public:
    // Those of a measure whose windows are tumbling or calendar ones.
    explicit Periods(const rules::Measure& measure);

    [[nodiscard]] Pane of(TimeNs time) const;
    [[nodiscard]] TimeNs begins(Pane period) const;
    // The one that counts at `now`. Tumbling: the last that ended a lateness ago or more, so that
    // nothing can come for it any more. Calendar: the one that `now` lies in.
    [[nodiscard]] Pane current(TimeNs now) const;
    // The first instant at which another one counts.
    [[nodiscard]] TimeNs until(Pane period) const;
    [[nodiscard]] bool tumbling() const { return length_ > 0; }
    [[nodiscard]] DurationNs length() const { return length_; }  // 0: a calendar's

private:
    DurationNs length_;
    DurationNs lateness_;
    Period calendar_;
    DurationNs utc_offset_;
};

}  // namespace overlord::evaluate
