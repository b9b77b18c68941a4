// From telemetry and readings to Prolog terms and back to text.
#pragma once

#include <string>

#include "measure.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

// The term that checks and event/4 see; an absent optional field is the atom `none`.
[[nodiscard]] prolog::Value event_term(const rules::Kind& kind, TimeNs time, Fields fields);
[[nodiscard]] prolog::Value value_of(const Number& number);
[[nodiscard]] prolog::Value value_of(const Reading& reading);  // asserts that it is not missing
[[nodiscard]] std::string text_of(const prolog::Value& value);

}  // namespace overlord::evaluate
