// The engine's message loop: one frame in, at most one frame out, until the daemon closes.
#pragma once

#include "channel.hpp"
#include "overlord/evaluate/marker.hpp"

namespace overlord::engine {

// Returns the process's exit status: 0 when the daemon is done, 1 after kFatal.
[[nodiscard]] int run_loop(Channel channel, evaluate::Marker* marker);

}  // namespace overlord::engine
