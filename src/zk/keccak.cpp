#include "keccak.hpp"

#include <bit>
#include <cstring>

namespace overlord::zk {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are copied as they lie");

constexpr std::size_t kShake256Rate = 136;
constexpr std::size_t kSha3512Rate = 72;

constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// Rho and pi in one walk over the lanes: where the lane goes and by how much it turns.
constexpr std::array<int, 24> kTurns = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                        27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::array<std::size_t, 24> kWalk = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                               15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

void round(std::array<std::uint64_t, 25>& a, std::uint64_t constant) {
    std::uint64_t column[5];
    for (int x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; ++x) {
        const std::uint64_t theta = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
        for (int y = 0; y < 25; y += 5) a[x + y] ^= theta;
    }
    std::uint64_t carried = a[1];
    for (std::size_t i = 0; i < 24; ++i) {
        const std::uint64_t next = a[kWalk[i]];
        a[kWalk[i]] = std::rotl(carried, kTurns[i]);
        carried = next;
    }
    for (int y = 0; y < 25; y += 5) {
        std::uint64_t row[5];
        for (int x = 0; x < 5; ++x) row[x] = a[x + y];
        for (int x = 0; x < 5; ++x) a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    a[0] ^= constant;
}

// Absorbs all of `message` and pads with `suffix` (FIPS 202 sections 5.1 and 6).
KeccakState absorbed(ByteView message, std::size_t rate, std::uint8_t suffix) {
    KeccakState state{};
    std::size_t position = 0;
    for (const std::uint8_t byte : message) {
        state[position++] ^= byte;
        if (position == rate) {
            keccak_f1600(state);
            position = 0;
        }
    }
    state[position] ^= suffix;
    state[rate - 1] ^= 0x80;
    keccak_f1600(state);
    return state;
}

}  // namespace

void keccak_f1600(KeccakState& state) {
    std::array<std::uint64_t, 25> lanes;
    std::memcpy(lanes.data(), state.data(), state.size());
    for (const std::uint64_t constant : kRoundConstants) round(lanes, constant);
    std::memcpy(state.data(), lanes.data(), state.size());
}

Shake256::Shake256(ByteView seed) : state_(absorbed(seed, kShake256Rate, 0x1f)) {}

void Shake256::read(std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) {
        if (position_ == kShake256Rate) {
            keccak_f1600(state_);
            position_ = 0;
        }
        byte = state_[position_++];
    }
}

std::array<std::uint8_t, 64> sha3_512(ByteView message) {
    const KeccakState state = absorbed(message, kSha3512Rate, 0x06);
    std::array<std::uint8_t, 64> out;
    std::memcpy(out.data(), state.data(), out.size());
    return out;
}

}  // namespace overlord::zk
