// Scalars as short strings of signed digits, for multiplication.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

inline constexpr int kScalarBits = 253;

// Radix 2^width, digits in [-2^(width-1), 2^(width-1)], lowest first: ceil(253 / width) of them.
// Constant time in the scalar. `width` is between 2 and 15.
[[nodiscard]] constexpr std::size_t radix_digits(int width) {
    return static_cast<std::size_t>((kScalarBits + width - 1) / width);
}
void to_radix(const Scalar& scalar, int width, std::int16_t* digits);

// Non-adjacent form of `width` bits: digits are zero or odd, of at most width - 1 bits, and after
// one that is not zero width - 1 zeros follow. Not constant time.
using Naf = std::array<std::int8_t, 256>;
[[nodiscard]] Naf to_naf(const Scalar& scalar, int width);

}  // namespace overlord::zk
