// The one-struct functions are deprecated in OpenSSL 3 in favour of EVP, which allocates and looks
// up its algorithm for each digest: measured on a 65-byte node, that costs more than the hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "overlord/crypto/sha256.hpp"

#include <openssl/sha.h>

#include <cstring>
#include <new>

namespace overlord::crypto {
namespace {

SHA256_CTX& context_in(std::uint8_t* state) {
    return *std::launder(reinterpret_cast<SHA256_CTX*>(state));
}

}  // namespace

Hash sha256(ByteView bytes) {
    SHA256_CTX context;
    Hash hash;
    // The three functions have no way to fail; they return 1 since they could do so with engines.
    SHA256_Init(&context);
    SHA256_Update(&context, bytes.data(), bytes.size());
    SHA256_Final(hash.data(), &context);
    return hash;
}

Hash sha256(std::initializer_list<ByteView> parts) {
    SHA256_CTX context;
    Hash hash;
    SHA256_Init(&context);
    for (const ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
    SHA256_Final(hash.data(), &context);
    return hash;
}

Sha256::Sha256() {
    static_assert(sizeof(SHA256_CTX) == sizeof(state_));
    static_assert(alignof(SHA256_CTX) <= 8);
    SHA256_Init(new (state_) SHA256_CTX);
}

void Sha256::update(ByteView bytes) {
    SHA256_Update(&context_in(state_), bytes.data(), bytes.size());
}

Hash Sha256::digest() const {
    SHA256_CTX copy;
    std::memcpy(&copy, state_, sizeof copy);
    Hash hash;
    SHA256_Final(hash.data(), &copy);
    return hash;
}

Sha256 Sha256::from_state(ByteView state) {
    OVERLORD_ASSERT(state.size() == kStateBytes);
    Sha256 hash;
    std::memcpy(hash.state_, state.data(), kStateBytes);
    return hash;
}

}  // namespace overlord::crypto
