// overlordctl rules WORD: the table of what a rule author can ask for.
#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

constexpr std::array kRulesCommands = {
    RulesCommand{"new", &rules_new, "NAME [-o DIR]"},
    RulesCommand{"check", &rules_check, "DIR [--at TIME]"},
    RulesCommand{"test", &rules_test, "DIR [-r REGEX] [-v] [--format F] [--threshold N] [-o FILE]"},
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
    return fail(options, kUsage, Error{"usage", "say " + rules_synopsis(name)});
}

int tell_files(const Options& options, const std::vector<Path>& files) {
    nlohmann::ordered_json json = {{"files", nlohmann::ordered_json::array()}};
    for (const Path& file : files) {
        json["files"].push_back(file.string());
        if (!options.json()) std::cout << file.string() << "\n";
    }
    using Handler = nlohmann::ordered_json::error_handler_t;
    if (options.json()) std::cout << json.dump(-1, ' ', false, Handler::replace) << "\n";
    return kYes;
}

std::string rules_synopsis(std::string_view name) {
    const RulesCommand* command = find_rules_command(name);
    if (command == nullptr) return "";
    std::string text = "rules " + std::string(name);
    if (!command->synopsis.empty()) text += " " + std::string(command->synopsis);
    return text;
}

int run_rules(const Options& options) {
    const std::vector<std::string>& words = options.operands();
    const std::string word = words.empty() ? "" : words.front();
    const RulesCommand* command = find_rules_command(word);
    if (command == nullptr) return unknown_word(options, word);
    return command->run(options, Operands(words).subspan(1));
}

}  // namespace overlord::ctl
