// When the daemon must not write any more, and what it says then.
#pragma once

#include <string>

#include "overlord/base/result.hpp"

namespace overlord::daemon {

// Whether an error means that this state is not the newest of its log, or that another history was
// signed with its key: a rollback, a clone, a truncation, a fork. Then going on would destroy the
// evidence's worth, and ending in a loop of restarts would hide what the operator has to see.
[[nodiscard]] bool means_read_only(const Error& error);

// "read-only log.rollback: ...; what to do": one line for standard error, systemd and the status.
[[nodiscard]] std::string read_only_line(const Error& error);

}  // namespace overlord::daemon
