// `overlord-engine test DIR`: the tests of a folder of rules, in a process with limits.
#pragma once

#include <string>
#include <vector>

namespace overlord::engine {

// DIR [-r REGEX] [-v] [--format text|json|junit] [--threshold PERCENT]. Prints what came of them on
// standard output. 0: all is good; 1: a test failed or coverage is too low; 2: something is broken.
[[nodiscard]] int test_rules(const std::vector<std::string>& words);

}  // namespace overlord::engine
