#include "json.hpp"

namespace overlord::evaluate {

void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.push_back('"');
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out.append("\\u00");
            out.push_back(kDigits[byte >> 4]);
            out.push_back(kDigits[byte & 15]);
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace overlord::evaluate
