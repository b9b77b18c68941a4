// Scalars against libsodium's, edges included.
#include <sodium.h>

#include "../../src/zk/digits.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

constexpr std::string_view kL = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
constexpr std::string_view kLMinus1 =
    "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

const Scalar kOne = Scalar::from_u64(1);

std::vector<Scalar> samples() {
    std::vector<Scalar> out = {Scalar(), kOne, Scalar::from_u64(2), -kOne, -Scalar::from_u64(2),
                               Scalar::from_u64(~std::uint64_t{0})};
    Scalar power = kOne;
    for (int bit = 0; bit < 253; ++bit, power += power) {
        if (bit % 21 == 0 || bit > 250) {
            out.push_back(power);
            out.push_back(power - kOne);
        }
    }
    for (int i = 0; i < 40; ++i) out.push_back(random_scalar());
    return out;
}

template <class Operation>
std::string by_sodium(Operation operation, const Scalar& a, const Scalar& b) {
    const ScalarBytes first = a.encode();
    const ScalarBytes second = b.encode();
    ScalarBytes out;
    operation(out.data(), first.data(), second.data());
    return to_hex(out);
}

// The value that signed digits stand for.
Scalar value_of(std::span<const std::int16_t> digits, int width) {
    Scalar value;
    const Scalar radix = Scalar::from_u64(std::uint64_t{1} << width);
    for (std::size_t i = digits.size(); i-- > 0;) {
        value = value * radix + Scalar::from_i128(digits[i]);
    }
    return value;
}

}  // namespace

TEST_CASE("scalar: sums, differences and products are libsodium's", "[zk]") {
    const std::vector<Scalar> scalars = samples();
    for (const Scalar& a : scalars) {
        for (const Scalar& b : scalars) {
            CHECK(text(a + b) == by_sodium(crypto_core_ristretto255_scalar_add, a, b));
            CHECK(text(a - b) == by_sodium(crypto_core_ristretto255_scalar_sub, a, b));
            CHECK(text(a * b) == by_sodium(crypto_core_ristretto255_scalar_mul, a, b));
        }
    }
}

TEST_CASE("scalar: inverses", "[zk]") {
    std::vector<Scalar> scalars = samples();
    std::vector<Scalar> inverses = scalars;
    invert_all(inverses);
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        CHECK(scalars[i].invert() == inverses[i]);
        const Scalar expected = scalars[i].is_zero() ? Scalar() : kOne;
        CHECK(scalars[i] * inverses[i] == expected);
    }
    CHECK(Scalar().invert().is_zero());
}

TEST_CASE("scalar: 64 bytes are reduced as libsodium reduces them", "[zk]") {
    std::vector<std::array<std::uint8_t, 64>> inputs(64);
    inputs[1].fill(0xff);
    for (std::size_t i = 2; i < inputs.size(); ++i) crypto::random_bytes(inputs[i]);
    std::copy_n(hex(kL).begin(), 32, inputs[2].begin() + 32);
    std::copy_n(hex(kL).begin(), 32, inputs[3].begin());
    for (const std::array<std::uint8_t, 64>& input : inputs) {
        ScalarBytes expected;
        crypto_core_ristretto255_scalar_reduce(expected.data(), input.data());
        CHECK(text(Scalar::from_wide(input)) == to_hex(expected));
    }
}

TEST_CASE("scalar: only canonical encodings decode", "[zk]") {
    CHECK(text(*Scalar::decode(hex(kLMinus1))) == kLMinus1);
    CHECK(*Scalar::decode(hex(kLMinus1)) == -kOne);
    CHECK_FALSE(Scalar::decode(hex(kL)));
    Bytes bytes = hex(kL);
    for (std::size_t i = 0; i < 32; ++i) {  // L with any byte raised
        for (int value = bytes[i] + 1; value < 256; value += 17) {
            Bytes larger = bytes;
            larger[i] = static_cast<std::uint8_t>(value);
            CHECK_FALSE(Scalar::decode(larger));
        }
    }
    CHECK_FALSE(Scalar::decode(Bytes(32, 0xff)));
    CHECK_FALSE(Scalar::decode(Bytes(31, 0)));
    CHECK_FALSE(Scalar::decode(Bytes(33, 0)));
    for (const Scalar& scalar : samples()) CHECK(*Scalar::decode(scalar.encode()) == scalar);
}

TEST_CASE("scalar: integers with a sign", "[zk]") {
    const Int128 most = ((Int128{1} << 126) - 1) * 2 + 1;
    const Scalar two_64 = Scalar::from_u64(std::uint64_t{1} << 32) *
                          Scalar::from_u64(std::uint64_t{1} << 32);
    const Scalar two_127 = two_64 * Scalar::from_u64(std::uint64_t{1} << 63);
    CHECK(Scalar::from_i128(0).is_zero());
    CHECK(Scalar::from_i128(-1) == -kOne);
    CHECK(Scalar::from_i128(most) == two_127 - kOne);
    CHECK(Scalar::from_i128(-most - 1) == -two_127);
    CHECK(Scalar::from_i128(Int128{1} << 64) == two_64);
}

TEST_CASE("scalar: digits of every width stand for the scalar", "[zk]") {
    for (const Scalar& scalar : samples()) {
        for (int width = 2; width <= 15; ++width) {
            std::vector<std::int16_t> digits(radix_digits(width));
            to_radix(scalar, width, digits.data());
            CHECK(value_of(digits, width) == scalar);
            const std::int16_t half = static_cast<std::int16_t>(1 << (width - 1));
            for (const std::int16_t digit : digits) CHECK(std::abs(digit) <= half);
        }
        for (int width = 2; width <= 8; ++width) {
            const Naf naf = to_naf(scalar, width);
            Scalar value;
            for (std::size_t i = naf.size(); i-- > 0;) {
                value = value + value + Scalar::from_i128(naf[i]);
                CHECK((naf[i] == 0 || naf[i] % 2 != 0));
                CHECK(std::abs(naf[i]) < 1 << (width - 1));
            }
            CHECK(value == scalar);
        }
    }
}

TEST_CASE("scalar: wiping leaves zeros", "[zk]") {
    std::vector<Scalar> secrets(3, random_scalar());
    wipe(secrets);
    for (const Scalar& secret : secrets) CHECK(secret.is_zero());
}
