// Reading JSON that others may have written: bounded, exact about repeated members, no exceptions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "overlord/base/result.hpp"

namespace overlord::attest {

using Json = nlohmann::ordered_json;  // keeps the order of members

inline constexpr int kJsonDepthMax = 16;

// `code` is the error's code; a repeated member, nesting beyond 16 and bytes after the value fail.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view code);

// The canonical text: no white space, members in the order they were added, integers only
// (asserted), control characters as \u00xx, a backslash before `"` and `\` and nothing else: the
// spelling of records.
[[nodiscard]] std::string canonical_text(const Json& value);

// True where the value and all it holds can be written canonically: no number with a fraction or an
// exponent, which could be spelled in more than one way.
[[nodiscard]] bool has_canonical_text(const Json& value);

// Nullptr where the member is missing or of another type.
[[nodiscard]] const Json* find_object(const Json& object, const char* name);
[[nodiscard]] const std::string* find_text(const Json& object, const char* name);
// False where the member is missing or is not an integer of the range.
[[nodiscard]] bool find_unsigned(const Json& object, const char* name, std::uint64_t& value);
[[nodiscard]] bool find_signed(const Json& object, const char* name, std::int64_t& value);

}  // namespace overlord::attest
