// The key that signs attestations, and those that did: keys/attestation.roster. One key at a time
// signs, because an envelope has one signature. Belongs to one thread at a time: the main thread at
// start, then the ledger thread.
#pragma once

#include <string>
#include <vector>

#include "overlord/crypto/keys.hpp"
#include "overlord/signer/key_source.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::daemon {

class AttestationKeys {
public:
    enum class Creation { kRefuse, kIfAbsent };

    // `source`: where a new key is made, as signer::new_key() has it. Codes: io.*, key.*, keys.*.
    [[nodiscard]] static Result<AttestationKeys> open(signer::KeyPlaces places, std::string name,
                                                      const std::string& source,
                                                      Creation creation);

    [[nodiscard]] const tlog::Roster& roster() const { return roster_; }
    [[nodiscard]] crypto::SigningKey signing_key() const;  // a copy, in locked memory of its own
    [[nodiscard]] std::vector<crypto::PublicKey> earlier() const;  // what they signed stays valid

    // The new key signs from here on, the one before is retired; both are due in the log.
    [[nodiscard]] Result<tlog::VerifierKey> rotate(const std::string& source);
    [[nodiscard]] Status log_told();

private:
    AttestationKeys(signer::KeyPlaces places, std::string name)
        : places_(std::move(places)), name_(std::move(name)) {}
    [[nodiscard]] Path file() const { return places_.directory / "attestation.roster"; }
    [[nodiscard]] Status load();
    [[nodiscard]] Status save(tlog::Roster roster);

    signer::KeyPlaces places_;
    std::string name_;
    tlog::Roster roster_;
    std::unique_ptr<tlog::KeySigner> key_;
};

}  // namespace overlord::daemon
