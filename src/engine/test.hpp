// `overlord-engine test DIR`: the tests of a folder of rules, in a process with limits.
#pragma once

#include <string>

namespace overlord::engine {

// Prints what came of them on standard output. 0: all is good; 1: not; 2: nothing could be run.
[[nodiscard]] int test_rules(const std::string& directory);

}  // namespace overlord::engine
