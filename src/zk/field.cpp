#include "field.hpp"

#include <algorithm>

#include "lanes.hpp"

namespace overlord::zk::field {
namespace {

Element square_times(Element a, int times) {
    for (int i = 0; i < times; ++i) a = square(a);
    return a;
}

// a^(2^250 - 1), on the way to both exponents below, and a^11.
struct Powers {
    Element two_250_minus_1;
    Element eleven;
};

Powers powers(const Element& a) {
    const Element two = square(a);
    const Element nine = multiply(square_times(two, 2), a);
    const Element eleven = multiply(nine, two);
    const Element five_bits = multiply(square(eleven), nine);  // 2^5 - 1
    const Element ten_bits = multiply(square_times(five_bits, 5), five_bits);
    const Element twenty_bits = multiply(square_times(ten_bits, 10), ten_bits);
    const Element forty_bits = multiply(square_times(twenty_bits, 20), twenty_bits);
    const Element fifty_bits = multiply(square_times(forty_bits, 10), ten_bits);
    const Element hundred_bits = multiply(square_times(fifty_bits, 50), fifty_bits);
    const Element two_hundred = multiply(square_times(hundred_bits, 100), hundred_bits);
    return {multiply(square_times(two_hundred, 50), fifty_bits), eleven};
}

Element power_p58(const Element& a) {  // a^((p - 5) / 8) = a^(2^252 - 3)
    return multiply(square_times(powers(a).two_250_minus_1, 2), a);
}

// u v^7, whose power is in the root.
Element root_base(const Element& u, const Element& v) {
    const Element v3 = multiply(square(v), v);
    return multiply(u, multiply(square(v3), v));
}

Root finish_root(const Element& u, const Element& v, const Element& power) {
    const Element v3 = multiply(square(v), v);
    Element root = multiply(multiply(u, v3), power);
    const Element check = multiply(v, square(root));

    const Element minus_u = negate(u);
    const std::uint64_t correct = equal(check, u);
    const std::uint64_t flipped = equal(check, minus_u);
    const std::uint64_t flipped_i = equal(check, multiply(minus_u, kSqrtMinusOne));
    root = select(root, multiply(root, kSqrtMinusOne), flipped | flipped_i);
    return {correct | flipped, absolute(root)};
}

std::uint64_t is_zero_byte(std::uint8_t bits) {
    return (std::uint64_t{bits} - 1) >> 63;
}

}  // namespace

Element decode(std::span<const std::uint8_t, 32> bytes) {
    Element out;
    out.limbs[0] = get_u64_le(&bytes[0]) & kLimbMask;
    out.limbs[1] = (get_u64_le(&bytes[6]) >> 3) & kLimbMask;
    out.limbs[2] = (get_u64_le(&bytes[12]) >> 6) & kLimbMask;
    out.limbs[3] = (get_u64_le(&bytes[19]) >> 1) & kLimbMask;
    out.limbs[4] = (get_u64_le(&bytes[24]) >> 12) & kLimbMask;
    return out;
}

Encoding encode(const Element& a) {
    Element t = weak_reduce(weak_reduce(a));
    // Now below 2p: one p has to go exactly if t + 19 reaches 2^255.
    std::uint64_t quotient = (t.limbs[0] + 19) >> 51;
    for (int i = 1; i < 5; ++i) quotient = (t.limbs[i] + quotient) >> 51;
    t.limbs[0] += 19 * quotient;
    for (int i = 0; i < 4; ++i) {
        t.limbs[i + 1] += t.limbs[i] >> 51;
        t.limbs[i] &= kLimbMask;
    }
    t.limbs[4] &= kLimbMask;

    const std::uint64_t words[4] = {
        t.limbs[0] | t.limbs[1] << 51, t.limbs[1] >> 13 | t.limbs[2] << 38,
        t.limbs[2] >> 26 | t.limbs[3] << 25, t.limbs[3] >> 39 | t.limbs[4] << 12};
    Encoding out;
    for (int i = 0; i < 32; ++i) {
        out[i] = static_cast<std::uint8_t>(words[i / 8] >> (8 * (i % 8)));
    }
    return out;
}

bool is_canonical(std::span<const std::uint8_t, 32> bytes) {
    const Encoding again = encode(decode(bytes));
    std::uint8_t difference = 0;
    for (int i = 0; i < 32; ++i) difference |= static_cast<std::uint8_t>(again[i] ^ bytes[i]);
    return difference == 0;
}

std::uint64_t is_negative(const Element& a) {
    return encode(a)[0] & 1;
}

std::uint64_t is_zero(const Element& a) {
    std::uint8_t bits = 0;
    for (const std::uint8_t byte : encode(a)) bits |= byte;
    return is_zero_byte(bits);
}

std::uint64_t equal(const Element& a, const Element& b) {
    return is_zero(subtract(a, weak_reduce(b)));
}

Element absolute(const Element& a) {
    return select(a, negate(a), is_negative(a));
}

Element invert(const Element& a) {  // a^(p - 2) = a^(2^255 - 21)
    const Powers of_a = powers(a);
    return multiply(square_times(of_a.two_250_minus_1, 5), of_a.eleven);
}

Root sqrt_ratio(const Element& u, const Element& v) {
    return finish_root(u, v, power_p58(root_base(u, v)));
}

std::vector<Root> inverse_roots(std::span<const Element> v) {
    std::vector<Root> roots;
    roots.reserve(v.size());
    std::size_t i = 0;
    while (lanes::available() && i + 1 < v.size()) {  // one alone takes as long as eight
        std::array<Element, lanes::kCount> powers{};
        const std::size_t count = std::min(lanes::kCount, v.size() - i);
        for (std::size_t lane = 0; lane < count; ++lane) {
            powers[lane] = root_base(kOne, v[i + lane]);
        }
        lanes::power_p58(powers);
        for (std::size_t lane = 0; lane < count; ++lane, ++i) {
            roots.push_back(finish_root(kOne, v[i], powers[lane]));
        }
    }
    for (; i < v.size(); ++i) roots.push_back(sqrt_ratio(kOne, v[i]));
    return roots;
}

void invert_all(std::span<Element> elements) {
    std::vector<Element> before;  // products of the elements in front
    before.reserve(elements.size());
    Element product = kOne;
    for (const Element& element : elements) {
        before.push_back(product);
        product = multiply(product, element);
    }
    Element inverse = invert(product);
    for (std::size_t i = elements.size(); i-- > 0;) {
        const Element own = multiply(inverse, before[i]);
        inverse = multiply(inverse, elements[i]);
        elements[i] = own;
    }
}

}  // namespace overlord::zk::field
