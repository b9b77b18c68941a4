// overlordctl rules lint DIR: what is right and could be better.
#include "rules_commands.hpp"
#include "written_run.hpp"

namespace overlord::ctl {

int rules_lint(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "lint");
    std::vector<std::string> words = {"lint", operands[0]};
    for (const char* const name : {"--format", "--severity"}) {
        const std::optional<std::string> value = options.value(name);
        if (value) words.insert(words.end(), {name, *value});
    }
    if (options.json() && !options.has("--format"))
        words.insert(words.end(), {"--format", "json"});
    return written_run(options, std::move(words));
}

}  // namespace overlord::ctl
