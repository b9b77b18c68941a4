// The other side of the benchmarks: makes events with the time of now and sends them over a few
// connections of one thread, with a bounded window or on a fixed schedule.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon_under_test.hpp"

namespace overlord::bench {

// Lines of a fixed shape, of which only the id, the system and the time change: making one costs
// less than 100 ns, so that the bench measures the daemon and not itself.
class EventMaker {
public:
    EventMaker(std::size_t systems, std::size_t sources);
    // Appends the next event, with its LF, as of `time_ns` on the wall clock.
    void append(std::string& out, std::size_t source, std::int64_t time_ns);
    [[nodiscard]] std::uint64_t made() const { return made_; }

private:
    // A line with gaps of fixed width.
    struct Shape {
        std::string text;
        std::size_t id = 0, system = 0, time = 0, key = 0;  // places; key 0: none
    };
    [[nodiscard]] static Shape shape(const std::string& type, const std::string& data,
                                     std::size_t source);
    void put_time(char* at, std::int64_t time_ns);

    std::size_t systems_;
    std::size_t kinds_ = 0;
    std::vector<Shape> shapes_;  // by source, then by place in the mix
    std::uint64_t made_ = 0;
    std::string run_;           // makes ids unique over restarts of the bench
    std::int64_t second_ = -1;  // that second_text_ is of
    std::string second_text_;
};

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
