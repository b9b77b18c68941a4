// Checkpoints that somebody kept from an earlier visit, held against the log that is shown today:
// whoever wrote the log again since then is found out, whatever signatures it has.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "quorum.hpp"
#include "verification.hpp"

namespace overlord::ctl {

// The notes of --kept. Code: usage.
[[nodiscard]] Result<std::vector<KeptCheckpoint>> read_kept(std::span<const std::string> files);

// Adds a line for each to the report of a log that is valid so far, and takes the validity away
// where one is not the log's beginning. `directory` is the log's public tree.
void check_kept(const Path& directory, const Trust& trust, VerifiedLog& log);

}  // namespace overlord::ctl
