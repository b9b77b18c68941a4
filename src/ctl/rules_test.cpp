// overlordctl rules test DIR: the tests beside the packs.
#include "rules_commands.hpp"
#include "written_run.hpp"

namespace overlord::ctl {

int rules_test(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "test");
    std::vector<std::string> words = {"test", operands[0]};
    if (options.has("-v")) words.emplace_back("-v");
    for (const char* const name : {"-r", "--format", "--threshold"}) {
        const std::optional<std::string> value = options.value(name);
        if (value) words.insert(words.end(), {name, *value});
    }
    if (options.json() && !options.has("--format"))
        words.insert(words.end(), {"--format", "json"});
    return written_run(options, std::move(words));
}

}  // namespace overlord::ctl
