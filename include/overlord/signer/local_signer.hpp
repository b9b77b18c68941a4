// Signs in this process: in overlord-signer, and in tests. Owns the log's private keys and the
// guard. Belongs to one thread; one at a time for a directory, by a lock on keys/log.lock.
//
// The guard is made durable before a signature of a new head is made, so a crash between the two
// costs nothing: the same head may be signed again, another one of that size never.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "overlord/signer/guard.hpp"
#include "overlord/signer/key_source.hpp"
#include "overlord/tlog/roster.hpp"
#include "overlord/tlog/signer.hpp"

namespace overlord::signer {

// Whether missing keys and guard may be made. A key without its guard never is usable: the guard
// may have been removed to have a fork signed.
enum class Creation { kRefuse, kIfAbsent };

enum class Place { kBound, kFree };  // is a guard that comes from elsewhere refused?

struct SignerOptions {
    Path directory;      // keys/: log.roster, log.guard, log.lock, and the key files
    std::string origin;  // the log's origin, which is the keys' name
    Creation creation = Creation::kRefuse;
    std::string source = "file";  // of the first key, see new_key()
    Place place = Place::kBound;
    KeyPlaces stores = {};  // its `directory` is set to the one above
};

// What a rotation asks for.
struct AddKey {
    std::string source;  // as new_key() has it
    tlog::Roster::Others others = tlog::Roster::Others::kRetire;
    std::uint64_t until = 0;  // POSIX seconds when the others are to be retired; 0: when told to
};

class LocalSigner final : public tlog::CheckpointSigner {
public:
    // Codes: io.*, key.*, keys.*, pkcs11.*, signer.guard_missing, signer.guard_damaged,
    // signer.origin, signer.locked, signer.key (a source holds another key than it did).
    [[nodiscard]] static Result<std::unique_ptr<LocalSigner>> open(const SignerOptions& options);

    [[nodiscard]] const tlog::VerifierKey& verifier() const override;
    [[nodiscard]] std::vector<tlog::VerifierKey> verifiers() const override;
    [[nodiscard]] std::vector<tlog::VerifierKey> verifiers_so_far() const override;
    [[nodiscard]] Result<tlog::TreeHead> last() override { return guard_.head; }
    [[nodiscard]] Result<tlog::SignerStart> begin(const tlog::LogMemory& memory) override;
    // Also signer.begin: begin() did not succeed.
    [[nodiscard]] Result<std::string> sign(const tlog::Checkpoint& checkpoint,
                                           const tlog::Proof& consistency) override;

    // The keys and what became of them. A change is durable when these return; the log's entries
    // are due then, and log_told() says that they are sealed. Codes of the roster and of new_key().
    [[nodiscard]] const tlog::Roster& roster() const { return roster_; }
    [[nodiscard]] Result<tlog::VerifierKey> add(const AddKey& request);
    [[nodiscard]] Status retire(const tlog::VerifierKey& key);
    [[nodiscard]] Status log_told();  // and the files of retired keys are moved aside

    // A write failed: nothing is signed or changed any more.
    [[nodiscard]] bool poisoned() const { return poisoned_; }

private:
    LocalSigner(SignerOptions options, FileHandle lock);
    [[nodiscard]] Status load();
    [[nodiscard]] Status load_keys();
    [[nodiscard]] Status create();
    [[nodiscard]] Status check_extends(const tlog::TreeHead& head,
                                       const tlog::Proof& consistency) const;
    [[nodiscard]] Status save_guard(const Guard& guard);
    [[nodiscard]] Status save_roster(tlog::Roster roster);
    [[nodiscard]] tlog::NoteSigner* signer_of(const tlog::VerifierKey& key) const;

    SignerOptions options_;
    FileHandle lock_;
    tlog::Roster roster_;
    std::vector<std::unique_ptr<tlog::NoteSigner>> keys_;  // of those that sign
    Guard guard_;
    bool begun_ = false;
    bool poisoned_ = false;  // a write failed: what is on the disk is not known
};

}  // namespace overlord::signer
