// Multiplication by secret scalars: every table entry is read, whatever the digit is.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "curve.hpp"
#include "digits.hpp"

namespace overlord::zk {

inline constexpr int kSecretWidth = 4;
inline constexpr std::size_t kSecretDigits = radix_digits(kSecretWidth);  // 64
inline constexpr std::size_t kSecretEntries = std::size_t{1} << (kSecretWidth - 1);

// digit * P for the digits -8 to 8, of the multiples 1 P to 8 P. Constant time.
[[nodiscard]] AffineNiels pick(const AffineNiels* multiples, std::int16_t digit);

// 1 P, ..., 8 P of each point, one after the other.
[[nodiscard]] std::vector<AffineNiels> multiples_of(std::span<const Point> points);

// The multiples of 16^k P for each k: a fixed base, without doublings.
class SecretTable {
public:
    explicit SecretTable(const Point& base);
    // Of the lowest `bits` of the scalar, which the others are zero beyond: a public bound.
    [[nodiscard]] Point multiply(const Scalar& scalar, int bits) const;

private:
    std::vector<AffineNiels> multiples_;
};

}  // namespace overlord::zk
