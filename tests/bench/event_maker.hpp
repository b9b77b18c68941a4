// Makes the events of the benchmarks: lines of a fixed shape, of which only the id, the system, a
// key and the times change, so that making one costs less than 100 ns. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "overlord/rules/bundle.hpp"

namespace overlord::bench {

// `data` without its braces. What stands for a key is KKKK in it, for a time kTimeGap.
struct EventShape {
    std::string type;
    std::string data;
};

// Of 20 events: 12 trades, 7 heartbeats and one that is seldom, which are these in turn.
[[nodiscard]] std::vector<EventShape> usual_mix(const std::vector<EventShape>& seldom);
[[nodiscard]] std::vector<EventShape> core_kinds();
// An event of this type with a value that its schema takes in each field: of its first text one of
// a thousand, as ids and groups are, of each time the event's own.
[[nodiscard]] EventShape shape_of(const rules::Kind& kind);

class EventMaker {
public:
    // Of `systems` systems, from number `first` on.
    EventMaker(std::size_t systems, std::size_t sources, const std::vector<EventShape>& mix,
               std::size_t first = 0);
    // Appends the next event, with its LF, as of `time_ns`.
    void append(std::string& out, std::size_t source, std::int64_t time_ns);
    [[nodiscard]] std::uint64_t made() const { return made_; }

private:
    // A line with gaps of fixed width, and where they are.
    struct Line {
        std::string text;
        std::size_t id = 0, system = 0;
        std::vector<std::size_t> times, keys;
    };
    [[nodiscard]] static Line line(const EventShape& shape, std::size_t source);
    void put_time(char* at, std::int64_t time_ns);

    std::size_t first_;
    std::size_t systems_;
    std::size_t kinds_;
    std::vector<Line> lines_;  // by source, then by place in the mix
    std::uint64_t made_ = 0;
    std::string run_;           // makes ids unique over restarts of the bench
    std::int64_t second_ = -1;  // that second_text_ is of
    std::string second_text_;
};

}  // namespace overlord::bench
