// A stream cipher for records at rest: XChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.3) by
// libsodium. It hides and does not authenticate: whoever uses it has another check of the
// plaintext. Pure function, any thread.
#pragma once

#include <cstdint>
#include <span>

#include "overlord/base/bytes.hpp"

namespace overlord::crypto {

inline constexpr std::size_t kCipherKeyBytes = 32;
inline constexpr std::size_t kCipherNonceBytes = 24;

// out = in XOR keystream; both ways. Sizes must be equal, the key 32 and the nonce 24 bytes
// (asserted). One (key, nonce) pair must never serve two plaintexts.
void xor_xchacha20(std::span<std::uint8_t> out, ByteView in, ByteView key, ByteView nonce);

}  // namespace overlord::crypto
