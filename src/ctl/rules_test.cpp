// overlordctl rules test DIR: the tests beside the packs.
#include <iostream>
#include <nlohmann/json.hpp>

#include "rules_commands.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {

int rules_test(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "test");
    const Output output = options.json() ? Output::kCapture : Output::kInherit;
    const RulesRun run =
        run_rules_program(options, "overlord-engine", {"test", operands[0]}, output);
    if (options.json() && run.exit < kUsage) {
        nlohmann::ordered_json json;
        json["passed"] = run.exit == kYes;
        json["output"] = run.output;
        using Handler = nlohmann::ordered_json::error_handler_t;
        std::cout << json.dump(-1, ' ', false, Handler::replace) << "\n";
    }
    return run.exit;
}

}  // namespace overlord::ctl
