#include "overlord/pipeline/status.hpp"

#include <bit>

namespace overlord::pipeline {

void LatencyHistogram::add(DurationNs duration) {
    const std::uint64_t us = duration <= 0 ? 0 : static_cast<std::uint64_t>(duration) / 1000;
    const std::size_t bucket = static_cast<std::size_t>(std::bit_width(us));
    buckets_[std::min(bucket, kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(us, std::memory_order_relaxed);
}

std::uint64_t LatencyHistogram::count() const {
    std::uint64_t total = 0;
    for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
    return total;
}

void StatusBoard::publish(std::shared_ptr<const StatusSnapshot> snapshot) {
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
}

std::shared_ptr<const StatusSnapshot> StatusBoard::snapshot() const {
    std::lock_guard lock(mutex_);
    return snapshot_;
}

}  // namespace overlord::pipeline
