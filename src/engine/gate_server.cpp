#include "gate_server.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "diagnostics.hpp"
#include "overlord/rules/bundle.hpp"
#include "sandbox.hpp"

namespace overlord::engine {
namespace {

using evaluate::MessageType;

constexpr int kExitDone = 0;
// A bundle takes a tenth of a second; nobody waits for an editor longer than this.
constexpr std::uint32_t kCpuSeconds = 5;

std::uint8_t code(MessageType type) {
    return static_cast<std::uint8_t>(type);
}

// What is wrong with test files, none of which is run.
void add_test_diagnostics(prolog::Machine& machine, const std::vector<prolog::SourceFile>& tests,
                          std::vector<prolog::Diagnostic>& diagnostics) {
    if (tests.empty()) return;
    prolog::TestPlan plan;
    plan.wanted = [](const std::string&) { return false; };
    for (prolog::Diagnostic& one : machine.test(tests, plan).diagnostics)
        diagnostics.push_back(std::move(one));
}

[[noreturn]] void load_and_answer(prolog::Machine& machine, evaluate::LoadMessage message,
                                  Channel& channel) {
    ::signal(SIGXCPU, SIG_DFL);
    evaluate::QueryLimits limits;
    limits.cpu_seconds = kCpuSeconds;
    if (!close_worker(limits)) ::_exit(1);
    std::vector<prolog::SourceFile> files;
    std::vector<prolog::SourceFile> tests;
    for (evaluate::NamedText& file : message.files) {
        auto& list = file.name.ends_with(".plt") ? tests : files;
        list.push_back({std::move(file.name), std::move(file.text)});
    }
    rules::Loaded loaded = rules::load(machine, std::move(files));
    Status sent;
    if (loaded.bundle) {
        add_test_diagnostics(machine, tests, loaded.diagnostics);
        evaluate::LoadedMessage answer;
        answer.bundle = loaded.bundle->digest;
        answer.diagnostics = to_message(loaded.diagnostics);
        sent = channel.send(code(MessageType::kLoaded), evaluate::encode(answer));
    } else {
        const evaluate::LoadFailedMessage answer{to_message(loaded.diagnostics)};
        sent = channel.send(code(MessageType::kLoadFailed), evaluate::encode(answer));
    }
    ::_exit(sent ? kExitDone : 1);
}

// Whether the copy has answered.
bool load_in_copy(prolog::Machine& machine, evaluate::LoadMessage message, Channel& channel) {
    const pid_t copy = ::fork();
    if (copy < 0) return false;
    if (copy == 0) load_and_answer(machine, std::move(message), channel);
    int status = 0;
    while (::waitpid(copy, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == kExitDone;
}

int fatal(const Error& error) {
    std::fprintf(stderr, "overlord-engine: %s\n", error.message.c_str());
    return 1;
}

}  // namespace

int serve_gate(Channel channel) {
    guard_process();
    ::signal(SIGCHLD, SIG_DFL);  // here the copies are waited for
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    if (!machine) return fatal({"engine.prolog", error});
    for (;;) {
        auto frame = channel.receive();
        if (!frame) return fatal(frame.error());
        if (!*frame || (*frame)->type == code(MessageType::kQuit)) return 0;
        auto message = (*frame)->type == code(MessageType::kLoad)
                           ? evaluate::decode_load((*frame)->payload)
                           : Result<evaluate::LoadMessage>(
                                 Error{"engine.message", "message of an unknown type"});
        if (!message) return fatal(message.error());
        if (load_in_copy(*machine, std::move(*message), channel)) continue;
        const Bytes text = evaluate::encode_text("the check reached a limit of time or memory");
        if (!channel.send(code(MessageType::kFatal), text)) return 1;
    }
}

}  // namespace overlord::engine
