// `overlord-engine lint DIR`: what of a folder of rules could be better, in a process with limits.
#pragma once

#include <string>
#include <vector>

namespace overlord::engine {

// DIR [--format text|json|sarif|github|junit] [--severity info|warning|error]. Prints what is found
// from that severity on (warning). 0: nothing; 1: something; 2: the folder cannot be read.
[[nodiscard]] int lint_rules(const std::vector<std::string>& words);

}  // namespace overlord::engine
