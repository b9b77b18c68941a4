// What stands at log/checkpoint and log/checkpoint.witnessed. Private to the module.
#pragma once

#include <string>

#include "overlord/ledger/ledger.hpp"
#include "state_dir.hpp"

namespace overlord::ledger {

// The heads that the two files show; size 0 where there is none.
struct Shown {
    TreeSize published;
    TreeSize witnessed;
};

// Puts a checkpoint that a quorum has cosigned in its places, durably; see Ledger::witnessed().
// `tree` is the size that we signed last.
[[nodiscard]] Status show_witnessed(const StatePaths& paths, const Options& options,
                                    const std::string& cosigned, TreeSize tree, Shown& shown);

}  // namespace overlord::ledger
