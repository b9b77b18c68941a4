// Sums of points by bucket: the part of a sum of multiples where the time goes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lanes.hpp"

namespace overlord::zk {

// Points for buckets, listed first and summed later, eight buckets at a time where the processor
// can. Keeps addresses: the points outlive it. Not constant time.
class BucketPass {
public:
    BucketPass(std::size_t buckets, std::size_t additions) : sizes_(buckets) {
        items_.reserve(additions);
    }

    // Of a window whose first bucket is `first`: digit d belongs to bucket |d| - 1 of it.
    void add(std::size_t first, std::int16_t digit, const AffineNiels& point) {
        if (digit == 0) return;
        const int magnitude = digit < 0 ? -digit : digit;
        const std::size_t bucket = first + static_cast<std::size_t>(magnitude) - 1;
        ++sizes_[bucket];
        items_.push_back({lanes::entry_of(point, digit < 0), static_cast<std::uint32_t>(bucket)});
    }
    [[nodiscard]] std::vector<Point> sums() const;

private:
    struct Item {
        lanes::Entry entry;
        std::uint32_t bucket;
    };
    void sum_in_lanes(std::vector<Point>& sums) const;

    std::vector<std::uint32_t> sizes_;
    std::vector<Item> items_;
};

// p[0] + 2 p[1] + 3 p[2] + ... of each window of `length` points, a power of two.
[[nodiscard]] std::vector<Point> weighted_sums(std::span<const Point> points, std::size_t length);

}  // namespace overlord::zk
