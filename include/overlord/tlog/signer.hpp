// Who signs the log's checkpoints, and the guard that keeps it from ever signing a fork.
//
// "A log MUST NOT sign any checkpoint which is inconsistent with any checkpoint it previously
// signed" (C2SP tlog-checkpoint). The guard file holds the last head that was signed or was about
// to be; it is made durable before the signature is, so a crash between the two costs nothing: the
// same head may be signed again, another one of that size never.
#pragma once

#include <memory>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::tlog {

class CheckpointSigner {
public:
    virtual ~CheckpointSigner() = default;
    [[nodiscard]] virtual const VerifierKey& verifier() const = 0;

    // The last head that was signed, or whose signature was begun; size 0 at first.
    [[nodiscard]] virtual Result<TreeHead> last() = 0;

    // The signed note, with `consistency` proving that the checkpoint's head extends last() (empty
    // from size 0 and for the same size). Codes of a refusal, class kReject, nothing changed:
    // signer.origin, signer.rollback (smaller size), signer.fork (same size, other root),
    // signer.inconsistent. Class kFatal: the guard may not be durable; nothing is signed any more.
    [[nodiscard]] virtual Result<std::string> sign(const Checkpoint& checkpoint,
                                                   const Proof& consistency) = 0;
};

// Whether a missing key and guard may be made. A key without its guard never is usable: the guard
// may have been removed to have a fork signed.
enum class Creation { kRefuse, kIfAbsent };

struct SignerOptions {
    Path directory;      // holds log.key and log.guard
    std::string origin;  // the log's origin, which is the key's name
    Creation creation = Creation::kRefuse;
};

// Signs in this process: in overlord-signer, and in tests. Belongs to one thread. The key file is
// locked while it lives, so that there is one signer of a key on a machine.
class LocalSigner final : public CheckpointSigner {
public:
    // Codes: io.*, key.*, signer.guard_missing, signer.guard_damaged, signer.origin, signer.locked.
    [[nodiscard]] static Result<std::unique_ptr<LocalSigner>> open(const SignerOptions& options);

    [[nodiscard]] const VerifierKey& verifier() const override { return key_.verifier(); }
    [[nodiscard]] Result<TreeHead> last() override { return last_; }
    [[nodiscard]] Result<std::string> sign(const Checkpoint& checkpoint,
                                           const Proof& consistency) override;

private:
    LocalSigner(KeySigner key, FileHandle lock, Path guard, const TreeHead& last);
    [[nodiscard]] Status check_extends(const TreeHead& head, const Proof& consistency) const;

    KeySigner key_;
    FileHandle lock_;
    Path guard_;
    TreeHead last_;
    bool poisoned_ = false;  // a guard write failed: what is on the disk is not known
};

}  // namespace overlord::tlog
