// Keccak, STROBE and Merlin against values that other implementations agree on.
#include "overlord/zk/transcript.hpp"

#include "../../src/zk/keccak.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

std::string challenge(Transcript& transcript, std::size_t bytes = 32) {
    Bytes out(bytes);
    transcript.challenge_bytes("challenge", out);
    return to_hex(out);
}

}  // namespace

TEST_CASE("keccak: the permutation of zero", "[zk]") {
    KeccakState state{};
    keccak_f1600(state);
    CHECK(to_hex(std::span(state).first<32>()) ==
          "e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd");
}

TEST_CASE("keccak: SHAKE256 and SHA3-512 of FIPS 202's examples", "[zk]") {
    CHECK(to_hex(sha3_512(as_bytes(""))) ==
          "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
          "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26");
    CHECK(to_hex(sha3_512(as_bytes("abc"))) ==
          "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
          "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
    Shake256 stream(as_bytes(""));
    Bytes out(32);
    stream.read(out);
    CHECK(to_hex(out) == "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
}

TEST_CASE("keccak: a stream read in pieces is the same stream", "[zk]") {
    const Bytes seed(200, 7);  // longer than the rate
    Bytes whole(500);
    Shake256(seed).read(whole);
    Shake256 stream(seed);
    Bytes pieces(500);
    for (std::size_t at = 0, size = 1; at < pieces.size(); at += size, ++size) {
        size = std::min(size, pieces.size() - at);
        stream.read(std::span(pieces).subspan(at, size));
    }
    CHECK(pieces == whole);
}

TEST_CASE("strobe: where Merlin's first operation ends", "[zk]") {
    const Strobe strobe("Merlin v1.0");
    CHECK(strobe.position() == std::array<std::uint8_t, 3>{13, 1, 18});
}

TEST_CASE("merlin: one message, one challenge", "[zk]") {
    Transcript transcript("test protocol");
    transcript.append("some label", as_bytes("some data"));
    CHECK(challenge(transcript) ==
          "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615");
}

TEST_CASE("merlin: messages longer than the rate and challenges that depend on challenges",
          "[zk]") {
    Transcript transcript("test protocol");
    transcript.append("step1", as_bytes("some data"));
    const Bytes data(1024, 99);
    std::string last;
    for (int round = 0; round < 32; ++round) {
        last = challenge(transcript);
        if (round == 0) {
            CHECK(last == "b61a5540c3dc16e5d746c22e0bfd3509621e37e088a1445581813a746e9c12ea");
        }
        transcript.append("bigdata", data);
        transcript.append("challengedata", hex(last));
    }
    CHECK(last == "a8c933f54fae76e3f9bea93648c1308e7dfa2152dd51674ff3ca438351cf003c");
}

TEST_CASE("merlin: neither labels nor lengths can be moved", "[zk]") {
    const auto of = [](std::string_view label, std::string_view message) {
        Transcript transcript("t");
        transcript.append(label, as_bytes(message));
        return challenge(transcript);
    };
    CHECK(of("ab", "c") != of("a", "bc"));
    CHECK(of("", "abc") != of("abc", ""));
    Transcript twice("t");
    twice.append("a", as_bytes("b"));
    twice.append("a", as_bytes("c"));
    CHECK(challenge(twice) != of("a", "bc"));
    Transcript first("t");
    Transcript second("t");
    CHECK(challenge(first, 32) != challenge(second, 64).substr(0, 64));
}
