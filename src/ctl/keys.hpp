// The actions of `overlordctl keys`, one file for each kind of them.
#pragma once

#include "command.hpp"
#include "key_ring.hpp"

namespace overlord::ctl {

enum class KeyFormat { kVkey, kPem };

void print_keys(const Options& options, const std::vector<OwnKey>& keys, KeyFormat format);

int new_key(const Options& options, KeyFormat format);  // makes a key, without a daemon
int rotate_keys(const Options& options);                // through the administration socket
int retire_keys(const Options& options);
int adopt_state(const Options& options);  // vouches for a guard, with the daemon stopped

}  // namespace overlord::ctl
