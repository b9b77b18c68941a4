#include "overlord/attest/store.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "temporary_directory.hpp"

using namespace overlord;
using namespace overlord::attest;

namespace {

Envelope make_envelope(const Statement& statement) {
    REQUIRE(crypto::initialize());
    return sign_envelope(crypto::SigningKey::from_seed(Bytes(32, 1)), kPayloadType,
                         *make_statement(statement));
}

}  // namespace

TEST_CASE("store: an attestation is found by digest and by evidence, also later", "[attest]") {
    const TemporaryDirectory directory;
    const Statement statement = example_statement();
    const Envelope envelope = make_envelope(statement);
    const Hash digest = attestation_digest(envelope.payload);
    {
        Result<EnvelopeStore> store = EnvelopeStore::open(directory.path);
        REQUIRE(store);
        CHECK_FALSE(store->find(digest)->has_value());
        CHECK_FALSE(store->find_by_evidence(evidence_key(statement))->has_value());
        REQUIRE(store->put(envelope, evidence_key(statement)));
    }
    const Result<EnvelopeStore> store = EnvelopeStore::open(directory.path);
    REQUIRE(store);
    CHECK(to_json(**store->find(digest)) == to_json(envelope));
    CHECK(to_json(**store->find_by_evidence(evidence_key(statement))) == to_json(envelope));
}

TEST_CASE("store: the latest attestation about the same evidence is given", "[attest]") {
    const TemporaryDirectory directory;
    Result<EnvelopeStore> store = EnvelopeStore::open(directory.path);
    Statement statement = example_statement();
    const Hash key = evidence_key(statement);
    REQUIRE(store->put(make_envelope(statement), key));
    statement.log.size = TreeSize{99};
    const Envelope later = make_envelope(statement);
    REQUIRE(store->put(later, key));
    CHECK((*store->find_by_evidence(key))->payload == later.payload);
}

TEST_CASE("store: a file that is not the attestation of its name is refused", "[attest]") {
    const TemporaryDirectory directory;
    Result<EnvelopeStore> store = EnvelopeStore::open(directory.path);
    Statement statement = example_statement();
    const Envelope envelope = make_envelope(statement);
    const Hash digest = attestation_digest(envelope.payload);
    REQUIRE(store->put(envelope, evidence_key(statement)));
    statement.system = "another";
    const Path file = directory.path / "attestations" / (to_hex(digest) + ".dsse.json");
    REQUIRE(write_file_durable(file, as_bytes(to_json(make_envelope(statement)))));
    CHECK(store->find(digest).error().code == "store.corrupt");
    const Hash key = evidence_key(example_statement());
    CHECK(store->find_by_evidence(key).error().code == "store.corrupt");
}

TEST_CASE("store: an unreadable evidence index means only that nothing is reused", "[attest]") {
    const TemporaryDirectory directory;
    Result<EnvelopeStore> store = EnvelopeStore::open(directory.path);
    const Statement statement = example_statement();
    const Hash key = evidence_key(statement);
    REQUIRE(store->put(make_envelope(statement), key));
    const Path index = directory.path / "attestations" / "by_evidence" / to_hex(key);
    REQUIRE(write_file_durable(index, as_bytes("")));
    CHECK_FALSE(store->find_by_evidence(key)->has_value());
}
