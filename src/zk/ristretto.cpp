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

}  // namespace

Point Point::from_uniform(std::span<const std::uint8_t, 64> bytes) {
    return map(field::decode(bytes.first<32>())) + map(field::decode(bytes.last<32>()));
}

std::optional<Point> decode(ByteView bytes) {
    if (bytes.size() != 32) return std::nullopt;
    const std::span<const std::uint8_t, 32> encoding = bytes.first<32>();
    if (!is_canonical(encoding) || (encoding[0] & 1) != 0) return std::nullopt;

    const Element s = field::decode(encoding);
    const Element ss = square(s);
    const Element u1 = field::subtract(kOne, ss);
    const Element u2 = field::add(kOne, ss);
    const Element u2_squared = square(u2);
    // v = -(d u1^2) - u2^2
    const Element v = field::subtract(negate(multiply(kD, square(u1))), u2_squared);
    const Root inverse = sqrt_ratio(kOne, multiply(v, u2_squared));

    const Element den_x = multiply(inverse.value, u2);
    const Element den_y = multiply(multiply(inverse.value, den_x), v);
    const Element x = absolute(multiply(field::twice(s), den_x));
    const Element y = multiply(u1, den_y);
    const Element t = multiply(x, y);
    if (inverse.was_square == 0 || is_negative(t) != 0 || is_zero(y) != 0) return std::nullopt;
    return Point(weak_reduce(x), y, kOne, t);
}

PointBytes encode(const Point& point) {
    const Element u1 =
        multiply(field::add(point.z(), point.y()), field::subtract(point.z(), point.y()));
    const Element u2 = multiply(point.x(), point.y());
    const Root inverse = sqrt_ratio(kOne, multiply(u1, square(u2)));  // the square is ignored
    const Element den1 = multiply(inverse.value, u1);
    const Element den2 = multiply(inverse.value, u2);
    const Element z_inverse = multiply(multiply(den1, den2), point.t());

    const Element ix = multiply(point.x(), kSqrtMinusOne);
    const Element iy = multiply(point.y(), kSqrtMinusOne);
    const std::uint64_t rotate = is_negative(multiply(point.t(), z_inverse));
    const Element x = field::select(point.x(), iy, rotate);
    Element y = field::select(point.y(), ix, rotate);
    const Element den = field::select(den2, multiply(den1, kInvSqrtAMinusD), rotate);
    y = field::select(y, negate(y), is_negative(multiply(x, z_inverse)));
    return field::encode(absolute(multiply(den, field::subtract(point.z(), y))));
}

std::vector<PointBytes> encode(std::span<const Point> points) {
    std::vector<PointBytes> out;
    out.reserve(points.size());
    for (const Point& point : points) out.push_back(encode(point));
    return out;
}

}  // namespace overlord::zk
