// Runs programs the way a user does: arguments in, exit code and both streams out.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"

extern char** environ;

namespace overlord::ctl {

struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "overlord-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    Path path;
};

struct Outcome {
    int code = -1;
    std::string out;
    std::string err;
};

// A program that is running; its streams are read until both end.
class Program {
public:
    explicit Program(std::vector<std::string> words, const std::string& input = "") {
        std::array<int, 2> in{}, out{}, err{};
        REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        REQUIRE(::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(),
                               environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        ::close(err[1]);
        out_ = FileHandle(out[0]);
        err_ = FileHandle(err[0]);
        if (!input.empty()) REQUIRE(::write(in[1], input.data(), input.size()) > 0);
        ::close(in[1]);
    }
    ~Program() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void signal(int number) { ::kill(child_, number); }

    Outcome wait() {
        Outcome outcome;
        bool out_open = true;
        bool err_open = true;
        while (out_open || err_open) {
            std::array<pollfd, 2> waiting{
                {{out_open ? out_.get() : -1, POLLIN, 0}, {err_open ? err_.get() : -1, POLLIN, 0}}};
            ::poll(waiting.data(), waiting.size(), -1);
            if (waiting[0].revents != 0) out_open = read_into(out_, outcome.out);
            if (waiting[1].revents != 0) err_open = read_into(err_, outcome.err);
        }
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = 0;
        outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return outcome;
    }

private:
    static bool read_into(const FileHandle& file, std::string& text) {
        std::array<char, 65536> chunk;
        const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
        if (count > 0) text.append(chunk.data(), static_cast<std::size_t>(count));
        return count > 0;
    }

    pid_t child_ = 0;
    FileHandle out_;
    FileHandle err_;
};

inline Outcome overlordctl(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), OVERLORD_BIN_DIR "/overlordctl");
    return Program(std::move(arguments), input).wait();
}

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace overlord::ctl
