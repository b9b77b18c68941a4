// A directory of its own for each test, removed afterwards.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "overlord/base/file.hpp"

namespace overlord {

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

// Runs a shell command and gives its exit status; `output` receives what it wrote, both streams.
inline int run_command(const std::string& command, std::string* output = nullptr) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    char buffer[4096];
    while (const std::size_t count = ::fread(buffer, 1, sizeof buffer, pipe)) {
        text.append(buffer, count);
    }
    const int status = ::pclose(pipe);
    if (output != nullptr) *output = text;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace overlord
