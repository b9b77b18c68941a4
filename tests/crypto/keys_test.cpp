#include "overlord/crypto/keys.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace overlord;
using namespace overlord::crypto;

static_assert(!std::is_copy_constructible_v<Secret>, "a secret has one owner");
static_assert(!std::is_copy_constructible_v<SigningKey>, "a key has one owner");

namespace {

struct Vector {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
};

}  // namespace

TEST_CASE("keys: the vectors of RFC 8032", "[crypto]") {
    REQUIRE(initialize());
    for (const Vector& vector : kVectors) {
        const SigningKey key = SigningKey::from_seed(*from_hex(vector.seed));
        const Bytes message = *from_hex(vector.message);
        CHECK(to_hex(key.public_key()) == vector.public_key);
        CHECK(to_hex(key.seed()) == vector.seed);
        const Signature signature = key.sign(message);
        CHECK(to_hex(signature) == vector.signature);
        CHECK(verify(key.public_key(), message, signature));
    }
}

TEST_CASE("keys: a changed message, key or signature does not verify", "[crypto]") {
    REQUIRE(initialize());
    const SigningKey key = SigningKey::generate();
    const Bytes message{1, 2, 3};
    Signature signature = key.sign(message);
    CHECK(verify(key.public_key(), message, signature));
    CHECK_FALSE(verify(key.public_key(), Bytes{1, 2}, signature));
    CHECK_FALSE(verify(SigningKey::generate().public_key(), message, signature));
    CHECK_FALSE(verify(key.public_key(), message, ByteView(signature).first(63)));
    CHECK_FALSE(verify(key.public_key(), message, {}));
    signature[40] ^= 1;
    CHECK_FALSE(verify(key.public_key(), message, signature));
}

TEST_CASE("keys: moving a secret leaves one owner", "[crypto]") {
    REQUIRE(initialize());
    Secret first(4);
    first.bytes()[0] = 7;
    Secret second = std::move(first);
    CHECK(first.view().empty());
    CHECK(second.view()[0] == 7);
    Secret third(8);
    third = std::move(second);
    CHECK(third.view().size() == 4);
}

TEST_CASE("keys: random bytes differ", "[crypto]") {
    REQUIRE(initialize());
    Hash one{};
    Hash two{};
    random_bytes(one);
    random_bytes(two);
    CHECK(one != two);
}

TEST_CASE("keys: PEM is what openssl writes for the first key of RFC 8032", "[crypto]") {
    PublicKey key;
    const Bytes bytes = *from_hex(kVectors[0].public_key);
    std::copy(bytes.begin(), bytes.end(), key.begin());
    CHECK(to_pem(key) ==
          "-----BEGIN PUBLIC KEY-----\n"
          "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
          "-----END PUBLIC KEY-----\n");
}
