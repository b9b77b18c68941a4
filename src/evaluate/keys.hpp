// The texts under which measures remember groups, keys and values, each of bounded size.
#pragma once

#include <string>

#include "overlord/event/schema.hpp"

namespace overlord::evaluate {

// As key_text, but one longer than kKeyBytesMax is known by its SHA-256: '#' and 64 hex digits.
// That is longer than any text which stands for itself, so no two values share a key.
[[nodiscard]] std::string bounded_key(const event::TypedValue& value);
[[nodiscard]] std::string bounded_key(std::string text);

}  // namespace overlord::evaluate
