// Places in a text as the Language Server Protocol counts them: lines from 0, and in a line UTF-16
// code units. Texts are UTF-8; a byte that is none counts as one unit. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overlord::ctl {

struct LspPosition {
    std::size_t line = 0;
    std::size_t character = 0;
};

// Beyond the end of a line is its end; beyond the last line is the end of the text.
[[nodiscard]] std::size_t offset_at(std::string_view text, LspPosition position);
[[nodiscard]] LspPosition position_at(std::string_view text, std::size_t offset);

// Of a diagnostic: line and column from 1, the column in characters.
[[nodiscard]] std::size_t offset_of(std::string_view text, int line, int column);

// The path of a file: URI without a host, percent-decoded; nothing for another scheme.
[[nodiscard]] std::optional<std::string> path_of_uri(std::string_view uri);
[[nodiscard]] std::string uri_of_path(std::string_view path);

}  // namespace overlord::ctl
