#include "overlord/tlog/crc_text.hpp"

#include "overlord/base/bytes.hpp"

namespace overlord::tlog {
namespace {

constexpr std::size_t kLineBytes = 16;  // "crc32c ", eight digits, LF

std::string crc_line(std::string_view covered) {
    Bytes crc;
    put_u32_le(crc, crc32c(as_bytes(covered)));
    return "crc32c " + to_hex(Bytes(crc.rbegin(), crc.rend())) + "\n";
}

}  // namespace

std::string with_crc_line(std::string covered) {
    covered += crc_line(covered);
    return covered;
}

std::optional<std::string_view> check_crc_line(std::string_view text) {
    if (text.size() < kLineBytes) return std::nullopt;
    const std::string_view covered = text.substr(0, text.size() - kLineBytes);
    if (text.substr(covered.size()) != crc_line(covered)) return std::nullopt;
    return covered;
}

}  // namespace overlord::tlog
