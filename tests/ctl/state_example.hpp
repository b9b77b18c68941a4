// A state directory as the daemon leaves it: keys, a journal of events, a published log and one
// attestation in it.
#pragma once

#include <catch2/catch.hpp>

#include "overlord/attest/statement.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/signer/local_signer.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/roster.hpp"
#include "overlord/tlog/witness.hpp"
#include "program.hpp"

namespace overlord::ctl {

enum class Watched { kNo, kYes };  // whether a witness has cosigned its last checkpoint

class StateExample {
public:
    explicit StateExample(Watched watched = Watched::kNo) {
        REQUIRE(crypto::initialize());
        signer::SignerOptions keys{state / "keys", origin, signer::Creation::kIfAbsent};
        REQUIRE(make_directories(keys.directory));
        Result<std::unique_ptr<signer::LocalSigner>> signer = signer::LocalSigner::open(keys);
        REQUIRE(signer);
        log_key = (*signer)->verifier();
        Result<tlog::KeySigner> attestor =
            tlog::create_key(keys.directory / "attestation.key", origin + "/attestation");
        REQUIRE(attestor);
        attestation_key = attestor->verifier();
        const tlog::Roster roster{
            {{attestation_key, "file:attestation.key", tlog::KeyState::kActive, true, 0}}};
        REQUIRE(tlog::write_roster(keys.directory / "attestation.roster", roster));
        ledger::Options options;
        options.state_dir = state;
        options.origin = origin;
        options.signer = signer->get();
        options.segment_bytes = 64u << 10;
        Result<std::unique_ptr<ledger::Ledger>> ledger = ledger::Ledger::open(options);
        REQUIRE(ledger);
        append_events(**ledger, 300);
        attest(**ledger, attestor->key());
        append_events(**ledger, 20);
        REQUIRE((*ledger)->seal(at++));
        if (watched == Watched::kYes) cosign(**ledger);
    }

    [[nodiscard]] std::vector<std::string> key_options() const {
        return {"--key", log_key.to_text(), "--key", attestation_key.to_text()};
    }
    [[nodiscard]] std::string digest_text() const { return "sha256:" + to_hex(digest); }
    [[nodiscard]] Path file(const std::string& name) const { return directory.path / name; }

    TemporaryDirectory directory;
    Path state = directory.path / "state";
    std::string origin = "overlords.example.org/site1";
    tlog::VerifierKey log_key;
    tlog::VerifierKey attestation_key;
    tlog::VerifierKey witness_key;
    Hash digest{};
    TimeNs at = 1769690232000000000;

private:
    // As a quorum of one does it.
    void cosign(ledger::Ledger& ledger) {
        const crypto::SigningKey key = crypto::SigningKey::generate();
        witness_key = {"witness.example/w1", tlog::SignatureType::kCosignature, key.public_key()};
        const std::string text = tlog::Note::parse(ledger.checkpoint())->text;
        const tlog::NoteSignature line =
            tlog::cosign(text, {witness_key.name, key}, static_cast<std::uint64_t>(at / kSecondNs));
        const Result<std::string> cosigned =
            tlog::with_cosignatures(ledger.checkpoint(), std::span(&line, 1));
        REQUIRE(cosigned);
        REQUIRE(ledger.witnessed(*cosigned));
    }

    void append_events(ledger::Ledger& ledger, std::size_t count) {
        std::vector<std::string> records;
        for (std::size_t i = 0; i < count; ++i) {
            const RecordIndex n{ledger.next_record().value + i};
            records.push_back(ledger::compose(n, at++, R"("kind":"event","event":)",
                                              R"({"id":"f-)" + std::to_string(n.value) + "\"}"));
        }
        REQUIRE(ledger.append(records));
    }

    void attest(ledger::Ledger& ledger, const crypto::SigningKey& key) {
        const std::vector<std::string> named = {
            R"({"v":1,"kind":"key","at":)" + std::to_string(at) +
            R"(,"role":"attestation","vkey":")" + attestation_key.to_text() + "\"}"};
        Result<ledger::SealResult> sealed = ledger.seal(at++, named);
        REQUIRE(sealed);
        attest::Statement statement;
        statement.system = "production_system";
        statement.subject_digest = crypto::sha256(as_bytes("the commitments"));
        statement.claim = R"({"system":"production_system","bundle":")" + std::string(64, 'a') +
                          R"(","levels":[],"verdict":"compliant","provisional":false})";
        statement.log = {origin, sealed->size, sealed->root, ledger.next_record()};
        statement.at = at++;
        const attest::Envelope envelope =
            attest::sign_envelope(key, attest::kPayloadType, *attest::make_statement(statement));
        digest = attest::attestation_digest(envelope.payload);
        Result<attest::EnvelopeStore> store = attest::EnvelopeStore::open(state);
        REQUIRE(store);
        REQUIRE(store->put(envelope, attest::evidence_key(statement)));
        const std::vector<std::string> entries = {attest::compose_entry({at, digest})};
        REQUIRE(ledger.seal(at, entries));
        ++at;
    }
};

// The byte in the middle of a file, changed.
inline void damage(const Path& file) {
    Result<Bytes> content = read_file(file);
    REQUIRE(content);
    REQUIRE_FALSE(content->empty());
    (*content)[content->size() / 2] ^= 1;
    REQUIRE(write_file_durable(file, *content));
}

}  // namespace overlord::ctl
