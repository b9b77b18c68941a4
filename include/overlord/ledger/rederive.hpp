// What `fsck --repair` needs of the ledger: the public tree written again from the journal, while
// no daemon runs.
#pragma once

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ledger {

// Held as long as the handle. Codes: state.locked, state.readonly, io.*.
[[nodiscard]] Result<FileHandle> lock_state(const Path& state_dir);

// All tiles and entry bundles, durable when this returns. The journal has to lead to `head`, else
// log.tiles. A crash in the middle leaves it to the next start.
[[nodiscard]] Status rederive_tiles(const Path& state_dir, const tlog::TreeHead& head);

}  // namespace overlord::ledger
