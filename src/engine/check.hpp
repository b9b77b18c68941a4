// `overlord-engine check DIR [--json] [--at TIME]`: the gate on a folder of rules, in a process
// with limits.
// `overlord-engine --plan DIR --slot-s N`: its proof plan, in one line.
// `overlord-engine --catalogue DIR`: its catalogue, in one line.
#pragma once

#include <optional>
#include <string>

#include "overlord/base/time.hpp"

namespace overlord::engine {

enum class Format { kText, kJson };

// Prints the diagnostics on standard output. 0: accepted; 1: refused; 2: the folder cannot be read.
// What is proved in zero knowledge, and how, comes after them. With `at`, waivers that are over by
// then are warned of: rules.waiver_expired.
[[nodiscard]] int check_rules(const std::string& directory, Format format,
                              std::optional<TimeNs> at);
// The same codes; diagnostics go to standard error.
[[nodiscard]] int print_plan(const std::string& directory, DurationNs slot);
[[nodiscard]] int print_catalogue(const std::string& directory);

}  // namespace overlord::engine
