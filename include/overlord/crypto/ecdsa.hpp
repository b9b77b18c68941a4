// ECDSA over P-256 with SHA-256 (FIPS 186-5) by OpenSSL. Only verification: private keys live in
// PKCS#11 tokens. Pure functions, any thread.
#pragma once

#include <array>
#include <string>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"

namespace overlord::crypto {

// A point of the curve, in the one form that is hashed and compared: SubjectPublicKeyInfo in DER
// (RFC 5480) with the named curve and the uncompressed point.
struct EcdsaPublicKey {
    std::array<std::uint8_t, 91> spki{};

    // Code key.ecdsa: another curve, another form, or no point of the curve.
    [[nodiscard]] static Result<EcdsaPublicKey> parse(ByteView spki);
    [[nodiscard]] static Result<EcdsaPublicKey> from_point(ByteView point65);  // 04, x, y
    bool operator==(const EcdsaPublicKey&) const = default;
};

// `signature` in DER: SEQUENCE { INTEGER r, INTEGER s }.
[[nodiscard]] bool verify(const EcdsaPublicKey& key, ByteView message, ByteView signature);

// The 64 bytes r, s that PKCS#11 gives, in DER. Asserts the length.
[[nodiscard]] Bytes ecdsa_signature_to_der(ByteView r_and_s);

[[nodiscard]] std::string to_pem(const EcdsaPublicKey& key);

}  // namespace overlord::crypto
