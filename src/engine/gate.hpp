// The gate on a folder of rules, in this process, which gets the limits of one that serves nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::engine {

struct Gated {
    int status = 2;  // 0: accepted; 1: refused; 2: nothing could be read
    std::unique_ptr<prolog::Machine> machine;
    std::optional<rules::Loaded> loaded;  // with the faults of what cannot be read; absent when the
                                          // machine did not start, which has been told
};

// What is asked of the rules besides: what of them runs, or what could be better.
enum class Watching : std::uint8_t { kNothing, kCoverage, kStyle };

// `cpu_seconds` for everything this process will do.
[[nodiscard]] Gated gate(const std::string& directory, unsigned cpu_seconds,
                         const prolog::Limits& limits = {}, Watching watching = Watching::kNothing);

}  // namespace overlord::engine
