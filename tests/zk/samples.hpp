// What the tests of the proof system share.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

inline Bytes hex(std::string_view text) {
    return *from_hex(text);
}

inline Scalar random_scalar() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return Scalar::from_wide(bytes);
}

inline Point random_point() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return Point::from_uniform(bytes);
}

inline std::string text(const Point& point) {
    return to_hex(encode(point));
}
inline std::string text(const Scalar& scalar) {
    return to_hex(scalar.encode());
}

}  // namespace overlord::zk
