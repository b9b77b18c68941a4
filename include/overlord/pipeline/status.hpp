// What the daemon tells about itself: counters and a snapshot, for /metrics, /api/v1/status and the
// systemd status line. Written by the ledger thread, read by the io thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/pipeline/erasure.hpp"
#include "overlord/pipeline/system_verdicts.hpp"

namespace overlord::pipeline {

// Counts of durations in buckets of powers of two from 1 us, enough for percentiles within 50 %.
class LatencyHistogram {
public:
    static constexpr std::size_t kBuckets = 32;
    void add(DurationNs duration);
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::uint64_t sum_us() const { return sum_us_; }
    // Upper bound of bucket i in microseconds: 2^i.
    [[nodiscard]] std::uint64_t bucket(std::size_t i) const { return buckets_[i]; }

private:
    std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
    std::atomic<std::uint64_t> sum_us_{0};
};

struct Counters {
    std::atomic<std::uint64_t> accepted{0}, rejected{0}, duplicate{0}, late{0};
    std::atomic<std::uint64_t> batches{0}, seals{0}, attestations{0}, queries{0};
    std::atomic<std::uint64_t> engine_starts{0}, poisoned{0};
    LatencyHistogram arrival_to_durable;
};

struct StatusSnapshot {
    std::string origin, bundle;  // bundle: hex digest
    std::uint64_t records = 0, sealed_records = 0, entries = 0;
    Hash root{};
    TimeNs at = 0;  // log time
    std::vector<WaitingErasure> erasures;
    std::shared_ptr<const SystemVerdicts> systems = std::make_shared<const SystemVerdicts>();
    std::vector<evaluate::LoadedWaiver> waivers;  // of the active rules, by end
};

class StatusBoard {
public:
    Counters counters;
    void publish(std::shared_ptr<const StatusSnapshot> snapshot);
    [[nodiscard]] std::shared_ptr<const StatusSnapshot> snapshot() const;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const StatusSnapshot> snapshot_ = std::make_shared<StatusSnapshot>();
};

}  // namespace overlord::pipeline
