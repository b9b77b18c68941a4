#include "overlord/zk/scalar.hpp"

#include <vector>

#include "overlord/crypto/keys.hpp"

namespace overlord::zk {
namespace {

__extension__ using Wide = unsigned __int128;  // the standard name is a GNU extension
using Limbs = std::array<std::uint64_t, 4>;    // little-endian

constexpr Limbs kL{0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
constexpr std::uint64_t kMinusInverseOfL = 0xd2b51da312547e1b;  // modulo 2^64
// R = 2^256 modulo L, its square and its cube.
constexpr Limbs kR{0xd6ec31748d98951d, 0xc6ef5bf4737dcf70, 0xfffffffffffffffe, 0x0fffffffffffffff};
constexpr Limbs kR2{0xa40611e3449c0f01, 0xd00e1ba768859347, 0xceec73d217f5be65,
                    0x0399411b7c309a3d};
constexpr Limbs kR3{0x2a9e49687b83a2db, 0x278324e6aef7f3ec, 0x8065dc6c04ec5b65,
                    0x0e530b773599cec7};

std::uint64_t low(Wide value) {
    return static_cast<std::uint64_t>(value);
}
std::uint64_t high(Wide value) {
    return static_cast<std::uint64_t>(value >> 64);
}

struct Difference {
    Limbs limbs;
    std::uint64_t borrow;  // 1 where b > a
};

Difference subtract(const Limbs& a, const Limbs& b) {
    Difference out{{}, 0};
    for (int i = 0; i < 4; ++i) {
        const Wide step = Wide{a[i]} - b[i] - out.borrow;
        out.limbs[i] = low(step);
        out.borrow = high(step) & 1;
    }
    return out;
}

Limbs select(const Limbs& a, const Limbs& b, std::uint64_t choice) {  // b where it is 1
    std::uint64_t mask = 0 - choice;
    __asm__("" : "+r"(mask));  // the compiler cannot see which, so it makes no branch of it
    Limbs out;
    for (int i = 0; i < 4; ++i) out[i] = a[i] ^ (mask & (a[i] ^ b[i]));
    return out;
}

Limbs below_l(const Limbs& a) {  // of a below 2L
    const Difference less = subtract(a, kL);
    return select(less.limbs, a, less.borrow);
}

// a b / 2^256 modulo L (Montgomery 1985), for a b < 2^256 L: at most one of the two need not be
// reduced. One word of a at a time; L's words 0 and 2^60 make the second half two products.
Limbs montgomery_product(const Limbs& a, const Limbs& b) {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    for (const std::uint64_t word : a) {
        Wide sum = Wide{word} * b[0] + t0;
        const std::uint64_t s0 = low(sum);
        sum = Wide{word} * b[1] + t1 + high(sum);
        const std::uint64_t s1 = low(sum);
        sum = Wide{word} * b[2] + t2 + high(sum);
        const std::uint64_t s2 = low(sum);
        sum = Wide{word} * b[3] + t3 + high(sum);
        const std::uint64_t s3 = low(sum);
        const std::uint64_t s4 = high(sum);

        const std::uint64_t m = s0 * kMinusInverseOfL;
        sum = Wide{m} * kL[0] + s0;  // its low word is zero
        sum = Wide{m} * kL[1] + s1 + high(sum);
        t0 = low(sum);
        sum = Wide{s2} + high(sum);
        t1 = low(sum);
        sum = (Wide{m} << 60) + s3 + high(sum);
        t2 = low(sum);
        t3 = s4 + high(sum);
    }
    return below_l({t0, t1, t2, t3});
}

Limbs load(std::span<const std::uint8_t, 32> bytes) {
    return {get_u64_le(&bytes[0]), get_u64_le(&bytes[8]), get_u64_le(&bytes[16]),
            get_u64_le(&bytes[24])};
}

Limbs plus(const Limbs& a, const Limbs& b) {
    Limbs out;
    std::uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) {
        const Wide step = Wide{a[i]} + b[i] + carry;
        out[i] = low(step);
        carry = high(step);
    }
    return below_l(out);  // 2L is below 2^254: no carry out
}

}  // namespace

Scalar Scalar::from_u64(std::uint64_t value) {
    Scalar out;
    out.limbs_ = montgomery_product({value, 0, 0, 0}, kR2);
    return out;
}

Scalar Scalar::from_i128(Int128 value) {
    const Wide sign = static_cast<Wide>(value >> 127);  // all ones or zero
    const Wide magnitude = (static_cast<Wide>(value) ^ sign) - sign;
    Scalar out;
    out.limbs_ = montgomery_product({low(magnitude), high(magnitude), 0, 0}, kR2);
    out.limbs_ = select(out.limbs_, (-out).limbs_, low(sign) & 1);
    return out;
}

Scalar Scalar::from_wide(std::span<const std::uint8_t, 64> bytes) {
    Scalar out;
    out.limbs_ = plus(montgomery_product(load(bytes.first<32>()), kR2),
                      montgomery_product(load(bytes.last<32>()), kR3));
    return out;
}

std::optional<Scalar> Scalar::decode(ByteView bytes) {
    if (bytes.size() != 32) return std::nullopt;
    const Limbs limbs = load(bytes.first<32>());
    if (subtract(limbs, kL).borrow == 0) return std::nullopt;
    Scalar out;
    out.limbs_ = montgomery_product(limbs, kR2);
    return out;
}

ScalarBytes Scalar::encode() const {
    const Limbs limbs = montgomery_product(limbs_, {1, 0, 0, 0});
    ScalarBytes out;
    for (std::size_t i = 0; i < 32; ++i) {
        out[i] = static_cast<std::uint8_t>(limbs[i / 8] >> (8 * (i % 8)));
    }
    return out;
}

Scalar Scalar::operator+(const Scalar& other) const {
    Scalar out;
    out.limbs_ = plus(limbs_, other.limbs_);
    return out;
}

Scalar Scalar::operator-(const Scalar& other) const {
    return *this + (-other);
}

Scalar Scalar::operator-() const {
    Scalar out;
    out.limbs_ = below_l(subtract(kL, limbs_).limbs);  // L for zero, which becomes zero
    return out;
}

Scalar Scalar::operator*(const Scalar& other) const {
    Scalar out;
    out.limbs_ = montgomery_product(limbs_, other.limbs_);
    return out;
}

Scalar Scalar::invert() const {  // to the power of L - 2, whose bits are public
    constexpr Limbs kExponent{kL[0] - 2, kL[1], kL[2], kL[3]};
    Scalar out;
    out.limbs_ = kR;  // one
    for (int bit = 252; bit >= 0; --bit) {
        out *= out;
        if ((kExponent[static_cast<std::size_t>(bit) / 64] >> (bit % 64) & 1) != 0) out *= *this;
    }
    return out;
}

bool Scalar::is_zero() const {
    return (limbs_[0] | limbs_[1] | limbs_[2] | limbs_[3]) == 0;
}

bool Scalar::operator==(const Scalar& other) const {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < 4; ++i) difference |= limbs_[i] ^ other.limbs_[i];
    return difference == 0;
}

void invert_all(std::span<Scalar> values) {
    std::vector<Scalar> before;  // products of the values in front
    before.reserve(values.size());
    Scalar product = Scalar::from_u64(1);
    for (const Scalar& value : values) {
        before.push_back(product);
        if (!value.is_zero()) product *= value;
    }
    Scalar inverse = product.invert();
    for (std::size_t i = values.size(); i-- > 0;) {
        if (values[i].is_zero()) continue;
        const Scalar own = inverse * before[i];
        inverse *= values[i];
        values[i] = own;
    }
}

void wipe(std::span<Scalar> secrets) {
    crypto::wipe({reinterpret_cast<std::uint8_t*>(secrets.data()), secrets.size_bytes()});
}

}  // namespace overlord::zk
