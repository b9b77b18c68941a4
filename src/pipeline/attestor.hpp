// Makes attestations: a claim of the engine, the log position that covers it, a signature, a file,
// and the digest for the log. Ledger thread only; sealing is its caller's.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "overlord/attest/statement.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::pipeline {

class Attestor {
public:
    // `publish`: a copy of each envelope goes here, empty for none.
    Attestor(attest::EnvelopeStore store, crypto::SigningKey key, Path publish)
        : store_(std::move(store)), key_(std::move(key)), publish_(std::move(publish)) {}

    struct Made {
        Hash digest{};
        std::optional<std::string> entry;  // to be logged; absent when it is there already
    };
    // Unchanged evidence under the same rules gives the existing attestation.
    [[nodiscard]] Result<Made> make(const attest::Statement& statement, TimeNs at);
    // Its entry is in a signed log.
    void logged(const Hash& digest) { logged_.insert(digest); }

    // Is there an attestation of ours with this digest, about this system and saying that it
    // complies? The signature is checked again.
    [[nodiscard]] Result<bool> valid(std::string_view system, const Hash& digest) const;

    [[nodiscard]] const crypto::PublicKey& public_key() const { return key_.public_key(); }

    // What keys of before signed stays valid.
    void accept(std::vector<crypto::PublicKey> earlier) { earlier_ = std::move(earlier); }
    void replace_key(crypto::SigningKey key) {
        earlier_.push_back(key_.public_key());
        key_ = std::move(key);
    }

private:
    attest::EnvelopeStore store_;
    crypto::SigningKey key_;
    std::vector<crypto::PublicKey> earlier_;
    Path publish_;
    std::set<Hash> logged_;  // in this run
};

}  // namespace overlord::pipeline
