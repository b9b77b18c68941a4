#include "rules_program.hpp"

#include "overlord/pipeline/child_process.hpp"

namespace overlord::ctl {

RulesRun run_rules_program(const Options& options, const std::string& name,
                           std::vector<std::string> words, Output output) {
    RulesRun run;
    const Result<Path> program = pipeline::sibling_program(name);
    if (!program) {
        fail(options, kUnavailable, program.error());
        return run;
    }
    Result<Run> ended = run_program(*program, std::move(words), output);
    if (!ended) {
        fail(options, kUnavailable, ended.error());
    } else if (ended->code < 0 || ended->code > kUsage) {
        fail(options, kUnavailable, Error{"process.ended", name + " ended early"});
    } else {
        run.exit = static_cast<Exit>(ended->code);
        run.output = std::move(ended->output);
    }
    return run;
}

}  // namespace overlord::ctl
