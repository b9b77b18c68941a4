// Offline proofs of one entry (c2sp.org/tlog-proof@v1): the file to hand to an auditor. Any thread.
//
//   c2sp.org/tlog-proof@v1
//   [extra BASE64]          not authenticated
//   index N
//   BASE64 hash             the leaf's sibling first, 0 to 63 lines
//
//   CHECKPOINT              a signed note, to the end of the file
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::tlog {

struct TlogProof {
    EntryIndex index;
    Proof hashes;
    std::string checkpoint;      // the signed note as it was published
    std::optional<Bytes> extra;  // from elsewhere; we write none

    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] static Result<TlogProof> parse(std::string_view text);  // code proof.malformed
};

// The entry of this leaf hash is at proof.index in the log whose keys are `logs`. Errors are those
// of open_checkpoint and verify_inclusion.
[[nodiscard]] Result<SignedCheckpoint> verify_proof(const TlogProof& proof, const Hash& leaf_hash,
                                                    VerifierKeys logs, VerifierKeys witnesses = {});

}  // namespace overlord::tlog
