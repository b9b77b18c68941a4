// Byte strings and their text forms. Pure functions, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/result.hpp"

namespace overlord {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;  // a SHA-256 digest

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] std::string to_hex(ByteView bytes);             // lower case
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);  // either case; code encoding.hex
[[nodiscard]] Result<Hash> hash_from_hex(std::string_view text);

// RFC 4648 section 4, padded; decoding refuses line breaks, missing padding and non-zero spare
// bits.
[[nodiscard]] std::string to_base64(ByteView bytes);
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);
[[nodiscard]] Result<Hash> hash_from_base64(std::string_view text);

// Big-endian is for what is hashed or published, little-endian for private files and messages.
void put_u16_be(Bytes& out, std::uint16_t value);
void put_u64_be(Bytes& out, std::uint64_t value);
void put_u32_le(Bytes& out, std::uint32_t value);
void put_u64_le(Bytes& out, std::uint64_t value);
[[nodiscard]] std::uint32_t get_u32_le(const std::uint8_t* from);
[[nodiscard]] std::uint64_t get_u64_le(const std::uint8_t* from);

// Reads fields off the front of a message; every read past the end fails with code encoding.short.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : rest_(bytes) {}
    [[nodiscard]] Result<std::uint8_t> u8();
    [[nodiscard]] Result<std::uint32_t> u32();
    [[nodiscard]] Result<std::uint64_t> u64();
    [[nodiscard]] Result<ByteView> take(std::size_t count);
    [[nodiscard]] Result<std::string> text();  // u32 length, bytes
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] ByteView rest() const { return rest_; }

private:
    ByteView rest_;
};

void put_text(Bytes& out, std::string_view text);  // u32 length, bytes
void put_bytes(Bytes& out, ByteView bytes);        // the bytes alone

// CRC-32C (Castagnoli, RFC 3720 appendix B.4), for accidents only; tampering is the hashes'
// business. crc32c(b, crc32c(a)) is the checksum of a followed by b.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);
// The same for processors without SSE 4.2; public so that a test compares the two.
[[nodiscard]] std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t seed = 0);

}  // namespace overlord
