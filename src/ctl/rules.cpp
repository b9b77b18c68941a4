// overlordctl rules WORD: the table of what a rule author can ask for.
#include <algorithm>
#include <array>
#include <vector>

#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

constexpr std::array kRulesCommands = {
    RulesCommand{"new", &rules_new, "NAME [-o DIR]"},
    RulesCommand{"check", &rules_check, "DIR"},
    RulesCommand{"test", &rules_test, "DIR [-r REGEX] [--format F] [--threshold N] [-o FILE]"},
    RulesCommand{"lint", &rules_lint, "DIR [--format F] [--severity LEVEL] [-o FILE]"},
    RulesCommand{"help", &rules_help, "[CODE]"},
    RulesCommand{"explain", &rules_explain,
                 "GOAL | CONTROL SYSTEM | DIR CONTROL --system S --events FILE [--at TIME]"},
    RulesCommand{"diff", &rules_diff, "DIR|DIGEST DIR|DIGEST"},
    RulesCommand{"doc", &rules_doc, "DIR -o OUTDIR"},
    RulesCommand{"lsp", &rules_lsp, ""},
    RulesCommand{"catalogue", &rules_catalogue, "DIR"},
};

const RulesCommand* find_rules_command(std::string_view name) {
    const auto found = std::find_if(kRulesCommands.begin(), kRulesCommands.end(),
                                    [&](const RulesCommand& one) { return one.name == name; });
    return found == kRulesCommands.end() ? nullptr : &*found;
}

int unknown_word(const Options& options, const std::string& word) {
    std::vector<std::string_view> names;
    std::string list;
    for (const RulesCommand& known : kRulesCommands) {
        names.push_back(known.name);
        list += (list.empty() ? "" : ", ") + std::string(known.name);
    }
    const std::string near = nearest_word(word, names);
    return fail(options, kUsage,
                Error{"usage", word.empty() ? "rules needs one of " + list
                               : near.empty()
                                   ? "there is no rules " + word + ": there is " + list
                                   : "there is no rules " + word + ", did you mean " + near + "?"});
}

}  // namespace

int rules_usage(const Options& options, std::string_view name) {
    const RulesCommand* command = find_rules_command(name);
    const std::string synopsis(command == nullptr ? "" : command->synopsis);
    return fail(options, kUsage, Error{"usage", "say rules " + std::string(name) + " " + synopsis});
}

int run_rules(const Options& options) {
    const std::vector<std::string>& words = options.operands();
    const std::string word = words.empty() ? "" : words.front();
    const RulesCommand* command = find_rules_command(word);
    if (command == nullptr) return unknown_word(options, word);
    return command->run(options, Operands(words).subspan(1));
}

}  // namespace overlord::ctl
