// The ways to a sum of multiples; multiply_vartime() chooses among the first two. None of them is
// constant time, but for those that say so.
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

// Buckets of the digits 1 to 2^(width-1): the sum of digit * bucket over all.
class Buckets {
public:
    explicit Buckets(int width) : buckets_(std::size_t{1} << (width - 1)) {}
    void add(std::int16_t digit, const AffineNiels& point) {
        if (digit > 0) {
            Point& bucket = buckets_[static_cast<std::size_t>(digit) - 1];
            bucket = zk::add(bucket, point);
        } else if (digit < 0) {
            Point& bucket = buckets_[static_cast<std::size_t>(-digit) - 1];
            bucket = zk::subtract(bucket, point);
        }
    }
    [[nodiscard]] Point total() const;
    void clear();

private:
    std::vector<Point> buckets_;
};

}  // namespace overlord::zk
