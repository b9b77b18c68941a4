// The gate on a folder of rules, in this process, which gets the limits of one that serves nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::engine {

struct Gated {
    int status = 2;  // 0: accepted; 1: refused; 2: nothing could be read, which has been told
    std::unique_ptr<prolog::Machine> machine;
    std::optional<rules::Loaded> loaded;
};

// `cpu_seconds` for everything this process will do.
[[nodiscard]] Gated gate(const std::string& directory, unsigned cpu_seconds);

}  // namespace overlord::engine
