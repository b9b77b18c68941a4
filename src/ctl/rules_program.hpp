// The programs behind overlordctl rules: they hold Prolog, this one does not.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "run_program.hpp"

namespace overlord::ctl {

struct RulesRun {
    Exit exit = kUnavailable;  // the program's own code: 0 good, 1 not, 2 cannot be read
    std::string output;        // with Output::kCapture
};

// Runs the program of this name that stands beside this one. What it cannot tell itself (it is not
// there, it ended early) is told here, as `fail` does: rules that exceed its limits of memory or
// time are a no.
[[nodiscard]] RulesRun run_rules_program(const Options& options, const std::string& name,
                                         std::vector<std::string> words, Output output);

}  // namespace overlord::ctl
