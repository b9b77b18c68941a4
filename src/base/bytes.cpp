#include "overlord/base/bytes.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace overlord {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> make_base64_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
        values[static_cast<std::uint8_t>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}
constexpr std::array<std::uint8_t, 256> kBase64Values = make_base64_values();

std::uint8_t hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return kNoDigit;
}

Error bad_base64(std::string_view reason) {
    return Error{"encoding.base64", "base64: " + std::string(reason)};
}

Result<Hash> as_hash(Result<Bytes> bytes, const char* code) {
    if (!bytes) return bytes.error();
    Hash hash;
    if (bytes->size() != hash.size()) {
        return Error{code, "a hash has 32 bytes, not " + std::to_string(bytes->size())};
    }
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
}

// The reflected Castagnoli polynomial, one byte at a time.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78u : crc >> 1;
        }
        table[i] = crc;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_processor(ByteView bytes,
                                                                    std::uint32_t seed) {
    std::uint64_t crc = ~seed;
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    auto low = static_cast<std::uint32_t>(crc);
    for (; left > 0; ++at, --left) low = _mm_crc32_u8(low, *at);
    return ~low;
}
#endif

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text.push_back(kHexDigits[byte >> 4]);
        text.push_back(kHexDigits[byte & 0x0f]);
    }
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return Error{"encoding.hex", "hex: odd number of digits"};
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::uint8_t high = hex_value(text[i]);
        const std::uint8_t low = hex_value(text[i + 1]);
        if (high == kNoDigit || low == kNoDigit) {
            return Error{"encoding.hex", "hex: not a digit near position " + std::to_string(i)};
        }
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

Result<Hash> hash_from_hex(std::string_view text) {
    return as_hash(from_hex(text), "encoding.hex");
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = std::uint32_t{bytes[i]} << 16;
        if (count > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
        if (count > 2) group |= bytes[i + 2];
        text.push_back(kBase64Digits[group >> 18]);
        text.push_back(kBase64Digits[group >> 12 & 63]);
        text.push_back(count > 1 ? kBase64Digits[group >> 6 & 63] : '=');
        text.push_back(count > 2 ? kBase64Digits[group & 63] : '=');
    }
    return text;
}

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return bad_base64("length is not a multiple of four");
    std::size_t padding = 0;
    if (text.ends_with("==")) {
        padding = 2;
    } else if (text.ends_with('=')) {
        padding = 1;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    const std::size_t digits = text.size() - padding;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        for (std::size_t k = i; k < i + 4; ++k) {
            const std::uint8_t value =
                k < digits ? kBase64Values[static_cast<std::uint8_t>(text[k])] : std::uint8_t{0};
            if (value == kNoDigit) {
                return bad_base64("not a digit at position " + std::to_string(k));
            }
            group = group << 6 | value;
        }
        const std::size_t count = i + 4 > digits ? 3 - padding : 3;
        // Spare bits must be zero: otherwise two texts would stand for the same bytes.
        if ((group & ((1u << (8 * (3 - count))) - 1)) != 0) return bad_base64("spare bits are set");
        bytes.push_back(static_cast<std::uint8_t>(group >> 16));
        if (count > 1) bytes.push_back(static_cast<std::uint8_t>(group >> 8));
        if (count > 2) bytes.push_back(static_cast<std::uint8_t>(group));
    }
    return bytes;
}

Result<Hash> hash_from_base64(std::string_view text) {
    return as_hash(from_base64(text), "encoding.base64");
}

void put_u16_be(Bytes& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put_u64_be(Bytes& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

// At once and not byte by byte: messages and snapshots are made of these.
void put_u32_le(Bytes& out, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    put_bytes(out, bytes);
}

void put_u64_le(Bytes& out, std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    put_bytes(out, bytes);
}

std::uint32_t get_u32_le(const std::uint8_t* from) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | from[i];
    return value;
}

std::uint64_t get_u64_le(const std::uint8_t* from) {
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | from[i];
    return value;
}

Result<ByteView> ByteReader::take(std::size_t count) {
    if (count > rest_.size()) {
        return Error{"encoding.short", "message ends early: " + std::to_string(count) +
                                           " bytes wanted, " + std::to_string(rest_.size()) +
                                           " left"};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

Result<std::uint8_t> ByteReader::u8() {
    const Result<ByteView> field = take(1);
    if (!field) return field.error();
    return (*field)[0];
}

Result<std::uint32_t> ByteReader::u32() {
    const Result<ByteView> field = take(4);
    if (!field) return field.error();
    return get_u32_le(field->data());
}

Result<std::uint64_t> ByteReader::u64() {
    const Result<ByteView> field = take(8);
    if (!field) return field.error();
    return get_u64_le(field->data());
}

Result<std::string> ByteReader::text() {
    const Result<std::uint32_t> size = u32();
    if (!size) return size.error();
    const Result<ByteView> field = take(*size);
    if (!field) return field.error();
    return std::string(as_text(*field));
}

void put_text(Bytes& out, std::string_view text) {
    OVERLORD_ASSERT(text.size() <= UINT32_MAX);
    put_u32_le(out, static_cast<std::uint32_t>(text.size()));
    put_bytes(out, as_bytes(text));
}

void put_bytes(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t seed) {
    std::uint32_t crc = ~seed;
    for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ kCrcTable[(crc ^ byte) & 0xff];
    return ~crc;
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return crc32c_by_processor(bytes, seed);
#endif
    return crc32c_by_table(bytes, seed);
}

}  // namespace overlord
