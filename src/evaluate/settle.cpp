#include "settle.hpp"

#include <algorithm>

namespace overlord::evaluate {
namespace {

DurationNs wait_of(const rules::Control& control, const ControlState& state) {
    if (state.found == Verdict::kNonCompliant) return control.fails_for;
    return state.found == Verdict::kCompliant && state.failed ? control.clear_after : 0;
}

}  // namespace

TimeNs settles_at(const rules::Control& control, const ControlState& state) {
    return state.since + wait_of(control, state);
}

void settle(const rules::Control& control, const ControlState& before, ControlState& next,
            TimeNs now) {
    next.found = next.verdict;
    const bool goes_on = before.since != kNever && before.found == next.found;
    next.since = goes_on ? before.since : now;
    next.failed = before.failed;
    const TimeNs at = settles_at(control, next);
    if (next.found != before.verdict && now < at) {
        next.verdict = before.verdict;
        next.due = at;
        std::string reason = next.found == Verdict::kNonCompliant ? "fails" : "holds again";
        reason += " since " + format_rfc3339(next.since);
        next.reason = reason + ", which counts at " + format_rfc3339(at);
    }
    if (next.verdict == Verdict::kNonCompliant) next.failed = true;
    if (next.verdict == Verdict::kCompliant) next.failed = false;
}

LevelState level_in_suspense(const rules::Level& level, const LevelState& before) {
    if (!level.conjunction.empty() || before.verdict == Verdict::kCompliant) {
        return {Verdict::kCompliant, false, {}};
    }
    return {Verdict::kUnknown, false,
            {level.predicate + "/1 is not asked while a control of it is in suspense"}};
}

void find_next_settling(System& system) {
    system.settles = kNever;
    for (const ControlState& control : system.controls) {
        system.settles = std::min(system.settles, control.due);
    }
}

}  // namespace overlord::evaluate
