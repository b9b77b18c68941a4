#include "evidence.hpp"

#include <catch2/catch.hpp>

namespace overlord::pipeline {
namespace {

Hash commitment(std::uint8_t n) {
    Hash hash{};
    hash.fill(n);
    return hash;
}

}  // namespace

TEST_CASE("evidence: a digest is the hash of the system's commitments in order", "[pipeline]") {
    Evidence evidence;
    evidence.add("a", commitment(1));
    evidence.add("b", commitment(2));
    evidence.add("a", commitment(3));
    CHECK(evidence.digest("a") == crypto::sha256({commitment(1), commitment(3)}));
    CHECK(evidence.digest("b") == crypto::sha256(commitment(2)));
    CHECK(evidence.digest("never seen") == crypto::sha256(ByteView()));
}

TEST_CASE("evidence: a pin keeps the digests of its moment, for old and new systems",
          "[pipeline]") {
    Evidence evidence;
    evidence.add("a", commitment(1));
    const Hash before = evidence.digest("a");
    const Evidence::Pin pin = evidence.pin();
    evidence.add("a", commitment(2));
    evidence.add("b", commitment(3));
    const Evidence::Pin later = evidence.pin();
    evidence.add("a", commitment(4));
    CHECK(evidence.digest("a", pin) == before);
    CHECK(evidence.digest("b", pin) == crypto::sha256(ByteView()));
    CHECK(evidence.digest("a", later) == crypto::sha256({commitment(1), commitment(2)}));
    CHECK(evidence.digest("b", later) == crypto::sha256(commitment(3)));
    evidence.unpin(pin);
    CHECK(evidence.digest("a", later) == crypto::sha256({commitment(1), commitment(2)}));
}

TEST_CASE("evidence: goes on after a restore as if it had never stopped", "[pipeline]") {
    Evidence evidence;
    for (std::uint8_t i = 0; i < 100; ++i) evidence.add(i % 2 == 0 ? "a" : "b", commitment(i));
    Bytes bytes;
    evidence.serialise(bytes);
    ByteReader in(bytes);
    Result<Evidence> restored = Evidence::restore(in);
    REQUIRE(restored);
    evidence.add("a", commitment(7));
    restored->add("a", commitment(7));
    CHECK(restored->digest("a") == evidence.digest("a"));
    CHECK(restored->digest("b") == evidence.digest("b"));
    ByteReader cut(ByteView(bytes).first(bytes.size() - 1));
    CHECK_FALSE(Evidence::restore(cut).has_value());
}

}  // namespace overlord::pipeline
