// How every digest of a state begins (docs/formats/state.md).
#pragma once

#include "overlord/crypto/sha256.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::evaluate {

[[nodiscard]] inline crypto::Sha256 begin_state_hash() {
    crypto::Sha256 hash;
    hash.update(as_bytes(kStateLabel));
    const std::uint8_t zero = 0;
    hash.update({&zero, 1});
    return hash;
}

}  // namespace overlord::evaluate
