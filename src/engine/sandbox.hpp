// What the engine's processes give up: files, network, clock, other processes' memory.
#pragma once

#include <cstdint>

#include "overlord/base/result.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::engine {

// Before anything else: no core dumps, no ptrace, the death of the daemon is ours too.
void guard_process();

// After the rules are loaded: only what a pure function and its query workers need; everything else
// fails with EPERM. Skipped under sanitizers, which need more. Code engine.sandbox, class kFatal.
[[nodiscard]] Status close_engine();

// In the process that runs a goal: on top of that no new process, no descriptor; bounds on memory
// and processor time.
[[nodiscard]] Status close_worker(const evaluate::QueryLimits& limits);

}  // namespace overlord::engine
