#include "multiply.hpp"

#include <algorithm>

namespace overlord::zk {

Point Buckets::total() const {
    // The running sum holds bucket i once for each digit from the highest down to i.
    Point running;
    Point total;
    for (std::size_t i = buckets_.size(); i-- > 0;) {
        running += buckets_[i];
        total += running;
    }
    return total;
}

void Buckets::clear() {
    std::fill(buckets_.begin(), buckets_.end(), Point());
}

Point pippenger(std::span<const Scalar> scalars, std::span<const Point> points, int width) {
    const std::vector<AffineNiels> prepared = prepare_affine(points);
    const std::size_t windows = radix_digits(width);
    std::vector<std::int16_t> digits(scalars.size() * windows);
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        to_radix(scalars[i], width, &digits[i * windows]);
    }

    Point total;
    Buckets buckets(width);
    for (std::size_t window = windows; window-- > 0;) {
        for (int bit = 0; bit < width; ++bit) total = twice(total);
        buckets.clear();
        for (std::size_t i = 0; i < prepared.size(); ++i) {
            buckets.add(digits[i * windows + window], prepared[i]);
        }
        total += buckets.total();
    }
    return total;
}

std::size_t pippenger_cost(std::size_t points, int width) {
    return kScalarBits + radix_digits(width) * (points + (std::size_t{1} << width));
}

int pippenger_width(std::size_t points) {
    int best = 4;
    for (int width = 5; width <= 15; ++width) {
        if (pippenger_cost(points, width) < pippenger_cost(points, best)) best = width;
    }
    return best;
}

}  // namespace overlord::zk
