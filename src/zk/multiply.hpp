// The two ways to a sum of multiples that multiply_vartime() chooses from. Not constant time.
#pragma once

#include <span>

#include "curve.hpp"
#include "digits.hpp"

namespace overlord::zk {

// Straus 1964: one chain of doublings for all, each point with its odd multiples up to 15.
[[nodiscard]] Point straus(std::span<const Scalar> scalars, std::span<const Point> points);

// Pippenger 1976: in each window of `width` bits a point goes to the bucket of its digit.
[[nodiscard]] Point pippenger(std::span<const Scalar> scalars, std::span<const Point> points,
                              int width);

// What they cost, in additions of points.
[[nodiscard]] std::size_t straus_cost(std::size_t points);
[[nodiscard]] std::size_t pippenger_cost(std::size_t points, int width);
[[nodiscard]] int pippenger_width(std::size_t points);  // the cheapest

}  // namespace overlord::zk
