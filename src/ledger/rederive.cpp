#include "overlord/ledger/rederive.hpp"

#include "opening.hpp"

namespace overlord::ledger {

Status rederive_tiles(const Path& state_dir, const tlog::TreeHead& head) {
    const Result<OpenedTiles> written = rewrite_tiles(StatePaths(state_dir), head);
    return written ? Status() : Status(written.error());
}

}  // namespace overlord::ledger
