// Writing the few JSON lines that this module sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace overlord::net {

// Appends `text` (UTF-8) as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace overlord::net
