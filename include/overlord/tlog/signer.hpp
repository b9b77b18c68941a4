// Who signs the log's checkpoints, as the ledger sees it.
//
// "A log MUST NOT sign any checkpoint which is inconsistent with any checkpoint it previously
// signed" (C2SP tlog-checkpoint). A signer remembers the last head that it signed or was about to,
// on its own disk, and signs only what extends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "overlord/tlog/checkpoint.hpp"

namespace overlord::tlog {

// What the journal and the public tree know of the log, for the signer to compare with its guard.
struct LogMemory {
    std::uint64_t epoch = 0;  // of the last start that the log tells of
    TreeHead published;       // the checkpoint that was published last
};

// A start of the signer, as the log's `start` entry tells it.
struct SignerStart {
    std::uint64_t epoch = 0;    // counts the starts; 0: this signer does not count
    std::uint64_t adopted = 0;  // the epoch at which an operator vouched for the guard; 0: never
};

class CheckpointSigner {
public:
    virtual ~CheckpointSigner() = default;
    [[nodiscard]] virtual const VerifierKey& verifier() const = 0;

    // All keys that sign at present, verifier() first.
    [[nodiscard]] virtual std::vector<VerifierKey> verifiers() const { return {verifier()}; }

    // Those, and the ones that signed once: a checkpoint of before a rotation is ours too.
    [[nodiscard]] virtual std::vector<VerifierKey> verifiers_so_far() const { return verifiers(); }

    // The last head that was signed, or whose signature was begun; size 0 at first.
    [[nodiscard]] virtual Result<TreeHead> last() = 0;

    // Once, before the first signature, with what the log itself knows. Codes, class kFatal:
    // signer.guard_old (the log knows more than the guard), signer.clone (the guard is that of
    // another machine or copy). Nothing is changed then, and nothing is signed.
    [[nodiscard]] virtual Result<SignerStart> begin(const LogMemory& memory) {
        (void)memory;
        return SignerStart{};
    }

    // The signed note, with `consistency` proving that the checkpoint's head extends last() (empty
    // from size 0 and for the same size). Codes of a refusal, class kReject, nothing changed:
    // signer.origin, signer.rollback (smaller size), signer.fork (same size, other root),
    // signer.inconsistent. Class kFatal: the guard may not be durable; nothing is signed any more.
    [[nodiscard]] virtual Result<std::string> sign(const Checkpoint& checkpoint,
                                                   const Proof& consistency) = 0;
};

}  // namespace overlord::tlog
