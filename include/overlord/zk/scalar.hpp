// Scalars: integers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of
// ristretto255 (RFC 9496 section 4). Plain values, any thread. Every operation takes the same time
// whatever the values are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "overlord/base/bytes.hpp"

namespace overlord::zk {

__extension__ using Int128 = __int128;  // the standard name is a GNU extension

// 32 bytes, little-endian. Only encodings below L are accepted: with the others a proof could be
// changed without becoming a bad one.
using ScalarBytes = std::array<std::uint8_t, 32>;

class Scalar {
public:
    constexpr Scalar() = default;  // zero

    [[nodiscard]] static Scalar from_u64(std::uint64_t value);
    [[nodiscard]] static Scalar from_i128(Int128 value);  // a negative value v becomes L - |v|
    // 64 bytes, little-endian, reduced modulo L: uniform if the bytes are (RFC 9496 section 4.4).
    [[nodiscard]] static Scalar from_wide(std::span<const std::uint8_t, 64> bytes);
    // Nothing for another length than 32 and for values that are not below L.
    [[nodiscard]] static std::optional<Scalar> decode(ByteView bytes);
    [[nodiscard]] ScalarBytes encode() const;

    [[nodiscard]] Scalar operator+(const Scalar& other) const;
    [[nodiscard]] Scalar operator-(const Scalar& other) const;
    [[nodiscard]] Scalar operator*(const Scalar& other) const;
    [[nodiscard]] Scalar operator-() const;
    Scalar& operator+=(const Scalar& other) { return *this = *this + other; }
    Scalar& operator-=(const Scalar& other) { return *this = *this - other; }
    Scalar& operator*=(const Scalar& other) { return *this = *this * other; }

    [[nodiscard]] Scalar invert() const;  // of zero: zero
    [[nodiscard]] bool is_zero() const;
    [[nodiscard]] bool operator==(const Scalar& other) const;

private:
    std::array<std::uint64_t, 4> limbs_{};  // Montgomery form: value * 2^256 mod L, below L
};

// Each value by its inverse, zeros excepted, for the price of one inversion and three products.
void invert_all(std::span<Scalar> values);

// Overwrites copies of secrets; the compiler may not leave it out.
void wipe(std::span<Scalar> secrets);

}  // namespace overlord::zk
