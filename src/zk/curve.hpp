// The group law of edwards25519 in extended coordinates (Hisil, Wong, Carter, Dawson 2008, section
// 3.1 and 3.3 with a = -1; RFC 8032 section 5.1.4). Complete: the same formulas for every pair of
// points, so nothing here branches. Inside src/zk all limbs of a Point are tight.
#pragma once

#include <span>
#include <vector>

#include "field.hpp"
#include "overlord/zk/point.hpp"

namespace overlord::zk {

// What a point is prepared to for being added many times (Bernstein, Duif, Lange, Schwabe, Yang
// 2012, "Niels" form): with Z = 1, three products less per addition than the plain formula.
struct AffineNiels {
    FieldElement y_plus_x = field::kOne;
    FieldElement y_minus_x = field::kOne;
    FieldElement xy2d = field::kZero;
};

struct ProjectiveNiels {
    FieldElement y_plus_x = field::kOne;
    FieldElement y_minus_x = field::kOne;
    FieldElement z = field::kOne;
    FieldElement t2d = field::kZero;
};

// E F, G H, F G, E H: the last step of each formula. Arguments are loose, the result is tight.
inline Point complete(const FieldElement& e, const FieldElement& f, const FieldElement& g,
                      const FieldElement& h) {
    using field::multiply;
    return {multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

// `z2` is twice Z1 Z2, below 2^52 + 2^16; then f = z2 - c is below 2^53 + 2^52 + 2^16.
inline Point add_step(const Point& p, const FieldElement& y_plus_x, const FieldElement& y_minus_x,
                      const FieldElement& t2d, const FieldElement& z2) {
    using namespace field;
    const FieldElement a = multiply(subtract(p.y(), p.x()), y_minus_x);
    const FieldElement b = multiply(add(p.y(), p.x()), y_plus_x);
    const FieldElement c = multiply(p.t(), t2d);
    return complete(subtract(b, a), subtract(z2, c), add(z2, c), add(b, a));
}

inline Point add(const Point& p, const AffineNiels& q) {
    return add_step(p, q.y_plus_x, q.y_minus_x, q.xy2d, field::twice(p.z()));
}

inline Point add(const Point& p, const ProjectiveNiels& q) {
    return add_step(p, q.y_plus_x, q.y_minus_x, q.t2d,
                    field::twice(field::multiply(p.z(), q.z)));
}

// The negative of a prepared point has the first two exchanged and the product negated; instead of
// negating, the subtraction exchanges f and g.
inline Point subtract_step(const Point& p, const FieldElement& y_plus_x,
                           const FieldElement& y_minus_x, const FieldElement& t2d,
                           const FieldElement& z2) {
    using namespace field;
    const FieldElement a = multiply(field::subtract(p.y(), p.x()), y_plus_x);
    const FieldElement b = multiply(field::add(p.y(), p.x()), y_minus_x);
    const FieldElement c = multiply(p.t(), t2d);
    return complete(field::subtract(b, a), field::add(z2, c), field::subtract(z2, c),
                    field::add(b, a));
}

inline Point subtract(const Point& p, const AffineNiels& q) {
    return subtract_step(p, q.y_plus_x, q.y_minus_x, q.xy2d, field::twice(p.z()));
}

inline Point subtract(const Point& p, const ProjectiveNiels& q) {
    return subtract_step(p, q.y_plus_x, q.y_minus_x, q.t2d,
                         field::twice(field::multiply(p.z(), q.z)));
}

// h is below 2^52 + 2^16, g below 2^53 + 2^52, and f = 2 Z^2 + g below 14 * 2^50 + 2^17: loose.
inline Point twice(const Point& p) {
    using namespace field;
    const FieldElement a = square(p.x());
    const FieldElement b = square(p.y());
    const FieldElement h = add(a, b);
    const FieldElement e = subtract(h, square(add(p.x(), p.y())));
    const FieldElement g = subtract(a, b);
    return complete(e, add(field::twice(square(p.z())), g), g, h);
}

inline ProjectiveNiels prepare(const Point& p) {
    return {field::weak_reduce(field::add(p.y(), p.x())),
            field::weak_reduce(field::subtract(p.y(), p.x())), p.z(),
            field::multiply(p.t(), field::kTwoD)};
}

// All of them with one inversion.
[[nodiscard]] std::vector<AffineNiels> prepare_affine(std::span<const Point> points);

// Constant time: b where `choice` is 1, a where it is 0.
inline AffineNiels select(const AffineNiels& a, const AffineNiels& b, std::uint64_t choice) {
    return {field::select(a.y_plus_x, b.y_plus_x, choice),
            field::select(a.y_minus_x, b.y_minus_x, choice),
            field::select(a.xy2d, b.xy2d, choice)};
}

inline AffineNiels negate(const AffineNiels& a) {
    return {a.y_minus_x, a.y_plus_x, field::negate(a.xy2d)};
}

}  // namespace overlord::zk
