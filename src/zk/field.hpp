// The field of 2^255 - 19 elements in five limbs of 51 bits. Constant time throughout.
//
// Bounds, on which every caller relies:
//   tight: each limb below 2^51 + 2^15. Results of multiply, square, weak_reduce and of decoding.
//   loose: each limb below 2^54. What multiply and square take; a product of loose limbs, summed
//          with the factor 19, is below 2^115, and the carries out of it below 2^64.
// add() of two tight elements is below 2^52 + 2^16; subtract(a, b) wants b below 2^53 - 76 and is
// below a + 2^53. So of add, subtract and twice, two in a row after a product are still loose; the
// formulas in curve.hpp say where they stand.
#pragma once

#include <cstdint>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/zk/point.hpp"

namespace overlord::zk::field {

using Element = FieldElement;
__extension__ using Wide = unsigned __int128;  // the standard name is a GNU extension

inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << 51) - 1;

inline constexpr Element kZero{};
inline constexpr Element kOne{{1, 0, 0, 0, 0}};
// d = -121665/121666 of the curve, 2d, and a square root of -1.
inline constexpr Element kD{
    {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
inline constexpr Element kTwoD{
    {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
inline constexpr Element kSqrtMinusOne{
    {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};

inline Element add(const Element& a, const Element& b) {
    Element out;
    for (int i = 0; i < 5; ++i) out.limbs[i] = a.limbs[i] + b.limbs[i];
    return out;
}

// a + 4p - b, so that no limb goes below zero.
inline Element subtract(const Element& a, const Element& b) {
    constexpr std::uint64_t kFourP0 = (std::uint64_t{1} << 53) - 76;
    constexpr std::uint64_t kFourP = (std::uint64_t{1} << 53) - 4;
    Element out;
    out.limbs[0] = a.limbs[0] + kFourP0 - b.limbs[0];
    for (int i = 1; i < 5; ++i) out.limbs[i] = a.limbs[i] + kFourP - b.limbs[i];
    return out;
}

inline Element twice(const Element& a) {
    return add(a, a);
}

// One pass of carries: loose (and up to 2^63) to tight.
inline Element weak_reduce(const Element& a) {
    Element out;
    for (int i = 0; i < 5; ++i) out.limbs[i] = a.limbs[i] & kLimbMask;
    for (int i = 0; i < 4; ++i) out.limbs[i + 1] += a.limbs[i] >> 51;
    out.limbs[0] += 19 * (a.limbs[4] >> 51);
    return out;
}

inline Element negate(const Element& a) {
    return weak_reduce(subtract(kZero, a));
}

// The five columns of a product, carried to a tight element.
inline Element carry(Wide c0, Wide c1, Wide c2, Wide c3, Wide c4) {
    Element out;
    c1 += static_cast<std::uint64_t>(c0 >> 51);
    c2 += static_cast<std::uint64_t>(c1 >> 51);
    c3 += static_cast<std::uint64_t>(c2 >> 51);
    c4 += static_cast<std::uint64_t>(c3 >> 51);
    const std::uint64_t first = (static_cast<std::uint64_t>(c0) & kLimbMask) +
                                19 * static_cast<std::uint64_t>(c4 >> 51);
    out.limbs[0] = first & kLimbMask;
    out.limbs[1] = (static_cast<std::uint64_t>(c1) & kLimbMask) + (first >> 51);
    out.limbs[2] = static_cast<std::uint64_t>(c2) & kLimbMask;
    out.limbs[3] = static_cast<std::uint64_t>(c3) & kLimbMask;
    out.limbs[4] = static_cast<std::uint64_t>(c4) & kLimbMask;
    return out;
}

inline Element multiply(const Element& a, const Element& b) {
    const std::uint64_t a0 = a.limbs[0], a1 = a.limbs[1], a2 = a.limbs[2], a3 = a.limbs[3],
                        a4 = a.limbs[4];
    const Wide b0 = b.limbs[0], b1 = b.limbs[1], b2 = b.limbs[2], b3 = b.limbs[3],
               b4 = b.limbs[4];
    const Wide n1 = 19 * b.limbs[1], n2 = 19 * b.limbs[2], n3 = 19 * b.limbs[3],
               n4 = 19 * b.limbs[4];
    return carry(a0 * b0 + a4 * n1 + a3 * n2 + a2 * n3 + a1 * n4,
                 a1 * b0 + a0 * b1 + a4 * n2 + a3 * n3 + a2 * n4,
                 a2 * b0 + a1 * b1 + a0 * b2 + a4 * n3 + a3 * n4,
                 a3 * b0 + a2 * b1 + a1 * b2 + a0 * b3 + a4 * n4,
                 a4 * b0 + a3 * b1 + a2 * b2 + a1 * b3 + a0 * b4);
}

inline Element square(const Element& a) {
    const std::uint64_t a0 = a.limbs[0], a1 = a.limbs[1], a2 = a.limbs[2], a3 = a.limbs[3],
                        a4 = a.limbs[4];
    const Wide n3 = 19 * a3, n4 = 19 * a4;
    const std::uint64_t d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2;
    return carry(Wide{a0} * a0 + d1 * n4 + d2 * n3, Wide{d0} * a1 + d2 * n4 + a3 * n3,
                 Wide{d0} * a2 + Wide{a1} * a1 + 2 * a3 * n4,
                 Wide{d0} * a3 + Wide{d1} * a2 + a4 * n4,
                 Wide{d0} * a4 + Wide{d1} * a3 + Wide{a2} * a2);
}

// All ones for 1, zero for 0. The compiler cannot see which, so it makes no branch of it.
inline std::uint64_t mask_of(std::uint64_t choice) {
    std::uint64_t mask = 0 - choice;
    __asm__("" : "+r"(mask));
    return mask;
}

// b where `choice` is 1, a where it is 0.
inline Element select(const Element& a, const Element& b, std::uint64_t choice) {
    const std::uint64_t mask = mask_of(choice);
    Element out;
    for (int i = 0; i < 5; ++i) out.limbs[i] = a.limbs[i] ^ (mask & (a.limbs[i] ^ b.limbs[i]));
    return out;
}

using Encoding = std::array<std::uint8_t, 32>;  // little-endian

[[nodiscard]] Element decode(std::span<const std::uint8_t, 32> bytes);  // ignores the top bit
[[nodiscard]] Encoding encode(const Element& a);                       // canonical; a loose
[[nodiscard]] bool is_canonical(std::span<const std::uint8_t, 32> bytes);

// 1 or 0, for select(). Negative: the canonical encoding is odd.
[[nodiscard]] std::uint64_t is_negative(const Element& a);
[[nodiscard]] std::uint64_t is_zero(const Element& a);
[[nodiscard]] std::uint64_t equal(const Element& a, const Element& b);

[[nodiscard]] Element absolute(const Element& a);
[[nodiscard]] Element invert(const Element& a);  // of zero: zero

// RFC 9496 section 4.2, SQRT_RATIO_M1: the non-negative root of u/v, or of sqrt(-1) u/v where u/v
// is no square.
struct Root {
    std::uint64_t was_square;
    Element value;
};
[[nodiscard]] Root sqrt_ratio(const Element& u, const Element& v);
// The same of 1/v for each.
[[nodiscard]] std::vector<Root> inverse_roots(std::span<const Element> v);

// Each element by its inverse, with one inversion. None may be zero.
void invert_all(std::span<Element> elements);

}  // namespace overlord::zk::field
