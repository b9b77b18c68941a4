#include "overlord/pipeline/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace overlord::pipeline {
namespace {

// Numbers above any that a child is given, so that dup2 never overwrites a source.
constexpr int kSafeDescriptor = 100;

Error start_error(const std::string& what, int error) {
    return Error{"process.start", what + ": " + ::strerror(error), ErrorClass::kRetry};
}

}  // namespace

Result<Path> sibling_program(const std::string& name) {
    std::error_code error;
    const Path self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return Error{"process.missing", "where this program is: " + error.message()};
    const Path beside = self.parent_path() / name;
    if (std::filesystem::exists(beside, error)) return beside;
    const Path installed = self.parent_path().parent_path() / "libexec" / "overlordd" / name;
    if (std::filesystem::exists(installed, error)) return installed;
    return Error{"process.missing", "program " + name + " is neither at " + beside.string() +
                                        " nor at " + installed.string()};
}

Result<ChildProcess> ChildProcess::start(const Path& program,
                                         const std::vector<std::string>& arguments,
                                         const std::vector<std::pair<int, int>>& descriptors) {
    // Moved out of the way first: a source may have the number that another one gets in the child.
    std::vector<FileHandle> moved;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const auto& [ours, theirs] : descriptors) {
        moved.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, kSafeDescriptor));
        if (!moved.back().open()) {
            ::posix_spawn_file_actions_destroy(&actions);
            return start_error("duplicate a descriptor for " + program.string(), errno);
        }
        ::posix_spawn_file_actions_adddup2(&actions, moved.back().get(), theirs);
    }

    // The daemon blocks nothing, but a caller's mask and ignored signals would be inherited.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none, standard;
    ::sigemptyset(&none);
    ::sigemptyset(&standard);
    for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGCHLD})
        ::sigaddset(&standard, signal);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &standard);
    // A group of its own: Ctrl-C at a terminal ends the daemon, which ends its children in order.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    std::vector<char*> argv;
    std::string name = program.filename().string();
    argv.push_back(name.data());
    std::vector<std::string> copies(arguments);
    for (std::string& argument : copies) argv.push_back(argument.data());
    argv.push_back(nullptr);

    pid_t id = -1;
    const int error =
        ::posix_spawn(&id, program.c_str(), &actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return start_error("start " + program.string(), error);
    return ChildProcess(id);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this != &other) {
        kill();
        (void)wait();
        id_ = std::exchange(other.id_, -1);
    }
    return *this;
}

ChildProcess::~ChildProcess() {
    kill();
    (void)wait();
}

void ChildProcess::kill() {
    if (id_ > 0) ::kill(id_, SIGKILL);
}

std::string ChildProcess::wait() {
    if (id_ <= 0) return "not running";
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    if (WIFEXITED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

Result<std::pair<FileHandle, FileHandle>> socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return start_error("socketpair", errno);
    return std::pair(FileHandle(ends[0]), FileHandle(ends[1]));
}

}  // namespace overlord::pipeline
