#include "inner_product.hpp"

#include "overlord/zk/msm.hpp"

namespace overlord::zk {
namespace {

// From this length on the generators are folded into as many points, once: with few of them sums
// over all of the first ones cost more than sums without tables.
constexpr std::size_t kFoldedLength = 64;
constexpr std::size_t kFoldedFactor = 8;  // of first generators to folded ones, at least

// The state between rounds. Generators are not folded round by round: what folding would multiply
// them with is kept as a weight for each, and L and R are sums over the first generators, for which
// there are tables. A vector's element i belongs to all generators whose index is i modulo its
// length.
class Rounds {
public:
    Rounds(const InnerProductStatement& statement, std::vector<Scalar> a, std::vector<Scalar> b)
        : statement_(statement), a_(std::move(a)), b_(std::move(b)) {
        Scalar y_power = Scalar::from_u64(1);
        for (std::size_t i = 0; i < a_.size(); ++i) {
            g_weights_.push_back(Scalar::from_u64(1));
            h_weights_.push_back(y_power);
            y_power *= statement_.y_inverse;
        }
    }

    [[nodiscard]] std::size_t length() const { return a_.size(); }
    [[nodiscard]] const Scalar& a() const { return a_[0]; }
    [[nodiscard]] const Scalar& b() const { return b_[0]; }

    struct Pair {
        Point l, r;
    };
    [[nodiscard]] Pair points() const;
    void fold(const Scalar& u, const Scalar& u_inverse);

private:
    // Calls visit(side, scalar, chain, i) for each generator in L (side 0) and R (side 1).
    template <class Visit>
    void visit_terms(Visit&& visit) const;
    [[nodiscard]] Generator generator_of(Chain chain, std::size_t i) const {
        return generator(chain, i / statement_.bits, i % statement_.bits);
    }
    [[nodiscard]] std::array<Scalar, 2> base_scalars() const;
    [[nodiscard]] std::vector<Point> folded(Chain chain, std::span<const Scalar> weights) const;
    void fold_generators();

    const InnerProductStatement& statement_;
    std::vector<Scalar> a_, b_;
    std::vector<Scalar> g_weights_, h_weights_;
    std::vector<Point> g_folded_, h_folded_;  // empty before fold_generators()
};

template <class Visit>
void Rounds::visit_terms(Visit&& visit) const {
    const std::size_t half = a_.size() / 2;
    for (std::size_t i = 0; i < g_weights_.size(); ++i) {
        const std::size_t place = i % a_.size();
        if (place < half) {
            visit(0, b_[place + half] * h_weights_[i], Chain::kH, i);
            visit(1, a_[place + half] * g_weights_[i], Chain::kG, i);
        } else {
            visit(0, a_[place - half] * g_weights_[i], Chain::kG, i);
            visit(1, b_[place - half] * h_weights_[i], Chain::kH, i);
        }
    }
}

// Of w B: the inner products of opposite halves.
std::array<Scalar, 2> Rounds::base_scalars() const {
    const std::size_t half = a_.size() / 2;
    std::array<Scalar, 2> products;
    for (std::size_t i = 0; i < half; ++i) {
        products[0] += a_[i] * b_[half + i];
        products[1] += a_[half + i] * b_[i];
    }
    return {statement_.w * products[0], statement_.w * products[1]};
}

Rounds::Pair Rounds::points() const {
    const std::array<Scalar, 2> base = base_scalars();
    if (g_folded_.empty()) {
        const std::size_t terms = g_weights_.size() + 1;
        FixedSum sums[] = {FixedSum(terms), FixedSum(terms)};
        for (std::size_t side = 0; side < 2; ++side) sums[side].add(base[side], value_generator());
        visit_terms([&](std::size_t side, const Scalar& scalar, Chain chain, std::size_t i) {
            sums[side].add(scalar, generator_of(chain, i));
        });
        return {sums[0].total(), sums[1].total()};
    }
    std::vector<Scalar> scalars[2];
    std::vector<Point> points[2];
    for (std::size_t side = 0; side < 2; ++side) {
        scalars[side].push_back(base[side]);
        points[side].push_back(Point::base());
    }
    visit_terms([&](std::size_t side, const Scalar& scalar, Chain chain, std::size_t i) {
        scalars[side].push_back(scalar);
        points[side].push_back(chain == Chain::kG ? g_folded_[i] : h_folded_[i]);
    });
    return {multiply_vartime(scalars[0], points[0]), multiply_vartime(scalars[1], points[1])};
}

// Point i: the sum of weight * generator over all whose index is i modulo the vectors' length.
std::vector<Point> Rounds::folded(Chain chain, std::span<const Scalar> weights) const {
    constexpr std::size_t kAtATime = 8;
    constexpr std::size_t kBuckets = std::size_t{1} << (kNarrowWidth - 1);
    const std::size_t length = a_.size();
    std::vector<Point> out;
    for (std::size_t begin = 0; begin < length; begin += kAtATime) {
        const std::size_t additions =
            kAtATime * weights.size() / length * radix_digits(kNarrowWidth);
        BucketPass pass(kAtATime * kBuckets, additions);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const std::size_t place = i % length - begin;
            if (i % length < begin || place >= kAtATime) continue;
            const Generator from = generator_of(chain, i);
            from.block.table(kNarrowWidth).add_to(pass, place * kBuckets, from.index, weights[i]);
        }
        for (const Point& point : weighted_sums(pass.sums(), kBuckets)) out.push_back(point);
    }
    return out;
}

void Rounds::fold_generators() {
    g_folded_ = folded(Chain::kG, g_weights_);
    h_folded_ = folded(Chain::kH, h_weights_);
    g_weights_.assign(a_.size(), Scalar::from_u64(1));
    h_weights_ = g_weights_;
}

void Rounds::fold(const Scalar& u, const Scalar& u_inverse) {
    const std::size_t half = a_.size() / 2;
    for (std::size_t i = 0; i < g_weights_.size(); ++i) {
        const bool low = i % a_.size() < half;
        g_weights_[i] *= low ? u_inverse : u;
        h_weights_[i] *= low ? u : u_inverse;
    }
    for (std::size_t i = 0; i < half; ++i) {
        a_[i] = a_[i] * u + a_[half + i] * u_inverse;
        b_[i] = b_[i] * u_inverse + b_[half + i] * u;
    }
    a_.resize(half);
    b_.resize(half);
    if (half == kFoldedLength && g_weights_.size() >= kFoldedFactor * half) fold_generators();
}

}  // namespace

void prove_inner_product(const InnerProductStatement& statement, std::vector<Scalar> a,
                         std::vector<Scalar> b, Transcript& transcript, Bytes& out) {
    transcript.append("dom-sep", as_bytes("ipp v1"));
    transcript.append_u64("n", a.size());
    Rounds rounds(statement, std::move(a), std::move(b));
    while (rounds.length() > 1) {
        const Rounds::Pair points = rounds.points();
        const PointBytes l = encode(points.l);
        const PointBytes r = encode(points.r);
        transcript.append("L", l);
        transcript.append("R", r);
        put_bytes(out, l);
        put_bytes(out, r);
        const Scalar u = transcript.challenge_scalar("u");
        rounds.fold(u, u.invert());
    }
    put_bytes(out, rounds.a().encode());
    put_bytes(out, rounds.b().encode());
}

}  // namespace overlord::zk
