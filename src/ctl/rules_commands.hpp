// overlordctl rules: one function for each word that may follow it, one file for each function.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "overlord/base/file.hpp"

namespace overlord::ctl {

using Operands = std::span<const std::string>;  // what follows the word

struct RulesCommand {
    std::string_view name;
    int (*run)(const Options& options, Operands operands);
    std::string_view synopsis;  // what follows the name
};

int rules_catalogue(const Options& options, Operands operands);
int rules_check(const Options& options, Operands operands);
int rules_diff(const Options& options, Operands operands);
int rules_doc(const Options& options, Operands operands);
int rules_explain(const Options& options, Operands operands);
int rules_lint(const Options& options, Operands operands);
int rules_help(const Options& options, Operands operands);
int rules_lsp(const Options& options, Operands operands);
int rules_new(const Options& options, Operands operands);
int rules_test(const Options& options, Operands operands);

// What was written, one a line, or {"files":[NAME,...]}. Gives kYes.
int tell_files(const Options& options, const std::vector<Path>& files);

// "rules check DIR [--at TIME]", or "" of a word that is none.
std::string rules_synopsis(std::string_view name);

// "say rules check DIR": the mistake of a command that got other operands than it takes.
int rules_usage(const Options& options, std::string_view name);

}  // namespace overlord::ctl
