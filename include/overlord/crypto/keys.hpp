// Ed25519 (RFC 8032) by libsodium, and the memory that secrets live in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::crypto {

// Must succeed once before anything else here is used; safe to call again.
[[nodiscard]] Status initialize();

// Locked, guarded memory (sodium_malloc) that is wiped when it goes. One owner, not copyable.
class Secret {
public:
    explicit Secret(std::size_t size);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();
    [[nodiscard]] std::span<std::uint8_t> bytes() { return {data_, size_}; }
    [[nodiscard]] ByteView view() const { return {data_, size_}; }

private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class SigningKey {
public:
    [[nodiscard]] static SigningKey generate();
    [[nodiscard]] static SigningKey from_seed(ByteView seed32);  // asserts 32 bytes
    [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
    [[nodiscard]] Signature sign(ByteView message) const;
    [[nodiscard]] ByteView seed() const;  // 32 bytes, inside the locked memory

private:
    SigningKey(Secret secret, PublicKey public_key);
    Secret secret_;  // libsodium's 64-byte form: seed, public key
    PublicKey public_key_;
};

[[nodiscard]] bool verify(const PublicKey& key, ByteView message, ByteView signature);

void random_bytes(std::span<std::uint8_t> out);

// "libsodium 1.0.18\nOpenSSL 3.0.15 ...\n", as loaded.
[[nodiscard]] std::string library_versions();

// Overwrites what the compiler may not leave out; for copies of secrets outside a Secret.
void wipe(std::span<std::uint8_t> bytes);

// The public key as an SPKI PEM document (RFC 8410), for openssl.
[[nodiscard]] std::string to_pem(const PublicKey& key);

}  // namespace overlord::crypto
