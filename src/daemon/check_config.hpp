// `overlordd --check-config`: what the configuration names outside itself and a start needs.
#pragma once

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

// The policy of witnesses, and what the keys need: a passphrase or PIN in a file that others cannot
// read. Credentials are systemd's and are not looked at. Codes: config.value, witness.*, key.mode,
// key.passphrase, io.*; each message names the key of the configuration.
[[nodiscard]] Status check_named_files(const Config& config);

}  // namespace overlord::daemon
