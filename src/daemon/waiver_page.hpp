// What the status page and the metrics say of the waivers of the active rules. The io thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "overlord/pipeline/status.hpp"

namespace overlord::daemon {

// One is told of as soon to end this long before it does: time to meet the control, or to have
// somebody answer for it anew.
inline constexpr DurationNs kWaiverEndsSoon = 30 * kDayNs;

// By log time: "pending" before it begins, "active", "ends_soon", "ended".
[[nodiscard]] std::string waiver_state(const evaluate::LoadedWaiver& waiver, TimeNs log_time);

[[nodiscard]] nlohmann::json waivers_json(const pipeline::StatusSnapshot& snapshot);
// Prometheus text: how many there are in each state.
[[nodiscard]] std::string waiver_metrics(const pipeline::StatusSnapshot& snapshot);

}  // namespace overlord::daemon
