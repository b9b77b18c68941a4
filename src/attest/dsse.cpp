#include "overlord/attest/dsse.hpp"

#include <algorithm>
#include <utility>

#include "json.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {
namespace {

// DSSE verifiers read both alphabets; the strict decoder of base knows only the standard one.
Result<Bytes> decode_either_base64(std::string text) {
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    while (text.size() % 4 != 0) text.push_back('=');
    return from_base64(text);
}

Result<std::string> decode_payload(const Json& envelope) {
    const std::string* encoded = find_text(envelope, "payload");
    if (encoded == nullptr) return Error{"dsse.field", "payload is missing or no string"};
    const Result<Bytes> payload = decode_either_base64(*encoded);
    if (!payload) return Error{"dsse.field", "payload is not base64"};
    return std::string(as_text(*payload));
}

Status decode_signature(const Json& signature, Envelope& envelope) {
    const std::string* encoded = find_text(signature, "sig");
    if (encoded == nullptr) return Error{"dsse.field", "signatures[0].sig is missing or no string"};
    const Result<Bytes> bytes = decode_either_base64(*encoded);
    if (!bytes || bytes->size() != envelope.signature.size()) {
        return Error{"dsse.field", "signatures[0].sig is not the base64 of 64 bytes"};
    }
    std::copy(bytes->begin(), bytes->end(), envelope.signature.begin());
    if (!signature.contains("keyid")) return {};
    const std::string* id = find_text(signature, "keyid");
    if (id == nullptr) return Error{"dsse.field", "signatures[0].keyid is no string"};
    envelope.key_id = *id;
    return {};
}

}  // namespace

std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload) {
    std::string text = "DSSEv1 " + std::to_string(payload_type.size()) + " ";
    text += payload_type;
    text += " " + std::to_string(payload.size()) + " ";
    text += payload;
    return text;
}

std::string key_id(const crypto::PublicKey& key) {
    return to_hex(crypto::sha256(key));
}

Envelope sign_envelope(const crypto::SigningKey& key, std::string_view payload_type,
                       std::string payload) {
    const std::string signed_text = pre_authentication_encoding(payload_type, payload);
    return Envelope{std::string(payload_type), std::move(payload), key_id(key.public_key()),
                    key.sign(as_bytes(signed_text))};
}

std::string to_json(const Envelope& envelope) {
    Json signature = Json::object();
    signature["keyid"] = envelope.key_id;
    signature["sig"] = to_base64(envelope.signature);
    Json json = Json::object();
    json["payload"] = to_base64(as_bytes(envelope.payload));
    json["payloadType"] = envelope.payload_type;
    json["signatures"] = Json::array({std::move(signature)});
    return canonical_text(json);
}

Result<Envelope> parse_envelope(std::string_view json) {
    if (json.size() > kEnvelopeBytesMax) return Error{"dsse.size", "the envelope is too long"};
    const Result<Json> parsed = parse_json(json, "dsse.syntax");
    if (!parsed) return with_context(parsed.error(), "DSSE envelope");
    Envelope envelope;
    const std::string* type = find_text(*parsed, "payloadType");
    if (type == nullptr) return Error{"dsse.field", "payloadType is missing or no string"};
    envelope.payload_type = *type;
    Result<std::string> payload = decode_payload(*parsed);
    if (!payload) return payload.error();
    envelope.payload = std::move(*payload);
    const auto signatures = parsed->find("signatures");
    if (signatures == parsed->end() || !signatures->is_array() || signatures->size() != 1) {
        return Error{"dsse.signatures", "an envelope has exactly one signature"};
    }
    if (Status decoded = decode_signature(signatures->front(), envelope); !decoded) {
        return decoded.error();
    }
    return envelope;
}

Status verify_envelope(const Envelope& envelope, const crypto::PublicKey& key) {
    if (!envelope.key_id.empty() && envelope.key_id != key_id(key)) {
        return Error{"dsse.key", "the envelope names another key: " + envelope.key_id};
    }
    const std::string signed_text =
        pre_authentication_encoding(envelope.payload_type, envelope.payload);
    if (!crypto::verify(key, as_bytes(signed_text), envelope.signature)) {
        return Error{"dsse.signature", "the envelope's signature does not verify"};
    }
    return {};
}

}  // namespace overlord::attest
