// SHA-256 (FIPS 180-4) by OpenSSL, which uses the processor's SHA extensions; libsodium 1.0.18 does
// not and is five times slower on a record. Any thread; a Sha256 object belongs to one.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "overlord/base/bytes.hpp"

namespace overlord::crypto {

[[nodiscard]] Hash sha256(ByteView bytes);
// The digest of the parts one after the other.
[[nodiscard]] Hash sha256(std::initializer_list<ByteView> parts);

// A running hash; copyable, so that a digest can be taken without ending it.
class Sha256 {
public:
    Sha256();
    void update(ByteView bytes);
    [[nodiscard]] Hash digest() const;  // of all so far; the hash can go on

    // The running state, for a private snapshot that the same build reads back (its layout is the
    // library's). kStateBytes bytes.
    static constexpr std::size_t kStateBytes = 112;
    [[nodiscard]] ByteView state() const { return {state_, kStateBytes}; }
    [[nodiscard]] static Sha256 from_state(ByteView state);  // asserts the size

private:
    alignas(8) std::uint8_t state_[kStateBytes];  // SHA256_CTX, kept out of this header
};

}  // namespace overlord::crypto
