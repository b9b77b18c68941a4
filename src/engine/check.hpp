// `overlord-engine check DIR [--json]`: the gate on a folder of rules, in a process with limits.
#pragma once

#include <string>

namespace overlord::engine {

enum class Format { kText, kJson };

// Prints the diagnostics on standard output. 0: accepted; 1: refused; 2: the folder cannot be read.
[[nodiscard]] int check_rules(const std::string& directory, Format format);

}  // namespace overlord::engine
