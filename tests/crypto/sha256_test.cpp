#include "overlord/crypto/sha256.hpp"

#include <catch2/catch.hpp>

using namespace overlord;
using namespace overlord::crypto;

TEST_CASE("sha256: the vectors of FIPS 180-4", "[crypto]") {
    CHECK(to_hex(sha256(ByteView{})) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha256(Bytes(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: parts, whole and running hash agree at every length", "[crypto]") {
    Bytes bytes;
    Sha256 running;
    for (int i = 0; i < 200; ++i) {
        const Hash whole = sha256(bytes);
        const ByteView view(bytes);
        const std::size_t third = bytes.size() / 3;
        CHECK(sha256({view.first(third), view.subspan(third)}) == whole);
        CHECK(running.digest() == whole);
        const auto byte = static_cast<std::uint8_t>(i * 7);
        running.update({&byte, 1});
        bytes.push_back(byte);
    }
}

TEST_CASE("sha256: a copy of a running hash goes its own way", "[crypto]") {
    Sha256 first;
    first.update(as_bytes("a"));
    Sha256 second = first;
    first.update(as_bytes("bc"));
    second.update(as_bytes("x"));
    CHECK(first.digest() == sha256(as_bytes("abc")));
    CHECK(second.digest() == sha256(as_bytes("ax")));
}
