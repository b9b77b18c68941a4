// `overlord-engine --contributions DIR --slot-s N FILE`: what events add to the event-bound slots
// of their time by the rules of a folder, for an auditor.
#pragma once

#include <string>

#include "overlord/base/time.hpp"

namespace overlord::engine {

// FILE has a line for each event, its log time in ns, a space and its bytes; for each one a line is
// printed, [["control",slot,bad,total],...]. 0; 1: the rules are refused; 2: something cannot be
// read, or a line is none.
[[nodiscard]] int print_contributions(const std::string& directory, DurationNs slot,
                                      const std::string& file);

}  // namespace overlord::engine
