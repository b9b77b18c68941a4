// Where the daemon is: from --config, else the daemon's own defaults; single options override.
#pragma once

#include <string>

#include "options.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

struct Places {
    Path state_dir;
    std::string ingest;  // HOST:PORT
    std::string http;    // HOST:PORT; empty: off by configuration
    Path socket;         // the REPL's
    Path admin;          // where the daemon takes changes
};

// Reads --config, --state, --to, --http, --socket and --admin. Codes: usage, or the
// configuration's own.
[[nodiscard]] Result<Places> find_places(const Options& options);

}  // namespace overlord::ctl
