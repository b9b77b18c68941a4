#include <algorithm>

#include "buckets.hpp"
#include "multiply.hpp"

namespace overlord::zk {
namespace {

constexpr std::size_t kBucketsMax = 2048;  // at a time: what the second cache holds

// What an addition in a list or a running sum costs, measured in additions of single points.
constexpr std::size_t kLaneGain = 4;

}  // namespace

Point pippenger(std::span<const Scalar> scalars, std::span<const Point> points, int width) {
    const std::vector<AffineNiels> prepared = prepare_affine(points);
    const std::size_t windows = radix_digits(width);
    std::vector<std::int16_t> digits(scalars.size() * windows);
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        to_radix(scalars[i], width, &digits[i * windows]);
    }

    const std::size_t length = std::size_t{1} << (width - 1);
    const std::size_t at_a_time = std::max<std::size_t>(1, kBucketsMax / length);
    Point total;
    for (std::size_t end = windows; end > 0;) {
        const std::size_t begin = end - std::min(end, at_a_time);
        BucketPass pass((end - begin) * length, prepared.size() * (end - begin));
        for (std::size_t i = 0; i < prepared.size(); ++i) {
            for (std::size_t window = begin; window < end; ++window) {
                pass.add((window - begin) * length, digits[i * windows + window], prepared[i]);
            }
        }
        const std::vector<Point> sums = weighted_sums(pass.sums(), length);
        for (std::size_t i = sums.size(); i-- > 0;) {
            for (int bit = 0; bit < width; ++bit) total = twice(total);
            total += sums[i];
        }
        end = begin;
    }
    return total;
}

std::size_t pippenger_cost(std::size_t points, int width) {
    const std::size_t windows = radix_digits(width);
    const std::size_t additions = windows * (points + (std::size_t{1} << width));
    return kScalarBits + windows + (lanes::available() ? additions / kLaneGain : additions);
}

int pippenger_width(std::size_t points) {
    int best = 4;
    for (int width = 5; width <= 15; ++width) {
        if (pippenger_cost(points, width) < pippenger_cost(points, best)) best = width;
    }
    return best;
}

}  // namespace overlord::zk
