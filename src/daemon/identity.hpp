// What runs and under which name: digests for the start record and entry, the log's origin.
#pragma once

#include <string>

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

// Each a SHA-256 in hex.
struct Identity {
    std::string engine;     // of the overlord-engine program
    std::string build;      // of this program
    std::string libraries;  // of the versions of the libraries that have a say in the evidence
};

[[nodiscard]] Result<Identity> identify();

// The configured origin, or the one that was made at the first start and kept in state_dir/origin.
[[nodiscard]] Result<std::string> settle_origin(const Config& config);

}  // namespace overlord::daemon
