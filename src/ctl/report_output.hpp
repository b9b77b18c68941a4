// Prints what a verification found.
#pragma once

#include "command.hpp"
#include "overlord/attest/report.hpp"

namespace overlord::ctl {

// Text, or with --json one object; the exit code of the answer.
[[nodiscard]] int print_report(const Options& options, const attest::Report& report);

}  // namespace overlord::ctl
