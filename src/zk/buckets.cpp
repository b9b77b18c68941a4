#include "buckets.hpp"

#include <algorithm>
#include <bit>

namespace overlord::zk {
namespace {

Point times_power_of_two(Point point, std::size_t factor) {
    for (; factor > 1; factor /= 2) point = twice(point);
    return point;
}

// The running sum holds point i once for each weight from the highest down to i.
Point weighted_sum(std::span<const Point> points) {
    Point running;
    Point total;
    for (std::size_t i = points.size(); i-- > 0;) {
        running += points[i];
        total += running;
    }
    return total;
}

// One window in eight parts: part l weighs l * (length of a part) more than its own weights say.
Point weighted_sum_in_parts(std::span<const Point> points) {
    const std::size_t length = points.size() / lanes::kCount;
    std::array<const Point*, lanes::kCount> parts;
    for (std::size_t l = 0; l < parts.size(); ++l) parts[l] = &points[l * length];
    const lanes::Totals totals = lanes::running_totals(parts, length);
    Point total = times_power_of_two(weighted_sum(std::span(totals.sums).subspan(1)), length);
    for (const Point& weighted : totals.weighted) total += weighted;
    return total;
}

// Eight windows, one in each lane.
void weighted_sums_in_lanes(std::span<const Point> points, std::size_t length,
                            std::vector<Point>& out) {
    const std::size_t count = std::min(lanes::kCount, points.size() / length);
    std::array<const Point*, lanes::kCount> windows;
    for (std::size_t l = 0; l < windows.size(); ++l) {
        windows[l] = &points[std::min(l, count - 1) * length];
    }
    const lanes::Totals totals = lanes::running_totals(windows, length);
    for (std::size_t l = 0; l < count; ++l) out.push_back(totals.weighted[l]);
}

}  // namespace

std::vector<Point> weighted_sums(std::span<const Point> points, std::size_t length) {
    OVERLORD_ASSERT(std::has_single_bit(length) && points.size() % length == 0);
    std::vector<Point> out;
    while (!points.empty()) {
        const std::size_t windows = points.size() / length;
        std::size_t done = 1;
        if (lanes::available() && windows > 2) {
            done = std::min(windows, lanes::kCount);
            weighted_sums_in_lanes(points, length, out);
        } else if (lanes::available() && length >= 4 * lanes::kCount) {
            out.push_back(weighted_sum_in_parts(points.first(length)));
        } else {
            out.push_back(weighted_sum(points.first(length)));
        }
        points = points.subspan(done * length);
    }
    return out;
}

std::vector<Point> BucketPass::sums() const {
    std::vector<Point> sums(sizes_.size());
    if (lanes::available()) {
        sum_in_lanes(sums);
        return sums;
    }
    for (const Item& item : items_) {
        const AffineNiels& point =
            *reinterpret_cast<const AffineNiels*>(item.entry & ~lanes::Entry{1});
        Point& sum = sums[item.bucket];
        sum = (item.entry & 1) != 0 ? zk::subtract(sum, point) : zk::add(sum, point);
    }
    return sums;
}

void BucketPass::sum_in_lanes(std::vector<Point>& sums) const {
    // The items of each bucket, one after the other.
    std::vector<std::size_t> starts(sizes_.size() + 1);
    for (std::size_t i = 0; i < sizes_.size(); ++i) starts[i + 1] = starts[i] + sizes_[i];
    std::vector<std::size_t> next(starts.begin(), starts.end() - 1);
    std::vector<lanes::Entry> entries(items_.size());
    for (const Item& item : items_) entries[next[item.bucket]++] = item.entry;

    // Buckets of like size together, so that eight end at about the same time.
    const std::uint32_t largest = *std::max_element(sizes_.begin(), sizes_.end());
    std::vector<std::size_t> of_size(std::size_t{largest} + 2);
    for (const std::uint32_t size : sizes_) ++of_size[largest - size + 1];
    for (std::size_t i = 1; i < of_size.size(); ++i) of_size[i] += of_size[i - 1];
    std::vector<std::size_t> order(sizes_.size());
    for (std::size_t bucket = 0; bucket < sizes_.size(); ++bucket) {
        order[of_size[largest - sizes_[bucket]]++] = bucket;
    }

    for (std::size_t first = 0; first < order.size(); first += lanes::kCount) {
        const std::size_t count = std::min(lanes::kCount, order.size() - first);
        if (sizes_[order[first]] == 0) return;  // the rest is empty
        std::array<lanes::List, lanes::kCount> lists{};
        for (std::size_t l = 0; l < count; ++l) {
            const std::size_t bucket = order[first + l];
            lists[l] = {entries.data() + starts[bucket], sizes_[bucket]};
        }
        std::array<Point, lanes::kCount> out;
        lanes::add_lists(lists, out);
        for (std::size_t l = 0; l < count; ++l) sums[order[first + l]] = out[l];
    }
}

}  // namespace overlord::zk
