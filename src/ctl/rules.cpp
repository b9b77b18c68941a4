// overlordctl rules: runs the programs that hold the one gate which bundles pass.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.hpp"
#include "overlord/pipeline/child_process.hpp"
#include "run_program.hpp"

namespace overlord::ctl {
namespace {

// The programs' own codes are those of this one: 0 good, 1 not, 2 cannot be read.
int exit_of(const Options& options, const Path& program, const Run& run) {
    if (run.code >= 0 && run.code <= kUsage) return run.code;
    return fail(options, kUnavailable,
                Error{"process.ended", program.filename().string() + " ended early"});
}

int run_tests(const Options& options, const Path& program, const std::string& directory) {
    const Output output = options.json() ? Output::kCapture : Output::kInherit;
    const Result<Run> run = run_program(program, {directory}, output);
    if (!run) return fail(options, kUnavailable, run.error());
    if (options.json() && run->code >= 0 && run->code < kUsage) {
        nlohmann::ordered_json json;
        json["passed"] = run->code == 0;
        json["output"] = run->output;
        using Handler = nlohmann::ordered_json::error_handler_t;
        std::cout << json.dump(-1, ' ', false, Handler::replace) << "\n";
    }
    return exit_of(options, program, *run);
}

int run_check(const Options& options, const Path& program, const std::string& directory) {
    std::vector<std::string> words = {"check", directory};
    if (options.json()) words.push_back("--json");
    const Result<Run> run = run_program(program, words, Output::kInherit);
    if (!run) return fail(options, kUnavailable, run.error());
    if (run->code == 0 && !options.json()) std::cout << directory << ": accepted\n";
    return exit_of(options, program, *run);
}

}  // namespace

int run_rules(const Options& options) {
    const std::vector<std::string>& operands = options.operands();
    if (operands.size() != 2 || (operands[0] != "check" && operands[0] != "test")) {
        return fail(options, kUsage, Error{"usage", "say rules check DIR or rules test DIR"});
    }
    const bool check = operands[0] == "check";
    const Result<Path> program =
        pipeline::sibling_program(check ? "overlord-engine" : "overlord-rules-test");
    if (!program) return fail(options, kUnavailable, program.error());
    return check ? run_check(options, *program, operands[1])
                 : run_tests(options, *program, operands[1]);
}

}  // namespace overlord::ctl
