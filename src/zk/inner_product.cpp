#include "inner_product.hpp"

namespace overlord::zk {
namespace {

// The state between rounds. The generators are never folded: what folding would multiply them with
// is kept as a weight for each, and L and R are sums over the first generators, for which there are
// tables. A vector's element i belongs to all generators whose index is i modulo its length.
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
    [[nodiscard]] Generator generator_of(Chain chain, std::size_t i) const {
        return generator(chain, i / statement_.bits, i % statement_.bits);
    }

    const InnerProductStatement& statement_;
    std::vector<Scalar> a_, b_;
    std::vector<Scalar> g_weights_, h_weights_;
};

Rounds::Pair Rounds::points() const {
    const std::size_t half = a_.size() / 2;
    const std::size_t terms = g_weights_.size() + 1;
    FixedSum l(terms);
    FixedSum r(terms);
    for (std::size_t i = 0; i < g_weights_.size(); ++i) {
        const std::size_t place = i % a_.size();
        const Generator g = generator_of(Chain::kG, i);
        const Generator h = generator_of(Chain::kH, i);
        if (place < half) {
            l.add(b_[place + half] * h_weights_[i], h);
            r.add(a_[place + half] * g_weights_[i], g);
        } else {
            l.add(a_[place - half] * g_weights_[i], g);
            r.add(b_[place - half] * h_weights_[i], h);
        }
    }
    Scalar l_product;
    Scalar r_product;
    for (std::size_t i = 0; i < half; ++i) {
        l_product += a_[i] * b_[half + i];
        r_product += a_[half + i] * b_[i];
    }
    l.add(statement_.w * l_product, value_generator());
    r.add(statement_.w * r_product, value_generator());
    return {l.total(), r.total()};
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
