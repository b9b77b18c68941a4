// The part of a log that no start looks at any more: segments that are full, and the public tree as
// it was when the last ones began. For the background scrub, which reads it again now and then. Any
// thread, also beside the ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ledger {

struct OldLog {
    std::uint32_t first = 0;  // segments [first, end) are full
    std::uint32_t end = 0;
    tlog::TreeHead head;      // its tiles were synced; size 0: none yet
};
[[nodiscard]] Result<OldLog> find_old_log(const Path& state_dir);

// Called with bytes that were read; a failure ends the check with that error.
using Pace = std::function<Status(std::uint64_t bytes)>;

// Reads a full segment from the disk, not from the page cache: checksums, the chain, the numbers,
// the zeros behind the last frame, and that the next segment continues it. A finding, or nullopt.
[[nodiscard]] Result<std::optional<Finding>> check_full_segment(const Path& state_dir,
                                                                std::uint32_t segment,
                                                                const Pace& pace);

// What the page cache holds of a file is dropped, but for what is not on the disk yet.
[[nodiscard]] Status drop_cached(const Path& file);

}  // namespace overlord::ledger
