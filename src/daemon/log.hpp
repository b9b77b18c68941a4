// The daemon's own log: one line an occurrence on standard error, for people and for journald.
#pragma once

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

// Sets spdlog's default logger up. Under journald lines carry its priority prefix (sd-daemon(3))
// and no time of their own; at a terminal they carry the time in UTC.
void start_log(const Config::Log& settings);

}  // namespace overlord::daemon
