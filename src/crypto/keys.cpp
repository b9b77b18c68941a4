#include "overlord/crypto/keys.hpp"

#include <openssl/crypto.h>
#include <sodium.h>

#include <utility>

#include "pem.hpp"

namespace overlord::crypto {
namespace {

// RFC 8410: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING }, up to the key's 32 bytes.
constexpr std::array<std::uint8_t, 12> kSpkiPrefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

}  // namespace

Status initialize() {
    if (sodium_init() < 0) {
        return Error{"crypto.unavailable", "libsodium could not be initialised",
                     ErrorClass::kFatal};
    }
    return {};
}

Secret::Secret(std::size_t size)
    : data_(static_cast<std::uint8_t*>(sodium_malloc(size))), size_(size) {
    OVERLORD_ASSERT(data_ != nullptr);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        sodium_free(data_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() {
    sodium_free(data_);
}  // wipes; a null pointer is allowed

SigningKey::SigningKey(Secret secret, PublicKey public_key)
    : secret_(std::move(secret)), public_key_(public_key) {}

SigningKey SigningKey::generate() {
    Secret seed(crypto_sign_SEEDBYTES);
    random_bytes(seed.bytes());
    return from_seed(seed.view());
}

SigningKey SigningKey::from_seed(ByteView seed32) {
    OVERLORD_ASSERT(seed32.size() == crypto_sign_SEEDBYTES);
    Secret secret(crypto_sign_SECRETKEYBYTES);
    PublicKey public_key;
    static_assert(std::tuple_size_v<PublicKey> == crypto_sign_PUBLICKEYBYTES);
    OVERLORD_ASSERT(
        crypto_sign_seed_keypair(public_key.data(), secret.bytes().data(), seed32.data()) == 0);
    return SigningKey(std::move(secret), public_key);
}

Signature SigningKey::sign(ByteView message) const {
    Signature signature;
    static_assert(std::tuple_size_v<Signature> == crypto_sign_BYTES);
    OVERLORD_ASSERT(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                                         secret_.view().data()) == 0);
    return signature;
}

ByteView SigningKey::seed() const {
    return secret_.view().first(crypto_sign_SEEDBYTES);
}

bool verify(const PublicKey& key, ByteView message, ByteView signature) {
    if (signature.size() != crypto_sign_BYTES) return false;
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       key.data()) == 0;
}

void random_bytes(std::span<std::uint8_t> out) {
    randombytes_buf(out.data(), out.size());
}

void wipe(std::span<std::uint8_t> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

std::string to_pem(const PublicKey& key) {
    Bytes der(kSpkiPrefix.begin(), kSpkiPrefix.end());
    put_bytes(der, key);
    return spki_to_pem(der);
}

std::string library_versions() {
    return std::string("libsodium ") + sodium_version_string() + "\n" +
           OpenSSL_version(OPENSSL_VERSION) + "\n";
}

}  // namespace overlord::crypto
