// What the scrub has found, for /metrics and /api/v1/status.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "overlord/upkeep/scrub.hpp"

namespace overlord::daemon {

// nullopt: the scrub is off.
using ScrubStatusOf = std::function<std::optional<upkeep::ScrubStatus>()>;

// Prometheus text; empty while the scrub is off.
[[nodiscard]] std::string scrub_metrics(const std::optional<upkeep::ScrubStatus>& status);
// null while it is off.
[[nodiscard]] nlohmann::json scrub_json(const std::optional<upkeep::ScrubStatus>& status);

}  // namespace overlord::daemon
