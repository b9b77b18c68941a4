// Decimal numbers as the C2SP formats write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace overlord::tlog {

// Digits only, no leading zero, within 64 bits.
[[nodiscard]] inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    if (text.empty() || text.size() > 20 || (text.size() > 1 && text[0] == '0')) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

}  // namespace overlord::tlog
