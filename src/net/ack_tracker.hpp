// Turns "line L is done", told in any order, into "all lines up to N are done". Constant amortised
// time; memory in proportion to the lines that are under way.
#pragma once

#include <cstdint>
#include <deque>

namespace overlord::net {

class AckTracker {
public:
    // Lines are submitted in order, from 1, without gaps.
    void submitted(std::uint64_t line);
    void resolved(std::uint64_t line);  // once for each submitted line

    [[nodiscard]] std::uint64_t durable() const { return first_ - 1; }
    [[nodiscard]] bool all_resolved() const { return done_.empty(); }

private:
    std::uint64_t first_ = 1;  // the first line that is not resolved
    std::deque<bool> done_;    // of lines first_, first_ + 1, ...
};

}  // namespace overlord::net
