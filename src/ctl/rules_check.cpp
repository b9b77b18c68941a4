// overlordctl rules check DIR: the gate that a daemon applies to a bundle.
#include <iostream>

#include "rules_commands.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {

int rules_check(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "check");
    std::vector<std::string> words = {"check", operands[0]};
    if (options.json()) words.push_back("--json");
    if (const auto at = options.value("--at")) words.insert(words.end(), {"--at", *at});
    const RulesRun run = run_rules_program(options, "overlord-engine", words, Output::kInherit);
    if (run.exit == kYes && !options.json()) std::cout << operands[0] << ": accepted\n";
    return run.exit;
}

}  // namespace overlord::ctl
