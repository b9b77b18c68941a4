#include "overlord/zk/pedersen.hpp"

#include "secret_tables.hpp"

namespace overlord::zk {

const Point& blinding_base() {
    // Its encoding; a test derives it from SHA3-512. Decoded once, then never changed.
    static const Point base = *decode(std::array<std::uint8_t, 32>{
        0x8c, 0x92, 0x40, 0xb4, 0x56, 0xa9, 0xe6, 0xdc, 0x65, 0xc3, 0x77, 0xa1, 0x04, 0x8d, 0x74,
        0x5f, 0x94, 0xa0, 0x8c, 0xdb, 0x7f, 0x44, 0xcb, 0xcd, 0x7b, 0x46, 0xf3, 0x40, 0x48, 0x87,
        0x11, 0x34});
    return base;
}

namespace {

constexpr int kValueBits = 64;

// Built on first use, then never changed.
const SecretTable& value_table() {
    static const SecretTable table(Point::base());
    return table;
}
const SecretTable& blinding_table() {
    static const SecretTable table(blinding_base());
    return table;
}

}  // namespace

Point commit(const Scalar& value, const Scalar& blinding) {
    return value_table().multiply(value, kScalarBits) +
           blinding_table().multiply(blinding, kScalarBits);
}

Point commit(std::uint64_t value, const Scalar& blinding) {
    return value_table().multiply(Scalar::from_u64(value), kValueBits) +
           blinding_table().multiply(blinding, kScalarBits);
}

}  // namespace overlord::zk
