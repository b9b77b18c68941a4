// The contributions of the events behind a document's event-bound slots, derived from a state's
// journal and keys: commitments and a proof, no value (docs/formats/zk.md, Events of a slot).
#pragma once

#include "overlord/attest/contributions.hpp"
#include "overlord/base/file.hpp"

namespace overlord::ctl {

// Reads the journal once. Codes: contributions.none (no event-bound statement),
// contributions.erased (a slot's record is gone), prover.contributions, those of the journal and
// its keys.
[[nodiscard]] Result<attest::ContributionsFile> make_contributions(
    const Path& state, const attest::ZkDocument& document);

}  // namespace overlord::ctl
