#include "overlord/zk/point.hpp"

#include "curve.hpp"

namespace overlord::zk {

const Point& Point::base() {
    // RFC 8032 section 5.1: y = 4/5, x even.
    static constexpr Point kBase(
        {{0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5}},
        {{0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666}},
        field::kOne,
        {{0x68ab3a5b7dda3, 0x00eea2a5eadbb, 0x2af8df483c27e, 0x332b375274732, 0x67875f0fd78b7}});
    return kBase;
}

Point Point::operator+(const Point& other) const {
    return add(*this, prepare(other));
}

Point Point::operator-(const Point& other) const {
    return subtract(*this, prepare(other));
}

Point Point::operator-() const {
    return {field::negate(x_), y_, z_, field::negate(t_)};
}

bool Point::operator==(const Point& other) const {
    const std::uint64_t same = field::equal(field::multiply(x_, other.y_),
                                            field::multiply(y_, other.x_));
    const std::uint64_t turned = field::equal(field::multiply(y_, other.y_),
                                              field::multiply(x_, other.x_));
    return (same | turned) != 0;
}

bool Point::is_identity() const {
    return (field::is_zero(x_) | field::is_zero(y_)) != 0;
}

std::vector<AffineNiels> prepare_affine(std::span<const Point> points) {
    std::vector<FieldElement> inverses;
    inverses.reserve(points.size());
    for (const Point& point : points) inverses.push_back(point.z());
    field::invert_all(inverses);
    std::vector<AffineNiels> out;
    out.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        const FieldElement x = field::multiply(points[i].x(), inverses[i]);
        const FieldElement y = field::multiply(points[i].y(), inverses[i]);
        out.push_back({field::weak_reduce(field::add(y, x)),
                       field::weak_reduce(field::subtract(y, x)),
                       field::multiply(field::multiply(x, y), field::kTwoD)});
    }
    return out;
}

}  // namespace overlord::zk
