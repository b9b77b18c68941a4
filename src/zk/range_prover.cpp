// Section 4.2 of the Bulletproofs paper, in the order and with the names of the reference in
// docs/formats/zk.md: a party is one value, n bits each, N = n m in all.
#include "range_prover.hpp"

#include "generators.hpp"
#include "inner_product.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/pedersen.hpp"
#include "range_wire.hpp"
#include "secret_scalars.hpp"
#include "secret_sum.hpp"

namespace overlord::zk {
namespace {

struct Prover {
    const RangeInput& input;
    NonceSource& nonces;
    std::size_t length = input.bits * input.values.size();

    // Sums over the parties: a~, s~, tau_1, tau_2. s_L and s_R by global index.
    SecretScalars blindings{4};
    SecretScalars s_l{length};
    SecretScalars s_r{length};
    Scalar y{};
    Scalar z{};

    Scalar& a_blinding() { return blindings[0]; }
    Scalar& s_blinding() { return blindings[1]; }
    Scalar& tau_1() { return blindings[2]; }
    Scalar& tau_2() { return blindings[3]; }

    [[nodiscard]] std::uint64_t bit(std::size_t i) const {
        return input.values[i / input.bits] >> (i % input.bits) & 1;
    }
    [[nodiscard]] Generator of(Chain chain, std::size_t i) const {
        return generator(chain, i / input.bits, i % input.bits);
    }

    void draw_vectors();
    [[nodiscard]] Point bit_commitment();
    [[nodiscard]] Point nonce_commitment();
};

void Prover::draw_vectors() {
    for (std::size_t party = 0; party < input.values.size(); ++party) {
        a_blinding() += nonces.next();
        s_blinding() += nonces.next();
        const std::size_t first = party * input.bits;
        for (std::size_t i = 0; i < input.bits; ++i) s_l[first + i] = nonces.next();
        for (std::size_t i = 0; i < input.bits; ++i) s_r[first + i] = nonces.next();
    }
}

// A: a~ B~ and, for each bit, G or -H. Both are looked at.
Point Prover::bit_commitment() {
    Point total = commit(Scalar(), a_blinding());
    for (std::size_t i = 0; i < length; ++i) {
        const Generator g = of(Chain::kG, i);
        const Generator h = of(Chain::kH, i);
        const AffineNiels one = *g.block.multiples(g.index);
        const AffineNiels zero = negate(*h.block.multiples(h.index));
        total = add(total, select(zero, one, bit(i)));
    }
    return total;
}

// S: s~ B~ + <s_L, G> + <s_R, H>.
Point Prover::nonce_commitment() {
    SecretSum sum;
    for (std::size_t i = 0; i < length; ++i) {
        const Generator g = of(Chain::kG, i);
        const Generator h = of(Chain::kH, i);
        sum.add(s_l[i], g.block.multiples(g.index));
        sum.add(s_r[i], h.block.multiples(h.index));
    }
    return sum.total() + commit(Scalar(), s_blinding());
}

// l(X) = (a_L - z) + s_L X and r(X) = y^i (a_R + z + s_R X) + z^(2+j) 2^i, element by element.
struct Polynomials {
    SecretScalars l0, l1, r0, r1;
    Scalar t1, t2;  // of <l, r>

