// Runs a program on a terminal of its own and types for it.
#pragma once

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"

namespace overlord::ctl {

class Terminal {
public:
    Terminal(std::vector<std::string> words, const Path& home) {
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        int descriptor = -1;
        child_ = ::forkpty(&descriptor, nullptr, nullptr, nullptr);
        if (child_ == 0) {
            ::setenv("TERM", "xterm", 1);
            ::setenv("XDG_STATE_HOME", (home / "state").c_str(), 1);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        terminal_ = FileHandle(descriptor);
    }
    ~Terminal() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void write(std::string_view text) {
        REQUIRE(::write(terminal_.get(), text.data(), text.size()) ==
                static_cast<ssize_t>(text.size()));
    }
    // What the program has shown, up to `end`, or to its end.
    std::string read_until(std::string_view end) {
        std::string shown;
        while (shown.find(end) == std::string::npos) {
            pollfd waiting{terminal_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 10'000) <= 0) break;
            std::array<char, 1> byte{};
            if (::read(terminal_.get(), byte.data(), 1) <= 0) break;
            shown += byte[0];
        }
        return shown;
    }
    int wait() {
        read_until("\x04 never shown");
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t child_ = 0;
    FileHandle terminal_;
};

}  // namespace overlord::ctl
