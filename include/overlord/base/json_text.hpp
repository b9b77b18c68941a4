// The one way this project writes a JSON string into what is signed, hashed or compared as bytes.
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace overlord {

// Appends `text` in quotation marks. One rule: `"` and `\` get a backslash, every control character
// U+0000 to U+001F becomes \u00xx (lower case hex, also where JSON has a short form such as \n),
// everything else stays as it is. So one text has one spelling, and records can be compared as
// bytes. `text` must be valid UTF-8; that is checked where text enters the daemon.
void append_json_string(std::string& out, std::string_view text);

}  // namespace overlord
