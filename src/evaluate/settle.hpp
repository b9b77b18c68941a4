// Verdicts that follow their rule only after a while: for(...) and clear_after(...) of a control.
#pragma once

#include "overlord/rules/bundle.hpp"
#include "system.hpp"

namespace overlord::evaluate {

// `next` is what the rule says at `now`, `before` the state until then. The verdict stays that of
// `before` as long as the control declares, counted from when the rule began to say so without a
// break; an unknown is shown at once.
void settle(const rules::Control& control, const ControlState& before, ControlState& next,
            TimeNs now);

// When the verdict of a control in suspense becomes what its rule says.
[[nodiscard]] TimeNs settles_at(const rules::Control& control, const ControlState& state);

// A level all of whose controls are compliant, one of them though its rule fails: its own rule,
// which calls that one, would fail too, and is not asked. It keeps its verdict.
[[nodiscard]] LevelState level_in_suspense(const rules::Level& level, const LevelState& before);

void find_next_settling(System& system);

}  // namespace overlord::evaluate
