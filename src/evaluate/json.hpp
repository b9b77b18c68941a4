// JSON strings in their one spelling (overlord/base/json_text.hpp). Text must be valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace overlord::evaluate {

void append_json(std::string& out, std::string_view text);  // in quotation marks
// At most `bytes_max` bytes of it, cut between characters.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace overlord::evaluate