    explicit Polynomials(const Prover& prover);
    ~Polynomials() {
        wipe({&t1, 1});
        wipe({&t2, 1});
    }
    Polynomials(const Polynomials&) = delete;
    Polynomials& operator=(const Polynomials&) = delete;
};

Polynomials::Polynomials(const Prover& prover)
    : l0(prover.length), l1(prover.length), r0(prover.length), r1(prover.length) {
    const Scalar one = Scalar::from_u64(1);
    Scalar y_power = one;
    Scalar z_power = prover.z * prover.z;
    Scalar z_and_two;
    for (std::size_t i = 0; i < prover.length; ++i) {
        if (i % prover.input.bits == 0) {
            z_and_two = z_power;
            z_power *= prover.z;
        }
        const Scalar a_l = Scalar::from_u64(prover.bit(i));
        l0[i] = a_l - prover.z;
        l1[i] = prover.s_l[i];
        r0[i] = y_power * (a_l - one + prover.z) + z_and_two;
        r1[i] = y_power * prover.s_r[i];
        t1 += l0[i] * r1[i] + l1[i] * r0[i];
        t2 += l1[i] * r1[i];
        y_power *= prover.y;
        z_and_two += z_and_two;
    }
}

Status check_input(const RangeInput& input) {
    if (Status shape = check_shape(input.bits, input.values.size()); !shape) return shape;
    if (input.blindings.size() != input.values.size()) {
        return Error{"zk.shape", "not as many blindings as values"};
    }
    for (const std::uint64_t value : input.values) {
        if (input.bits < 64 && value >> input.bits != 0) {
            return Error{"zk.range", "a value does not fit into " + std::to_string(input.bits) +
                                         " bits"};
        }
    }
    return {};
}

void say(Transcript& transcript, std::string_view label, const Point& point, Bytes& out) {
    const PointBytes bytes = encode(point);
    transcript.append(label, bytes);
    put_bytes(out, bytes);
}

void say(Transcript& transcript, std::string_view label, const Scalar& scalar, Bytes& out) {
    const ScalarBytes bytes = scalar.encode();
    transcript.append(label, bytes);
    put_bytes(out, bytes);
}

// The rest of the proof once x is there: nothing below depends on the values but through masks.
void finish(Prover& prover, const Polynomials& polynomials, const Scalar& x,
            Transcript& transcript, Bytes& out) {
    std::vector<Scalar> l;
    std::vector<Scalar> r;
    Scalar t_x;
    for (std::size_t i = 0; i < prover.length; ++i) {
        l.push_back(polynomials.l0[i] + polynomials.l1[i] * x);
        r.push_back(polynomials.r0[i] + polynomials.r1[i] * x);
        t_x += l[i] * r[i];
    }
    Scalar t_x_blinding = x * (prover.tau_1() + x * prover.tau_2());
    Scalar z_power = prover.z * prover.z;
    for (const Scalar& blinding : prover.input.blindings) {
        t_x_blinding += z_power * blinding;
        z_power *= prover.z;
    }
    say(transcript, "t_x", t_x, out);
    say(transcript, "t_x_blinding", t_x_blinding, out);
    say(transcript, "e_blinding", prover.a_blinding() + x * prover.s_blinding(), out);
    const Scalar w = transcript.challenge_scalar("w");
    const InnerProductStatement statement{prover.input.bits, w, prover.y.invert()};
    prove_inner_product(statement, std::move(l), std::move(r), transcript, out);
}

// Everything secret, for the nonces: value and blinding of each party.
Bytes witness_of(const RangeInput& input) {
    Bytes witness;
    witness.reserve(input.values.size() * 40);
    for (std::size_t i = 0; i < input.values.size(); ++i) {
        put_u64_le(witness, input.values[i]);
        ScalarBytes blinding = input.blindings[i].encode();
        put_bytes(witness, blinding);
        crypto::wipe(blinding);
    }
    return witness;
}

}  // namespace

Result<Bytes> prove_range_with(const RangeInput& input, NonceSource& nonces) {
    if (Status status = check_input(input); !status) return status.error();
    std::vector<PointBytes> commitments;
    for (std::size_t i = 0; i < input.values.size(); ++i) {
        commitments.push_back(encode(commit(input.values[i], input.blindings[i])));
    }
    Transcript transcript = begin_range_proof(input.label, input.bits, commitments);
    Bytes out;
    out.reserve(range_proof_bytes(input.bits, input.values.size()));

    Prover prover{input, nonces};
    nonces.restart(transcript);
    prover.draw_vectors();
    say(transcript, "A", prover.bit_commitment(), out);
    say(transcript, "S", prover.nonce_commitment(), out);
    prover.y = transcript.challenge_scalar("y");
    prover.z = transcript.challenge_scalar("z");

    nonces.restart(transcript);
    for (std::size_t party = 0; party < input.values.size(); ++party) {
        prover.tau_1() += nonces.next();
        prover.tau_2() += nonces.next();
    }
    const Polynomials polynomials(prover);
    say(transcript, "T_1", commit(polynomials.t1, prover.tau_1()), out);
    say(transcript, "T_2", commit(polynomials.t2, prover.tau_2()), out);
    const Scalar x = transcript.challenge_scalar("x");
    // l(0) and r(0) are not masked. One transcript in 2^252 has it; with new nonces it goes.
    if (x.is_zero()) return Error{"zk.challenge", "a challenge is zero", ErrorClass::kRetry};
    finish(prover, polynomials, x, transcript, out);
    return out;
}

Result<Bytes> prove_range(const RangeInput& input) {
    if (Status status = check_input(input); !status) return status.error();
    Bytes witness = witness_of(input);
    SyntheticNonces nonces(witness);
    Result<Bytes> proof = prove_range_with(input, nonces);
    crypto::wipe(witness);
    return proof;
}

}  // namespace overlord::zk
