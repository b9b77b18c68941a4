// tests/vectors/timestamp: a token by an authority of `openssl ts`; its keys were thrown away.
#include "overlord/crypto/timestamp.hpp"

#include <catch2/catch.hpp>

#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"

using namespace overlord;
using namespace overlord::crypto;

namespace {

Path vector_file(const char* name) {
    return Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "timestamp" / name;
}

Bytes content(const char* name) {
    REQUIRE(initialize());
    const Result<Bytes> bytes = read_file(vector_file(name));
    REQUIRE(bytes);
    return *bytes;
}

}  // namespace

TEST_CASE("timestamp: a token verifies up to its authority, long after", "[crypto]") {
    const Hash digest = sha256(content("3.checkpoint"));
    const Result<Timestamp> stamp =
        verify_timestamp(content("3.tsr"), digest, vector_file("ca.pem"));
    REQUIRE(stamp);
    CHECK(format_rfc3339(stamp->time) == "2026-11-26T07:55:06Z");
    CHECK(stamp->serial == "01");
    const Result<Timestamp> granted = check_timestamp(content("3.tsq"), content("3.tsr"));
    REQUIRE(granted);
    CHECK(granted->time == stamp->time);
}

TEST_CASE("timestamp: another document, authority or question does not verify", "[crypto]") {
    const Bytes token = content("3.tsr");
    const Hash digest = sha256(content("3.checkpoint"));
    const Path ca = vector_file("ca.pem");
    CHECK(verify_timestamp(token, sha256(as_bytes("other")), ca).error().code ==
          "timestamp.mismatch");
    CHECK(verify_timestamp(token, digest, vector_file("other-ca.pem")).error().code ==
          "timestamp.mismatch");
    CHECK(verify_timestamp(token, digest, vector_file("nowhere.pem")).error().code ==
          "timestamp.ca");
    // The same document, asked for again: the nonce is another.
    const Result<Bytes> again = timestamp_request(digest);
    REQUIRE(again);
    CHECK(check_timestamp(*again, token).error().code == "timestamp.refused");
    CHECK(*timestamp_request(digest) != *again);
    CHECK(check_timestamp(token, token).error().code == "timestamp.malformed");
}

TEST_CASE("timestamp: no cut and no changed byte of a token verifies", "[crypto]") {
    const Bytes token = content("3.tsr");
    const Hash digest = sha256(content("3.checkpoint"));
    const Path ca = vector_file("ca.pem");
    std::size_t survived = 0;
    for (std::size_t i = 0; i < token.size(); ++i) {
        CHECK_FALSE(verify_timestamp(ByteView(token).first(i), digest, ca));
        Bytes changed = token;
        changed[i] ^= 0x01;
        const Result<Timestamp> stamp = verify_timestamp(changed, digest, ca);
        if (!stamp) continue;
        // What the signature does not cover says nothing: the answer's envelope, the list of
        // algorithms in it. What it says of time and number must be what was signed.
        ++survived;
        CHECK(format_rfc3339(stamp->time) == "2026-11-26T07:55:06Z");
        CHECK(stamp->serial == "01");
    }
    CHECK(survived < token.size() / 20);
    Bytes longer = token;
    longer.push_back(0);
    CHECK(verify_timestamp(longer, digest, ca).error().code == "timestamp.malformed");
    CHECK(verify_timestamp(Bytes(kTimestampBytesMax + 1, 0x30), digest, ca).error().code ==
          "timestamp.malformed");
}
