#include "written_run.hpp"

#include "output_file.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {
namespace {

Status write_to(const std::string& name, const std::string& text) {
    Result<OutputFile> file = OutputFile::open(name);
    if (!file) return file.error();
    if (const Status put = file->put(text); !put) return put;
    return file->close();
}

}  // namespace

int written_run(const Options& options, std::vector<std::string> words) {
    const std::optional<std::string> file = options.value("-o");
    const RulesRun run = run_rules_program(options, "overlord-engine", std::move(words),
                                           file ? Output::kCapture : Output::kInherit);
    if (!file || run.output.empty()) return run.exit;
    if (const Status written = write_to(*file, run.output); !written)
        return fail(options, kUsage, written.error());
    return run.exit;
}

}  // namespace overlord::ctl
