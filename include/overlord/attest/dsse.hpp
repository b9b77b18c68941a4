// DSSE envelopes (secure-systems-lab/dsse v1.0.0: envelope.md, protocol.md) with one Ed25519
// signature.
//
// What is signed is the pre-authentication encoding of type and payload, so that neither can be
// read as the other. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::attest {

inline constexpr std::size_t kEnvelopeBytesMax = 60 * 1024;  // part of a bundle of at most 64 kB

struct Envelope {
    std::string payload_type;
    std::string payload;  // decoded
    std::string key_id;   // a hint and not signed: hex SHA-256 of the raw public key
    crypto::Signature signature{};
};

// "DSSEv1 LEN(type) type LEN(payload) payload"
[[nodiscard]] std::string pre_authentication_encoding(std::string_view payload_type,
                                                      std::string_view payload);

// Hex SHA-256 of the raw 32 bytes: the form that securesystemslib and Sigstore bundles want.
[[nodiscard]] std::string key_id(const crypto::PublicKey& key);

[[nodiscard]] Envelope sign_envelope(const crypto::SigningKey& key, std::string_view payload_type,
                                     std::string payload);

// One line of JSON, no LF.
[[nodiscard]] std::string to_json(const Envelope& envelope);

// Members it does not know are ignored and both base64 alphabets are read, as the specification
// asks; repeated members and any number of signatures but one are refused. Codes: dsse.syntax,
// dsse.field, dsse.signatures, dsse.size.
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view json);

// The payload may be believed only after this. Codes: dsse.key (the envelope names another key),
// dsse.signature (it does not verify).
[[nodiscard]] Status verify_envelope(const Envelope& envelope, const crypto::PublicKey& key);

}  // namespace overlord::attest
