#include "lsp_text.hpp"

#include <algorithm>

namespace overlord::ctl {
namespace {

struct Character {
    std::size_t bytes = 1;
    std::size_t units = 1;  // of UTF-16
};

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

Character character_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
    for (std::size_t more = 1; more < wanted; ++more)
        if (!continues(text, at + more)) return {};
    return {wanted, wanted == 4 ? std::size_t{2} : std::size_t{1}};
}

std::size_t line_start(std::string_view text, std::size_t line) {
    std::size_t at = 0;
    for (; line > 0; --line) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) return text.size();
        at = end + 1;
    }
    return at;
}

bool line_ends(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == '\n' ||
           (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
}

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::size_t offset_at(std::string_view text, LspPosition position) {
    std::size_t at = line_start(text, position.line);
    std::size_t units = 0;
    while (!line_ends(text, at)) {
        const Character one = character_at(text, at);
        if (units + one.units > position.character) break;
        units += one.units;
        at += one.bytes;
    }
    return at;
}

LspPosition position_at(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    LspPosition position;
    const std::string_view before = text.substr(0, offset);
    position.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t newline = before.rfind('\n');
    for (std::size_t at = newline == std::string_view::npos ? 0 : newline + 1; at < offset;) {
        const Character one = character_at(text, at);
        position.character += one.units;
        at += one.bytes;
    }
    return position;
}

std::size_t offset_of(std::string_view text, int line, int column) {
    std::size_t at = line_start(text, static_cast<std::size_t>(std::max(line, 1) - 1));
    for (int passed = 1; passed < column && !line_ends(text, at); ++passed)
        at += character_at(text, at).bytes;
    return at;
}

std::optional<std::string> path_of_uri(std::string_view uri) {
    constexpr std::string_view kScheme = "file://";
    if (!uri.starts_with(kScheme)) return std::nullopt;
    uri.remove_prefix(kScheme.size());
    if (uri.starts_with("localhost/")) uri.remove_prefix(std::string_view("localhost").size());
    if (!uri.starts_with('/')) return std::nullopt;
    std::string path;
    for (std::size_t at = 0; at < uri.size(); ++at) {
        const bool escaped = uri[at] == '%' && at + 2 < uri.size() && hex(uri[at + 1]) >= 0 &&
                             hex(uri[at + 2]) >= 0;
        if (!escaped) {
            path += uri[at];
            continue;
        }
        path += static_cast<char>(hex(uri[at + 1]) * 16 + hex(uri[at + 2]));
        at += 2;
    }
    if (path.find('\0') != std::string::npos) return std::nullopt;
    return path;
}

std::string uri_of_path(std::string_view path) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const char c : path) {
        if (kPlain.find(c) != std::string_view::npos) {
            uri += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        uri += '%';
        uri += kDigits[byte >> 4];
        uri += kDigits[byte & 15];
    }
    return uri;
}

}  // namespace overlord::ctl
