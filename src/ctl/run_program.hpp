// Runs a program that stands beside this one, say overlord-engine, to its end.
#pragma once

#include <string>
#include <vector>

#include "overlord/base/file.hpp"

namespace overlord::ctl {

struct Run {
    int code = -1;       // -1: it did not end by itself, but
    int signal = 0;      // by this signal
    std::string output;  // with Output::kCapture
};

enum class Output { kInherit, kCapture };  // of standard output; standard error is inherited

// Errors: io.*, where it cannot be started.
[[nodiscard]] Result<Run> run_program(const Path& program, std::vector<std::string> words,
                                      Output output);

}  // namespace overlord::ctl
