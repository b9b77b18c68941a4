// One equation of points decides: section 4.2 of the Bulletproofs paper with the inner-product
// argument unrolled (section 3.1 there), so that a proof is a single multi-scalar multiplication.
#include "generators.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/range_proof.hpp"
#include "range_equation.hpp"

namespace overlord::zk {

namespace {

// The left side of the sum of equations: multiples of generators and of the proofs' own points.
struct Combination {
    Scalar base, blinding;
    std::vector<Scalar> g, h;  // by party * kChainLength + index
    std::vector<Scalar> scalars;
    std::vector<Point> points;

    void add(const Scalar& scalar, const Point& point) {
        scalars.push_back(scalar);
        points.push_back(point);
    }
    [[nodiscard]] Point total() const;
};

Point Combination::total() const {
    std::size_t terms = 2;
    for (const Scalar& scalar : g) terms += scalar.is_zero() ? 0 : 2;
    FixedSum fixed(terms);
    fixed.add(base, value_generator());
    fixed.add(blinding, blinding_generator());
    for (std::size_t i = 0; i < g.size(); ++i) {
        // Nothing here for places between the bits of a proof and kChainLength.
        if (g[i].is_zero() && h[i].is_zero()) continue;
        fixed.add(g[i], generator(Chain::kG, i / kChainLength, i % kChainLength));
        fixed.add(h[i], generator(Chain::kH, i / kChainLength, i % kChainLength));
    }
    return fixed.total() + multiply_vartime(scalars, points);
}

Scalar random_weight() {  // 128 bits from the system
    std::array<std::uint8_t, 64> bytes{};
    crypto::random_bytes(std::span(bytes).first<16>());
    return Scalar::from_wide(bytes);
}

// s_i: the product of u_k or its inverse, as the bits of i say, the first round the highest bit.
std::vector<Scalar> folded_weights(const std::vector<Scalar>& u,
                                   const std::vector<Scalar>& u_inverse, std::size_t length) {
    std::vector<Scalar> s(length);
    s[0] = Scalar::from_u64(1);
    for (const Scalar& inverse : u_inverse) s[0] *= inverse;
    for (std::size_t round = u.size(), half = 1; round-- > 0; half *= 2) {
        const Scalar squared = u[round] * u[round];
        for (std::size_t i = 0; i < half; ++i) s[half + i] = s[i] * squared;
    }
    return s;
}

// The coefficients of G and H and, of B, the part delta(y, z) = (z - z^2) <1, y^N>
// - (2^n - 1) (z^3 + z^4 + ...), each times `weight`.
Scalar add_generators(const RangeEquation& equation, const Scalar& weight, Combination& out) {
    const std::size_t length = equation.length();
    const std::vector<Scalar> s = folded_weights(equation.u, equation.u_inverse, length);
    const Scalar minus_z = -(weight * equation.z);
    const Scalar minus_a = -(weight * equation.proof.final_a);
    const Scalar minus_b = -(weight * equation.proof.final_b);
    const Scalar all_bits = Scalar::from_u64(~std::uint64_t{0} >> (64 - equation.bits));
    Scalar y_power = Scalar::from_u64(1);
    Scalar y_inverse_power = y_power;
    Scalar y_sum;
    Scalar z_sum;
    Scalar z_power = weight * equation.z * equation.z;  // weight * z^(2 + j)
    for (std::size_t party = 0, i = 0; party < equation.commitments.size(); ++party) {
        Scalar z_and_two = z_power;
        z_power *= equation.z;
        z_sum += z_power;
        for (std::size_t bit = 0; bit < equation.bits; ++bit, ++i) {
            const std::size_t place = party * kChainLength + bit;
            out.g[place] += minus_z + minus_a * s[i];
            out.h[place] +=
                y_inverse_power * (z_and_two + minus_b * s[length - 1 - i]) - minus_z;
            z_and_two += z_and_two;
            y_sum += y_power;
            y_power *= equation.y;
            y_inverse_power *= equation.y_inverse;
        }
    }
    return weight * (equation.z - equation.z * equation.z) * y_sum - all_bits * z_sum;
}

// Adds weight * the left side of the equation. It has two halves, which `c` keeps apart.
void add_equation(const RangeEquation& equation, const Scalar& weight, Combination& out) {
    const RangeProof& proof = equation.proof;
    const Scalar c = random_weight();
    const Scalar weighted_c = weight * c;
    const Scalar c_x = weighted_c * equation.x;

    const Scalar weighted_delta = add_generators(equation, weight, out);
    out.base += weight * equation.w * (proof.t_x - proof.final_a * proof.final_b) +
                c * weighted_delta - weighted_c * proof.t_x;
    out.blinding -= weight * proof.e_blinding + weighted_c * proof.t_x_blinding;

    out.add(weight, proof.a.point);
    out.add(weight * equation.x, proof.s.point);
    out.add(c_x, proof.t1.point);
    out.add(c_x * equation.x, proof.t2.point);
    for (std::size_t i = 0; i < equation.u.size(); ++i) {
        out.add(weight * equation.u[i] * equation.u[i], proof.l[i].point);
        out.add(weight * equation.u_inverse[i] * equation.u_inverse[i], proof.r[i].point);
    }
    Scalar c_z = weighted_c * equation.z * equation.z;
    for (const Point& commitment : equation.commitments) {
        out.add(c_z, commitment);
        c_z *= equation.z;
    }
}

void invert_challenges(std::span<RangeEquation> equations) {
    std::vector<Scalar> values;
    for (const RangeEquation& equation : equations) {
        values.push_back(equation.y);
        values.insert(values.end(), equation.u.begin(), equation.u.end());
    }
    invert_all(values);
    auto next = values.begin();
    for (RangeEquation& equation : equations) {
        equation.y_inverse = *next++;
        const auto end = next + static_cast<std::ptrdiff_t>(equation.u.size());
        equation.u_inverse.assign(next, end);
        next = end;
    }
}

}  // namespace

Result<RangeEquation> RangeEquation::read(const RangeStatement& statement, ByteView proof) {
    const std::size_t values = statement.commitments.size();
    if (Status shape = check_shape(statement.bits, values); !shape) return shape.error();
    Result<RangeProof> parsed = parse_range_proof(proof, rounds_of(statement.bits * values));
    if (!parsed) return parsed.error();

    RangeEquation out;
    out.bits = statement.bits;
    out.commitments.assign(statement.commitments.begin(), statement.commitments.end());
    out.proof = *std::move(parsed);
    Transcript transcript =
        begin_range_proof(statement.label, statement.bits, encode(statement.commitments));
    transcript.append("A", out.proof.a.bytes);
    transcript.append("S", out.proof.s.bytes);
    out.y = transcript.challenge_scalar("y");
    out.z = transcript.challenge_scalar("z");
    transcript.append("T_1", out.proof.t1.bytes);
    transcript.append("T_2", out.proof.t2.bytes);
    out.x = transcript.challenge_scalar("x");
    transcript.append("t_x", out.proof.t_x.encode());
    transcript.append("t_x_blinding", out.proof.t_x_blinding.encode());
    transcript.append("e_blinding", out.proof.e_blinding.encode());
    out.w = transcript.challenge_scalar("w");
    transcript.append("dom-sep", as_bytes("ipp v1"));
    transcript.append_u64("n", out.length());
    for (std::size_t i = 0; i < out.proof.l.size(); ++i) {
        transcript.append("L", out.proof.l[i].bytes);
        transcript.append("R", out.proof.r[i].bytes);
        out.u.push_back(transcript.challenge_scalar("u"));
    }
    return out;
}

bool RangeEquation::hold(std::span<RangeEquation> equations) {
    invert_challenges(equations);
    std::size_t parties = 0;
    for (const RangeEquation& equation : equations) {
        parties = std::max(parties, equation.commitments.size());
    }
    Combination combination;
    combination.g.resize(parties * kChainLength);
    combination.h.resize(parties * kChainLength);
    for (const RangeEquation& equation : equations) {
        add_equation(equation, random_weight(), combination);
    }
    return combination.total().is_identity();
}

RangeBatch::RangeBatch() = default;
RangeBatch::RangeBatch(RangeBatch&&) noexcept = default;
RangeBatch& RangeBatch::operator=(RangeBatch&&) noexcept = default;
RangeBatch::~RangeBatch() = default;

std::size_t RangeBatch::add(const RangeStatement& statement, ByteView proof) {
    const std::size_t index = size_++;
    Result<RangeEquation> equation = RangeEquation::read(statement, proof);
    if (equation) {
        equation->index = index;
        equations_.push_back(*std::move(equation));
    } else if (!malformed_) {
        malformed_ = {index, std::move(equation).error()};
    }
    return index;
}

Status RangeBatch::verify() {
    std::vector<RangeEquation> equations = std::exchange(equations_, {});
    std::optional<Malformed> worst = std::exchange(malformed_, std::nullopt);
    bad_.reset();
    size_ = 0;
    if (!RangeEquation::hold(equations)) {
        for (RangeEquation& equation : equations) {
            if (worst && worst->index < equation.index) break;
            if (RangeEquation::hold({&equation, 1})) continue;
            worst = {equation.index, Error{"zk.proof", "does not hold"}};
            break;
        }
        OVERLORD_ASSERT(worst);  // a sum of zeros is zero
    }
    if (!worst) return {};
    bad_ = worst->index;
    return with_context(std::move(worst->error), "range proof " + std::to_string(*bad_));
}

Status verify_range(const RangeStatement& statement, ByteView proof) {
    Result<RangeEquation> equation = RangeEquation::read(statement, proof);
    if (!equation) return with_context(std::move(equation).error(), "range proof");
    if (RangeEquation::hold({&*equation, 1})) return {};
    return Error{"zk.proof", "range proof: does not hold"};
}

}  // namespace overlord::zk
