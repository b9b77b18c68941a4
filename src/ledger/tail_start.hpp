// A start that does not depend on the log's age. Private to the module.
//
// The header of a segment names the public log's size and root when it began; the tiles' right edge
// at that size has to lead to that root, and then the segments before need not be read. Tiles are
// written without a sync of their own. The log is synced before a segment is prepared, and so
// before it can begin: when segment L is there, the tiles of the log as it was when segment L - 1
// began survive a power cut. The start checks every file with something newer than that
// (tlog::check_tail), so what it reads is bounded by two segments.
//
// Damage in older segments and tiles is found by the scrub and by fsck, not by a start.
#pragma once

#include <optional>

#include "opening.hpp"

namespace overlord::ledger {

struct TailStart {
    std::uint32_t segment = 0;  // the last one that has begun
    tlog::Frontier tree;        // as it was then
    TreeSize synced;
    // Where those sizes are not above the tree's.
    std::optional<Hash> root_at_published;
    std::optional<Hash> root_at_signed;
};

// nullopt where there is nothing to be spared, or anything does not fit: then all is read, and what
// is wrong is told from there.
[[nodiscard]] std::optional<TailStart> find_tail_start(const StatePaths& paths,
                                                       const KnownHeads& known);

}  // namespace overlord::ledger
