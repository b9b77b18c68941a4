// Checkpoints (c2sp.org/tlog-checkpoint v1.0.0): a signed note that says "the log of this origin
// has this many entries and this root". Pure computation; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog {

struct Checkpoint {
    std::string origin;
    TreeHead head;
    // Lines after the root that another log wrote. We write none: ML-DSA cosignatures do not cover
    // them, and nobody audits them.
    std::vector<std::string> extensions;
};

// The note's text. Asserts a non-empty origin of one line and no extensions.
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);  // checkpoint.malformed

// Text and a signature line for each signer. The origin must be their name (asserted).
[[nodiscard]] Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                                  std::span<NoteSigner* const> signers);
[[nodiscard]] Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, NoteSigner& signer);

struct SignedCheckpoint {
    Checkpoint checkpoint;
    OpenedNote note;  // who of the known keys signed
};

// The log itself must have signed with one of its keys (else note.unsigned), under the key's name
// as the origin (else checkpoint.origin). Every line of a key in `logs` or `witnesses` is checked,
// and one that is wrong rejects the checkpoint.
[[nodiscard]] Result<SignedCheckpoint> open_checkpoint(std::string_view raw, VerifierKeys logs,
                                                       VerifierKeys witnesses = {});

}  // namespace overlord::tlog
