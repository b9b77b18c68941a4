// Prints what a verification found.
#pragma once

#include "command.hpp"
#include "overlord/attest/report.hpp"
#include "zk_answer.hpp"

namespace overlord::ctl {

// Text, or with --json one object, with `zero_knowledge` where there is an answer; the exit code.
[[nodiscard]] int print_report(const Options& options, const attest::Report& report,
                               const ZkAnswer* zk = nullptr);

}  // namespace overlord::ctl
