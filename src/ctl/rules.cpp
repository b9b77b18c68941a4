// overlordctl rules: runs the programs that hold the one gate which bundles pass.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.hpp"
#include "overlord/pipeline/child_process.hpp"

extern char** environ;

namespace overlord::ctl {
namespace {

struct Run {
    int code = -1;
    std::string output;  // with Output::kCapture
};

enum class Output { kInherit, kCapture };

std::string read_all(int descriptor) {
    std::string text;
    std::array<char, 65536> chunk;
    while (true) {
        const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

Result<Run> run_program(const Path& program, std::vector<std::string> words, Output output) {
    words.insert(words.begin(), program.string());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return io_error("pipe", errno);
    const FileHandle reading(ends[0]);
    FileHandle writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (output == Output::kCapture) {
        posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    }
    pid_t child = 0;
    const int failure =
        ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) return io_error("start " + program.string(), failure);
    writing = FileHandle();
    Run run;
    run.output = read_all(reading.get());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    run.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return run;
}

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
