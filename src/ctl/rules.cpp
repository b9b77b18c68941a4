// overlordctl rules: runs overlord-engine, which holds the one gate that bundles pass.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "command.hpp"
#include "overlord/base/file.hpp"

namespace overlord::ctl {
namespace {

// Beside this program, or in the libexec folder of its installation.
Result<Path> engine_program() {
    std::error_code failure;
    const Path self = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    const std::array<Path, 2> places = {
        self / "overlord-engine", self.parent_path() / "libexec" / "overlordd" / "overlord-engine"};
    for (const Path& place : places) {
        if (std::filesystem::exists(place, failure)) return place;
    }
    return Error{"process.missing", "overlord-engine is neither at " + places[0].string() +
                                        " nor at " + places[1].string()};
}

}  // namespace

int run_rules(const Options& options) {
    const std::vector<std::string>& operands = options.operands();
    if (operands.size() != 2 || (operands[0] != "check" && operands[0] != "test")) {
        return fail(options, kUsage, Error{"usage", "say rules check DIR or rules test DIR"});
    }
    const Result<Path> program = engine_program();
    if (!program) return fail(options, kUnavailable, program.error());
    std::vector<std::string> words = {"overlord-engine", operands[0], operands[1]};
    if (options.json()) words.insert(words.begin() + 2, "--json");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(program->c_str(), arguments.data());
    return fail(options, kUnavailable, io_error("start " + program->string(), errno));
}

}  // namespace overlord::ctl
