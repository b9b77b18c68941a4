// The binary encodings of what is hashed: big-endian, every part of a fixed length or with its
// length before it, so that no two statements have the same bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::zk {

inline void put_u32_be(Bytes& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

// Two's complement.
inline void put_i128_be(Bytes& out, Int128 value) {
    const auto bits = static_cast<Uint128>(value);
    put_u64_be(out, static_cast<std::uint64_t>(bits >> 64));
    put_u64_be(out, static_cast<std::uint64_t>(bits));
}

inline void put_tag(Bytes& out, std::string_view tag) {
    put_bytes(out, as_bytes(tag));
    out.push_back(0);
}

inline void put_prefixed(Bytes& out, std::string_view text) {
    put_u32_be(out, static_cast<std::uint32_t>(text.size()));
    put_bytes(out, as_bytes(text));
}

}  // namespace overlord::zk
