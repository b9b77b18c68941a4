// Sums of multiples of many points at once. NOT constant time: for public values, and for a
// prover's vectors once they are masked. Pure functions, any thread.
#pragma once

#include <span>

#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

// scalars[0] * points[0] + ...; asserts equal lengths; of nothing: the identity. By Straus' method
// with sliding windows for few points and by Pippenger's buckets for many, whichever costs less.
[[nodiscard]] Point multiply_vartime(std::span<const Scalar> scalars,
                                     std::span<const Point> points);

[[nodiscard]] Point sum(std::span<const Point> points);

}  // namespace overlord::zk
