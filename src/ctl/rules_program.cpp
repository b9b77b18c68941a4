#include "rules_program.hpp"

#include <csignal>

#include "overlord/pipeline/child_process.hpp"

namespace overlord::ctl {
namespace {

constexpr int kMemoryCode = 70;  // of overlord-engine: the rules met its memory limit

}  // namespace

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
    } else if (ended->code == kMemoryCode || ended->signal == SIGXCPU) {
        run.exit = kNo;
        fail(options, kNo,
             ended->code == kMemoryCode
                 ? Error{"rules.memory", "the rules need more memory than such a run may have"}
                 : Error{"rules.time", "the rules need more time than such a run may have"});
    } else if (ended->code < 0 || ended->code > kUsage) {
        fail(options, kUnavailable, Error{"process.ended", name + " ended early"});
    } else {
        run.exit = static_cast<Exit>(ended->code);
        run.output = std::move(ended->output);
    }
    return run;
}

}  // namespace overlord::ctl
