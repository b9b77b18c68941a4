#include "overlord/crypto/sealing.hpp"

#include <sodium.h>

#include <algorithm>

namespace overlord::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(std::tuple_size_v<SealSalt> == crypto_pwhash_SALTBYTES);

Result<Secret> derive(const SealInput& input) {
    OVERLORD_ASSERT(input.cost.passes <= kPassphraseCostMax.passes &&
                    input.cost.memory_kib <= kPassphraseCostMax.memory_kib);
    Secret key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    const int failed = crypto_pwhash(
        key.bytes().data(), key.bytes().size(),
        reinterpret_cast<const char*>(input.passphrase.data()), input.passphrase.size(),
        input.salt.data(), input.cost.passes, input.cost.memory_kib * 1024,
        crypto_pwhash_ALG_ARGON2ID13);
    if (failed == 0) return key;
    return Error{"key.memory",
                 "a key of a passphrase needs " + std::to_string(input.cost.memory_kib / 1024) +
                     " MiB of memory for a moment, and they are not there",
                 ErrorClass::kFatal};
}

}  // namespace

Result<Bytes> seal(const SealInput& input, ByteView secret) {
    const Result<Secret> key = derive(input);
    if (!key) return key.error();
    Bytes sealed(kNonceBytes + secret.size() + kTagBytes);
    random_bytes(std::span(sealed).first(kNonceBytes));
    unsigned long long length = 0;
    OVERLORD_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(
                        sealed.data() + kNonceBytes, &length, secret.data(), secret.size(),
                        input.header.data(), input.header.size(), nullptr, sealed.data(),
                        key->view().data()) == 0);
    OVERLORD_ASSERT(length == secret.size() + kTagBytes);
    return sealed;
}

Result<Secret> unseal(const SealInput& input, ByteView sealed) {
    const Error wrong{"key.passphrase", "the passphrase is another one, or the file was changed",
                      ErrorClass::kFatal};
    if (sealed.size() <= kNonceBytes + kTagBytes) return wrong;
    const Result<Secret> key = derive(input);
    if (!key) return key.error();
    const ByteView nonce = sealed.first(kNonceBytes);
    const ByteView cipher = sealed.subspan(kNonceBytes);
    Secret secret(cipher.size() - kTagBytes);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        secret.bytes().data(), nullptr, nullptr, cipher.data(), cipher.size(), input.header.data(),
        input.header.size(), nonce.data(), key->view().data());
    if (failed != 0) return wrong;
    return secret;
}

}  // namespace overlord::crypto
