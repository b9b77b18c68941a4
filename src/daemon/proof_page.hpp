// How far the prover has come, for /metrics and /api/v1/status.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "overlord/prover/prover.hpp"

namespace overlord::daemon {

// Prometheus text; empty where nothing is proved.
[[nodiscard]] std::string proof_metrics(const std::optional<prover::Stats>& stats);
// null where nothing is proved.
[[nodiscard]] nlohmann::json proof_json(const std::optional<prover::Stats>& stats);

}  // namespace overlord::daemon
