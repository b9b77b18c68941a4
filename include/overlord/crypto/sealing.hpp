// Secrets sealed with a passphrase: the key by Argon2id (RFC 9106), the seal by XChaCha20-Poly1305,
// both of libsodium. Any thread.
#pragma once

#include <array>

#include "overlord/crypto/keys.hpp"

namespace overlord::crypto {

struct PassphraseCost {
    std::uint64_t passes = 3;
    std::uint64_t memory_kib = 64 * 1024;  // 64 MiB: a tenth of a second at a start
    bool operator==(const PassphraseCost&) const = default;
};
inline constexpr PassphraseCost kPassphraseCostMax{16, 1024 * 1024};

using SealSalt = std::array<std::uint8_t, 16>;

struct SealInput {
    ByteView passphrase;
    SealSalt salt;
    PassphraseCost cost;
    ByteView header;  // authenticated with the secret, not hidden
};

// Nonce and ciphertext. Code key.memory: the memory that the cost asks for is not there.
[[nodiscard]] Result<Bytes> seal(const SealInput& input, ByteView secret);

// Codes: key.passphrase (another passphrase, or a byte of header or seal was changed), key.memory.
[[nodiscard]] Result<Secret> unseal(const SealInput& input, ByteView sealed);

}  // namespace overlord::crypto
