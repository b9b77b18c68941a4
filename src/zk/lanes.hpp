// Eight operations of the curve at a time, on processors with AVX-512 IFMA (52-bit products). What
// is done here can be done without; which way was taken shows in nothing but time, and tests
// compare both.
//
// Each function wants available(). Elements and points are those of field.hpp and curve.hpp, with
// tight limbs in and out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "curve.hpp"

namespace overlord::zk::lanes {

inline constexpr std::size_t kCount = 8;

[[nodiscard]] bool available();
// Off and on again, for comparisons; on has no effect on other processors. Not for other threads'
// eyes: while nothing else runs.
void enable(bool on);

// A point of a list, negated or not, in one word: points lie at even addresses.
using Entry = std::uintptr_t;
[[nodiscard]] inline Entry entry_of(const AffineNiels& point, bool negative) {
    return reinterpret_cast<Entry>(&point) | static_cast<Entry>(negative);
}

struct List {
    const Entry* entries = nullptr;
    std::size_t size = 0;
};

// out[i] = the sum of lists[i]. Takes as long as the longest list.
void add_lists(const std::array<List, kCount>& lists, std::array<Point, kCount>& out);

// Of points p[0], p[1], ... in each of eight rows: their sum, and p[0] + 2 p[1] + 3 p[2] + ...
struct Totals {
    std::array<Point, kCount> sums;
    std::array<Point, kCount> weighted;
};
[[nodiscard]] Totals running_totals(const std::array<const Point*, kCount>& rows,
                                    std::size_t length);

// 64 sums of points, eight vectors of them, in the order of registers.
struct Places {
    alignas(64) std::array<std::uint64_t, 8 * 20 * kCount> words;

    Places();
    [[nodiscard]] Point at(std::size_t place) const;
};
// Adds digits[i] times a point to place i, of the multiples 1 to 8 of it. Constant time.
void add_secret(Places& places, const AffineNiels* multiples, const std::int16_t* digits);

// Each to the power of (p - 5) / 8, the long part of a square root.
void power_p58(std::array<FieldElement, kCount>& elements);

}  // namespace overlord::zk::lanes
