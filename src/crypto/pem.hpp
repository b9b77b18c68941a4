// The text form of a public key for openssl (RFC 7468), shared by the algorithms.
#pragma once

#include <string>

#include "overlord/base/bytes.hpp"

namespace overlord::crypto {

[[nodiscard]] inline std::string spki_to_pem(ByteView spki) {
    constexpr std::size_t kLineBytes = 64;
    const std::string text = to_base64(spki);
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    for (std::size_t at = 0; at < text.size(); at += kLineBytes) {
        pem += text.substr(at, kLineBytes) + "\n";
    }
    return pem + "-----END PUBLIC KEY-----\n";
}

}  // namespace overlord::crypto
