// Keccak-f[1600] and the two sponges of FIPS 202 that the generators are made with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "overlord/base/bytes.hpp"

namespace overlord::zk {

using KeccakState = std::array<std::uint8_t, 200>;  // lanes are little-endian
void keccak_f1600(KeccakState& state);

// SHAKE256 of `seed`, as a stream.
class Shake256 {
public:
    explicit Shake256(ByteView seed);
    void read(std::span<std::uint8_t> out);

private:
    KeccakState state_{};
    std::size_t position_ = 0;
};

[[nodiscard]] std::array<std::uint8_t, 64> sha3_512(ByteView message);

}  // namespace overlord::zk
