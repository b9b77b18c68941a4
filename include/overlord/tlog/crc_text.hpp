// Small private text files that end in a line with the CRC-32C of what is before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overlord::tlog {

[[nodiscard]] std::string with_crc_line(std::string covered);
// What is before the line; nothing where it is missing or wrong.
[[nodiscard]] std::optional<std::string_view> check_crc_line(std::string_view text);

}  // namespace overlord::tlog
