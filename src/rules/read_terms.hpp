// What the parts of the loader share: the kernel's normalised terms (src/prolog/kernel). Their form
// is the kernel's, so an unexpected one is a programmer's error.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/assert.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::rules {

[[nodiscard]] const prolog::Value& argument(const prolog::Value& term, std::size_t index);
[[nodiscard]] const std::string& text(const prolog::Value& term, std::size_t index);
[[nodiscard]] bool is(const prolog::Value& term, std::string_view name, std::size_t arity);
[[nodiscard]] Number number(const prolog::Value& value);
[[nodiscard]] std::int64_t integer(const prolog::Value& value);
[[nodiscard]] std::size_t field_index(const Kind& kind, const std::string& name);

// The index that stands in the expression for field(F), given(F), missing(F), earlier(Step, F).
using FieldOf = std::function<std::size_t(const prolog::Value& leaf)>;
[[nodiscard]] Expression read_expression(const prolog::Value& term, const FieldOf& field_of);

// A detail or setting of a measure that joins events; false when it is none.
[[nodiscard]] bool read_join_setting(Measure& measure, const std::vector<Kind>& kinds,
                                     const prolog::Value& setting);

}  // namespace overlord::rules
