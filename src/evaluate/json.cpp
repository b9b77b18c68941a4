#include "json.hpp"

#include "overlord/base/json_text.hpp"

namespace overlord::evaluate {

void append_json(std::string& out, std::string_view text) {
    append_json_string(out, text);
}

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace overlord::evaluate
