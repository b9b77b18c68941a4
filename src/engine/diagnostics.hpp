// What the gate says, in the form of the messages.
#pragma once

#include <vector>

#include "overlord/evaluate/messages.hpp"
#include "overlord/prolog/machine.hpp"

namespace overlord::engine {

[[nodiscard]] std::vector<evaluate::LoadDiagnostic> to_message(
    const std::vector<prolog::Diagnostic>& from);

}  // namespace overlord::engine
