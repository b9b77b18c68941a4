#include "overlord/crypto/cipher.hpp"

#include <sodium.h>

namespace overlord::crypto {

static_assert(kCipherKeyBytes == crypto_stream_xchacha20_KEYBYTES);
static_assert(kCipherNonceBytes == crypto_stream_xchacha20_NONCEBYTES);

void xor_xchacha20(std::span<std::uint8_t> out, ByteView in, ByteView key, ByteView nonce) {
    OVERLORD_ASSERT(out.size() == in.size());
    OVERLORD_ASSERT(key.size() == kCipherKeyBytes && nonce.size() == kCipherNonceBytes);
    const int done =
        crypto_stream_xchacha20_xor(out.data(), in.data(), in.size(), nonce.data(), key.data());
    OVERLORD_ASSERT(done == 0);
}

}  // namespace overlord::crypto
