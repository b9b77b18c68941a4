// How good the wall clock is, in words, for attestations.
#pragma once

#include <string>

#include "overlord/evaluate/messages.hpp"

namespace overlord::pipeline {

// As the kernel tells it (adjtimex(2)): "synchronised, error at most 1250 us (estimated 13 us)",
// "not synchronised", "not known: ..." where a sandbox keeps the call from us. On the event clock
// the wall clock has no say: "log time is the events' own".
[[nodiscard]] std::string clock_quality(evaluate::ClockSource clock);

}  // namespace overlord::pipeline
