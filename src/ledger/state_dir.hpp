// The state directory as a whole: whose it is and that it is ours alone. Private to the module.
#pragma once

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ledger {

struct StatePaths {
    explicit StatePaths(const Path& state_dir)
        : journal(state_dir / "journal"),
          log(state_dir / "log"),
          checkpoint(log / "checkpoint"),
          lock(state_dir / "lock") {}
    Path journal;
    Path log;
    Path checkpoint;
    Path lock;
};

// Makes the directories where they are missing and takes the lock, which lasts as long as the
// handle that is returned. Codes: state.not_a_state, state.readonly, state.locked, io.*.
[[nodiscard]] Result<FileHandle> claim_state(const Path& state_dir);

}  // namespace overlord::ledger
