// A run of overlord-engine whose output goes where -o says.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace overlord::ctl {

// The exit code is the program's. One that tells nothing leaves no file: what was broken stands on
// standard error.
int written_run(const Options& options, std::vector<std::string> words);

}  // namespace overlord::ctl
