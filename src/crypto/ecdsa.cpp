#include "overlord/crypto/ecdsa.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

#include "pem.hpp"

namespace overlord::crypto {
namespace {

// SEQUENCE { SEQUENCE { OID ecPublicKey, OID prime256v1 }, BIT STRING }, up to the point.
constexpr std::array<std::uint8_t, 26> kSpkiPrefix = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::size_t kPointBytes = 65;
constexpr std::uint8_t kUncompressed = 0x04;
static_assert(kSpkiPrefix.size() + kPointBytes == sizeof(EcdsaPublicKey::spki));

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

// OpenSSL reads a point only if it is one of the curve.
Key load(const EcdsaPublicKey& key) {
    const std::uint8_t* from = key.spki.data();
    return {d2i_PUBKEY(nullptr, &from, static_cast<long>(key.spki.size())), &EVP_PKEY_free};
}

}  // namespace

Result<EcdsaPublicKey> EcdsaPublicKey::parse(ByteView spki) {
    const Error bad{"key.ecdsa", "not a P-256 public key in DER with an uncompressed point"};
    EcdsaPublicKey key;
    if (spki.size() != key.spki.size()) return bad;
    std::copy(spki.begin(), spki.end(), key.spki.begin());
    const bool this_form =
        std::equal(kSpkiPrefix.begin(), kSpkiPrefix.end(), key.spki.begin()) &&
        key.spki[kSpkiPrefix.size()] == kUncompressed;
    if (!this_form || load(key) == nullptr) return bad;
    return key;
}

Result<EcdsaPublicKey> EcdsaPublicKey::from_point(ByteView point65) {
    Bytes spki(kSpkiPrefix.begin(), kSpkiPrefix.end());
    put_bytes(spki, point65);
    return parse(spki);
}

bool verify(const EcdsaPublicKey& key, ByteView message, ByteView signature) {
    const Key loaded = load(key);
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    if (loaded == nullptr || context == nullptr) return false;
    if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, loaded.get()) != 1) {
        return false;
    }
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

Bytes ecdsa_signature_to_der(ByteView r_and_s) {
    OVERLORD_ASSERT(r_and_s.size() == 64);
    const EcdsaSignature signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
    OVERLORD_ASSERT(signature != nullptr);
    BIGNUM* r = BN_bin2bn(r_and_s.data(), 32, nullptr);
    BIGNUM* s = BN_bin2bn(r_and_s.data() + 32, 32, nullptr);
    OVERLORD_ASSERT(r != nullptr && s != nullptr);
    OVERLORD_ASSERT(ECDSA_SIG_set0(signature.get(), r, s) == 1);  // owns both from here on
    const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
    OVERLORD_ASSERT(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    std::uint8_t* to = der.data();
    OVERLORD_ASSERT(i2d_ECDSA_SIG(signature.get(), &to) == size);
    return der;
}

std::string to_pem(const EcdsaPublicKey& key) {
    return spki_to_pem(key.spki);
}

}  // namespace overlord::crypto
