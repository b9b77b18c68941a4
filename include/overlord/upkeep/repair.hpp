// `fsck --repair`: what is derived is written again, while no daemon runs.
//
// Tiles and entry bundles come from the journal, a published copy of an attestation from its
// envelope and an envelope from its published copy, the index of attestations from the envelopes; a
// damaged checkpoint is replaced by its witnessed copy where that is good, else moved aside (the
// next start has it signed again); damaged snapshots are removed. The journal, the keys, the guard
// and the rules are never touched: what is wrong with them has to come from a copy.
#pragma once

#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/note.hpp"
#include "overlord/upkeep/state_check.hpp"

namespace overlord::upkeep {

struct Repair {
    std::vector<std::string> done;  // "log/tile: 812 entries written again from the journal"
    StateReport after;
};

// Codes: repair.journal (the journal itself is damaged: nothing was changed; the message says what
// to do), repair.state (no state directory), state.locked, io.*.
[[nodiscard]] Result<Repair> repair(const Path& state_dir,
                                    const std::vector<tlog::VerifierKey>& keys);

}  // namespace overlord::upkeep
