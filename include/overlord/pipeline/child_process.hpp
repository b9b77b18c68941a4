// A child process of the daemon: started with named descriptors, reaped by id. The children are
// programs of ours that stand beside the running one (overlord-engine, overlord-signer).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::pipeline {

// The path of a program in the directory of the running one, or in the libexec directory of an
// installation. Code process.missing.
[[nodiscard]] Result<Path> sibling_program(const std::string& name);

class ChildProcess {
public:
    ChildProcess() = default;
    // `descriptors`: {ours, number in the child}. Nothing else is inherited but standard error.
    // Code process.start, class kRetry.
    [[nodiscard]] static Result<ChildProcess> start(
        const Path& program, const std::vector<std::string>& arguments,
        const std::vector<std::pair<int, int>>& descriptors);
    ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();  // kills and reaps what still runs

    [[nodiscard]] pid_t id() const { return id_; }
    // Waits for the end: "exit code 70", "signal 9 (Killed)".
    [[nodiscard]] std::string wait();
    void kill();

private:
    explicit ChildProcess(pid_t id) : id_(id) {}
    pid_t id_ = -1;
};

// A connected pair of Unix stream sockets, close-on-exec.
[[nodiscard]] Result<std::pair<FileHandle, FileHandle>> socket_pair();

}  // namespace overlord::pipeline
