// The field against GMP's integers, at the edges of what its limbs may hold.
#include <gmpxx.h>

#include "../../src/zk/field.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

const mpz_class kP = (mpz_class(1) << 255) - 19;

mpz_class value_of(const field::Element& a) {
    mpz_class value;
    for (std::size_t i = 5; i-- > 0;) value = (value << 51) + mpz_class(a.limbs[i]);
    return value;
}

mpz_class reduced(const mpz_class& value) {
    mpz_class out;
    mpz_mod(out.get_mpz_t(), value.get_mpz_t(), kP.get_mpz_t());
    return out;
}

mpz_class of_encoding(const field::Encoding& bytes) {
    mpz_class value;
    mpz_import(value.get_mpz_t(), bytes.size(), -1, 1, 0, 0, bytes.data());
    return value;
}

std::uint64_t random_limb(int bits) {
    std::array<std::uint8_t, 8> bytes;
    crypto::random_bytes(bytes);
    return get_u64_le(bytes.data()) >> (64 - bits);
}

// Limbs at the edges and in between, up to `bits` each: 51 for tight elements, 54 for loose ones.
std::vector<field::Element> samples(int bits) {
    const std::uint64_t most = (std::uint64_t{1} << bits) - 1;
    const std::uint64_t edges[] = {0, 1, 18, 19, 20, field::kLimbMask - 19, field::kLimbMask - 18,
                                   field::kLimbMask - 1, field::kLimbMask, most - 1, most};
    std::vector<field::Element> out = {field::kZero, field::kOne, field::kD, field::kTwoD,
                                       field::kSqrtMinusOne};
    for (const std::uint64_t edge : edges) {
        out.push_back({{edge, edge, edge, edge, edge}});
        for (std::size_t limb = 0; limb < 5; ++limb) {
            field::Element element{};
            element.limbs[limb] = edge;
            out.push_back(element);
            // p, p - 1, p + 1 and their like: all limbs full but one.
            element.limbs.fill(field::kLimbMask);
            element.limbs[limb] = edge;
            out.push_back(element);
        }
    }
    for (int i = 0; i < 60; ++i) {
        field::Element element{};
        for (std::uint64_t& limb : element.limbs) limb = random_limb(bits);
        out.push_back(element);
    }
    return out;
}

bool is_tight(const field::Element& a) {
    for (const std::uint64_t limb : a.limbs) {
        if (limb >= (std::uint64_t{1} << 51) + (1u << 15)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("field: products and squares of loose elements are tight and right", "[zk]") {
    const std::vector<field::Element> elements = samples(54);
    bool all_right = true;
    for (const field::Element& a : elements) {
        const mpz_class first = value_of(a);
        const field::Element squared = field::square(a);
        all_right = all_right && is_tight(squared) &&
                    reduced(value_of(squared)) == reduced(first * first);
        for (const field::Element& b : elements) {
            const field::Element product = field::multiply(a, b);
            all_right = all_right && is_tight(product) &&
                        reduced(value_of(product)) == reduced(first * value_of(b));
        }
    }
    CHECK(all_right);
}

TEST_CASE("field: sums and differences", "[zk]") {
    const std::vector<field::Element> elements = samples(51);
    bool all_right = true;
    for (const field::Element& a : elements) {
        for (const field::Element& b : elements) {
            const mpz_class sum = value_of(field::add(a, b));
            const mpz_class difference = value_of(field::subtract(a, b));
            all_right = all_right && sum == value_of(a) + value_of(b) &&
                        reduced(difference) == reduced(value_of(a) - value_of(b)) &&
                        is_tight(field::weak_reduce(field::subtract(a, b)));
        }
        all_right = all_right && reduced(value_of(field::negate(a))) == reduced(-value_of(a));
    }
    CHECK(all_right);
}

TEST_CASE("field: encodings are canonical, whatever the limbs were", "[zk]") {
    for (const field::Element& a : samples(54)) {
        const field::Encoding bytes = field::encode(a);
        CHECK(of_encoding(bytes) == reduced(value_of(a)));
        CHECK(field::is_canonical(bytes));
        CHECK(field::encode(field::decode(bytes)) == bytes);
        CHECK((field::is_zero(a) != 0) == (reduced(value_of(a)) == 0));
        CHECK((field::is_negative(a) != 0) == (reduced(value_of(a)) % 2 != 0));
    }
}

TEST_CASE("field: inverses and square roots", "[zk]") {
    for (const field::Element& a : samples(51)) {
        const mpz_class value = reduced(value_of(a));
        const field::Element inverse = field::invert(a);
        CHECK(reduced(value_of(inverse) * value) == (value == 0 ? 0 : 1));
        const int symbol = mpz_jacobi(value.get_mpz_t(), kP.get_mpz_t());
        const field::Root root = field::sqrt_ratio(a, field::kOne);
        CHECK((root.was_square != 0) == (symbol != -1));
        CHECK(field::is_negative(root.value) == 0);
        const mpz_class squared = reduced(value_of(field::square(root.value)));
        const mpz_class i = value_of(field::kSqrtMinusOne);
        CHECK(squared == (symbol == -1 ? reduced(value * i) : value));
    }
}

TEST_CASE("field: the curve's constants", "[zk]") {
    const mpz_class d = value_of(field::kD);
    CHECK(reduced(d * 121666) == reduced(-121665));
    CHECK(value_of(field::kTwoD) == reduced(2 * d));
    const mpz_class i = value_of(field::kSqrtMinusOne);
    CHECK(reduced(i * i) == kP - 1);
}
