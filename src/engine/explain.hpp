// `overlord-engine --explain`: why a goal holds of what a file of events makes of the rules, by the
// evaluator that a daemon runs, on the clock of the events.
#pragma once

#include <optional>
#include <string>

#include "overlord/base/time.hpp"

namespace overlord::engine {

struct Explaining {
    std::string directory;
    std::string events;        // JSON lines, as they are sent; "-" is standard input
    std::optional<TimeNs> at;  // later events are left out, and log time goes on to it
    std::string goal;          // for explain/1: telecoms_uptime(gw1, _), control(Id, System)
    bool json = false;
};

// Prints the explanation; lines that are no event of these rules are told on standard error and
// left out. 0: the goal holds; 1: it does not, or is unknown; 2: nothing could be explained.
[[nodiscard]] int explain_goal(const Explaining& what);

}  // namespace overlord::engine
