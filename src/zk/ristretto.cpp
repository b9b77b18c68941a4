// The encoding and the one-way map of ristretto255, RFC 9496 section 4.3; names are the RFC's.
#include "curve.hpp"

namespace overlord::zk {
namespace {

using namespace field;

constexpr Element kSqrtAdMinusOne{
    {0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498, 0x376931bf2b834}};
constexpr Element kInvSqrtAMinusD{
    {0x0fdaa805d40ea, 0x2eb482e57d339, 0x007610274bc58, 0x6510b613dc8ff, 0x786c8905cfaff}};
constexpr Element kOneMinusDSquared{
    {0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x06bccca55eedf, 0x029072a8b2b3e}};
constexpr Element kDMinusOneSquared{
    {0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9, 0x5968b37af66c2}};

Point map(const Element& t) {
    const Element r = multiply(kSqrtMinusOne, square(t));
    const Element u = multiply(field::add(r, kOne), kOneMinusDSquared);
    const Element minus_one = negate(kOne);
    const Element v = multiply(field::subtract(minus_one, multiply(r, kD)), field::add(r, kD));

    const Root root = sqrt_ratio(u, v);
    const Element turned = negate(absolute(multiply(root.value, t)));
    const Element s = field::select(turned, root.value, root.was_square);
    const Element c = field::select(r, minus_one, root.was_square);
    const Element n = field::subtract(
        multiply(multiply(c, field::subtract(r, kOne)), kDMinusOneSquared), v);

    const Element w0 = field::twice(multiply(s, v));
    const Element w1 = multiply(n, kSqrtAdMinusOne);
    const Element s2 = square(s);
    return complete(w0, field::add(kOne, s2), w1, field::subtract(kOne, s2));
}

// Section 4.3.1, before and after the inverse square root.
class Decoding {
public:
    explicit Decoding(std::span<const std::uint8_t, 32> bytes)
        : canonical_(is_canonical(bytes) && (bytes[0] & 1) == 0), s_(field::decode(bytes)) {
        const Element ss = square(s_);
        u1_ = field::subtract(kOne, ss);
        u2_ = field::add(kOne, ss);
        // v = -(d u1^2) - u2^2
        v_ = field::subtract(negate(multiply(kD, square(u1_))), square(u2_));
    }
    [[nodiscard]] Element radicand() const { return multiply(v_, square(u2_)); }
    [[nodiscard]] std::optional<Point> finish(const Root& inverse) const {
        const Element den_x = multiply(inverse.value, u2_);
        const Element den_y = multiply(multiply(inverse.value, den_x), v_);
        const Element x = absolute(multiply(field::twice(s_), den_x));
        const Element y = multiply(u1_, den_y);
        const Element t = multiply(x, y);
        const bool good = canonical_ && inverse.was_square != 0 && is_negative(t) == 0 &&
                          is_zero(y) == 0;
        if (!good) return std::nullopt;
        return Point(x, y, kOne, t);
    }

private:
    bool canonical_;
    Element s_, u1_, u2_, v_;
};

// Section 4.3.2. Whether the radicand has a root does not matter.
class Encoder {
public:
    explicit Encoder(const Point& point) : point_(point) {
        u1_ = multiply(field::add(point.z(), point.y()), field::subtract(point.z(), point.y()));
        u2_ = multiply(point.x(), point.y());
    }
    [[nodiscard]] Element radicand() const { return multiply(u1_, square(u2_)); }
    [[nodiscard]] PointBytes finish(const Root& inverse) const {
        const Element den1 = multiply(inverse.value, u1_);
        const Element den2 = multiply(inverse.value, u2_);
        const Element z_inverse = multiply(multiply(den1, den2), point_.t());
        const Element ix = multiply(point_.x(), kSqrtMinusOne);
        const Element iy = multiply(point_.y(), kSqrtMinusOne);
        const std::uint64_t rotate = is_negative(multiply(point_.t(), z_inverse));
        const Element x = field::select(point_.x(), iy, rotate);
        Element y = field::select(point_.y(), ix, rotate);
        const Element den = field::select(den2, multiply(den1, kInvSqrtAMinusD), rotate);
        y = field::select(y, negate(y), is_negative(multiply(x, z_inverse)));
        return field::encode(absolute(multiply(den, field::subtract(point_.z(), y))));
    }

private:
    Point point_;
    Element u1_, u2_;
};

}  // namespace

Point Point::from_uniform(std::span<const std::uint8_t, 64> bytes) {
    return map(field::decode(bytes.first<32>())) + map(field::decode(bytes.last<32>()));
}

std::optional<Point> decode(ByteView bytes) {
    if (bytes.size() != 32) return std::nullopt;
    const Decoding decoding(bytes.first<32>());
    return decoding.finish(sqrt_ratio(kOne, decoding.radicand()));
}

std::vector<std::optional<Point>> decode(std::span<const PointBytes> encodings) {
    std::vector<Decoding> decodings;
    std::vector<Element> radicands;
    decodings.reserve(encodings.size());
    radicands.reserve(encodings.size());
    for (const PointBytes& bytes : encodings) {
        decodings.emplace_back(bytes);
        radicands.push_back(decodings.back().radicand());
    }
    const std::vector<Root> roots = inverse_roots(radicands);
    std::vector<std::optional<Point>> out;
    out.reserve(encodings.size());
    for (std::size_t i = 0; i < roots.size(); ++i) out.push_back(decodings[i].finish(roots[i]));
    return out;
}

PointBytes encode(const Point& point) {
    const Encoder encoder(point);
    return encoder.finish(sqrt_ratio(kOne, encoder.radicand()));
}

std::vector<PointBytes> encode(std::span<const Point> points) {
    std::vector<Encoder> encoders;
    std::vector<Element> radicands;
    encoders.reserve(points.size());
    radicands.reserve(points.size());
    for (const Point& point : points) {
        encoders.emplace_back(point);
        radicands.push_back(encoders.back().radicand());
    }
    const std::vector<Root> roots = inverse_roots(radicands);
    std::vector<PointBytes> out;
    out.reserve(points.size());
    for (std::size_t i = 0; i < roots.size(); ++i) out.push_back(encoders[i].finish(roots[i]));
    return out;
}

}  // namespace overlord::zk
