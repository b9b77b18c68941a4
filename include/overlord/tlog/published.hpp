// The checkpoints that a log directory shows: the newest one (checkpoint), and the newest that a
// quorum of witnesses has cosigned (checkpoint.witnessed). Any thread.
#pragma once

#include <string>

#include "overlord/base/file.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::tlog {

struct PublishedCheckpoint {
    std::string note;
    TreeHead head;
};

// The witnessed one where it covers the first `at_least` entries, so that what is proven from it
// carries the cosignatures, else the newest. Both must be signed by one of `logs`. Codes: io.enoent
// (nothing is published), and those of open_checkpoint.
[[nodiscard]] Result<PublishedCheckpoint> read_published(const Path& log_directory,
                                                         VerifierKeys logs, TreeSize at_least);

}  // namespace overlord::tlog
