// Sets what a configuration left open: state_dir, repl.socket, rules.dir. Reads the environment.
#pragma once

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

[[nodiscard]] Status fill_defaults(Config& config);

}  // namespace overlord::daemon
