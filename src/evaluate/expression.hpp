// Expressions of a pack over the fields of one event. Exact, total, without side effects.
//
// A comparison with an absent optional field is false, whichever it is (docs/rules/reference.md).
// Arithmetic with one, on something that is no number, or a division by zero has no value, and a
// comparison with no value is false too.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "overlord/base/number.hpp"
#include "overlord/event/schema.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

using Fields = std::span<const event::TypedValue>;
// monostate: no value. Texts point into the event or the expression.
using Operand = std::variant<std::monostate, bool, Number, std::string_view>;

[[nodiscard]] Operand evaluate_expression(const rules::Expression& expression, Fields fields);
// What is neither true nor false does not hold.
[[nodiscard]] bool holds(const rules::Expression& expression, Fields fields);
// The text under which a field's value is a group, a key or a service: "none" when absent.
[[nodiscard]] std::string key_text(const event::TypedValue& value);

}  // namespace overlord::evaluate
