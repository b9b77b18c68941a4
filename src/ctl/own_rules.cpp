#include "own_rules.hpp"

#include "overlord/pipeline/child_process.hpp"
#include "overlord/rules/bundle.hpp"
#include "run_program.hpp"

namespace overlord::ctl {

Result<attest::OwnRules> own_rules(const Path& directory, DurationNs slot_ns) {
    const auto files = rules::read_rules(directory.string());
    if (!files) return files.error();
    const Result<Path> engine = pipeline::sibling_program("overlord-engine");
    if (!engine) return engine.error();
    if (slot_ns % kSecondNs != 0) {
        return Error{"rules.plan", "slots of " + std::to_string(slot_ns) + " ns are no seconds"};
    }
    Result<Run> run = run_program(*engine,
                                  {"--plan", directory.string(), "--slot-s",
                                   std::to_string(slot_ns / kSecondNs)},
                                  Output::kCapture);
    if (!run) return std::move(run).error();
    if (run->code != 0) {
        return Error{"rules.plan", engine->filename().string() + " derives no plan from " +
                                       directory.string() + " (exit code " +
                                       std::to_string(run->code) + ")"};
    }
    if (run->output.ends_with('\n')) run->output.pop_back();
    return attest::OwnRules{to_hex(rules::bundle_digest(*files)), std::move(run->output)};
}

}  // namespace overlord::ctl
