// Points: elements of ristretto255 (RFC 9496), a group of prime order L without cofactor. Plain
// values, any thread. Sums and encodings take the same time whatever the values are; decoding does
// not hide the bytes it is given, which are public.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "overlord/base/bytes.hpp"

namespace overlord::zk {

using PointBytes = std::array<std::uint8_t, 32>;  // RFC 9496 section 4.3.2; all zero: the identity

// An integer modulo 2^255 - 19 as the sum of limbs[i] * 2^(51 i).
struct FieldElement {
    std::array<std::uint64_t, 5> limbs{};
};

class Point {
public:
    constexpr Point() = default;  // the identity
    // Extended coordinates on the Edwards curve: x = X/Z, y = Y/Z, T = XY/Z. For src/zk.
    constexpr Point(const FieldElement& x, const FieldElement& y, const FieldElement& z,
                    const FieldElement& t)
        : x_(x), y_(y), z_(z), t_(t) {}

    [[nodiscard]] static const Point& base();  // B, the base point of RFC 9496 section 4
    // The one-way map of RFC 9496 section 4.3.4: nobody knows the result's logarithm.
    [[nodiscard]] static Point from_uniform(std::span<const std::uint8_t, 64> bytes);

    [[nodiscard]] Point operator+(const Point& other) const;
    [[nodiscard]] Point operator-(const Point& other) const;
    [[nodiscard]] Point operator-() const;
    Point& operator+=(const Point& other) { return *this = *this + other; }
    Point& operator-=(const Point& other) { return *this = *this - other; }

    [[nodiscard]] bool is_identity() const;
    // Of the group's elements: coordinates may differ (RFC 9496 section 4.3.3).
    [[nodiscard]] bool operator==(const Point& other) const;

    [[nodiscard]] const FieldElement& x() const { return x_; }
    [[nodiscard]] const FieldElement& y() const { return y_; }
    [[nodiscard]] const FieldElement& z() const { return z_; }
    [[nodiscard]] const FieldElement& t() const { return t_; }

private:
    FieldElement x_{};
    FieldElement y_{{1, 0, 0, 0, 0}};
    FieldElement z_{{1, 0, 0, 0, 0}};
    FieldElement t_{};
};

// Nothing for each bad encoding of RFC 9496 section 4.3.1: not below p, negative, no square,
// a negative product, y = 0, another length than 32. The identity decodes.
[[nodiscard]] std::optional<Point> decode(ByteView bytes);
[[nodiscard]] PointBytes encode(const Point& point);
// Many at a time, which some processors do in a fraction of the time.
[[nodiscard]] std::vector<std::optional<Point>> decode(std::span<const PointBytes> encodings);
[[nodiscard]] std::vector<PointBytes> encode(std::span<const Point> points);

}  // namespace overlord::zk
