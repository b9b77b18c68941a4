// The other side of the benchmarks: sends events with the time of now over a few connections of one
// thread, with a bounded window or on a fixed schedule.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon_under_test.hpp"
#include "event_maker.hpp"

namespace overlord::bench {

struct LoadResult {
    std::uint64_t sent = 0;
    std::uint64_t durable = 0;
    std::uint64_t rejected = 0;
    std::string first_reject;
    std::uint64_t bytes = 0;        // of the events, without LF
    double seconds = 0;             // from the first event to the last answer
    double cpu_s = 0;               // of the sender
    std::vector<float> latency_ms;  // on a schedule: of each line, in the order of the schedule
    std::vector<float> published_ms;  // the same up to `published`, where it was asked for
};

struct LoadPlan {
    std::uint16_t port = 0;
    std::size_t connections = 4;
    std::uint64_t events = 0;
    double rate = 0;                  // events/s on a fixed schedule; 0: as the window lets
    std::size_t window_lines = 4096;  // unanswered lines of a connection
    bool published = false;           // on a schedule: ask for `published` too, and wait for it
};

// Sends and waits until all of it is durable or rejected.
[[nodiscard]] LoadResult run_load(const LoadPlan& plan, EventMaker& maker);

}  // namespace overlord::bench
