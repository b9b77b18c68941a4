// `overlord-engine check DIR [--json] [--at TIME]`: the gate on a folder of rules, in a process
// with limits.
// `overlord-engine --plan DIR --slot-s N`: its proof plan, in one line.
// `overlord-engine --catalogue DIR`: its catalogue, in one line.
#pragma once

#include <optional>
#include <string>

#include "overlord/base/time.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::engine {

enum class Format { kText, kJson };

// Prints the diagnostics on standard output. 0: accepted; 1: refused; 2: the folder cannot be read.
// What is proved in zero knowledge, and how, comes after them. With `at`, waivers that are over by
// then and calendars whose list of holidays is are warned of: rules.waiver_expired,
// rules.calendar_outdated.
[[nodiscard]] int check_rules(const std::string& directory, Format format,
                              std::optional<TimeNs> at);
// The diagnostics of rules that were refused: on standard error, or as JSON on standard output.
void print_refusal(const rules::Loaded& loaded, Format format);
// The same codes; diagnostics go to standard error, those of a catalogue with Format::kJson to
// standard output, as check prints them.
[[nodiscard]] int print_plan(const std::string& directory, DurationNs slot);
[[nodiscard]] int print_catalogue(const std::string& directory, Format format);

}  // namespace overlord::engine
