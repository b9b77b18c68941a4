#include "overlord/zk/blinding_proof.hpp"

#include "blinding_prover.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/transcript.hpp"

namespace overlord::zk {
namespace {

Transcript begin_transcript(ByteView label, std::span<const Point> points) {
    Transcript transcript(label);
    transcript.append("dom-sep", as_bytes("blindings v1"));
    transcript.append_u64("n", points.size());
    for (const PointBytes& bytes : encode(points)) transcript.append("D", bytes);
    return transcript;
}

// 1, w, w^2, ...
std::vector<Scalar> powers_of(const Scalar& w, std::size_t count) {
    std::vector<Scalar> powers(count, Scalar::from_u64(1));
    for (std::size_t i = 1; i < count; ++i) powers[i] = powers[i - 1] * w;
    return powers;
}

Error malformed(std::string_view what) {
    return Error{"zk.encoding", "a proof of blindings " + std::string(what)};
}

}  // namespace

Bytes prove_blindings_with(const BlindingWitness& witness, NonceSource& nonces) {
    OVERLORD_ASSERT(!witness.points.empty() && witness.points.size() == witness.blindings.size());
    Transcript transcript = begin_transcript(witness.label, witness.points);
    const std::vector<Scalar> weights =
        powers_of(transcript.challenge_scalar("w"), witness.points.size());
    Scalar blinding;
    for (std::size_t i = 0; i < weights.size(); ++i) blinding += weights[i] * witness.blindings[i];
    nonces.restart(transcript);
    Scalar nonce = nonces.next();
    const PointBytes commitment = encode(commit(0, nonce));
    transcript.append("R", commitment);
    const Scalar response = nonce + transcript.challenge_scalar("c") * blinding;
    wipe(std::span<Scalar>(&nonce, 1));
    wipe(std::span<Scalar>(&blinding, 1));
    Bytes proof;
    put_bytes(proof, commitment);
    put_bytes(proof, response.encode());
    return proof;
}

Bytes prove_blindings(const BlindingWitness& witness) {
    Bytes secrets;
    secrets.reserve(witness.blindings.size() * 32);  // at once: no copy stays behind
    for (const Scalar& blinding : witness.blindings) {
        ScalarBytes bytes = blinding.encode();
        put_bytes(secrets, bytes);
        crypto::wipe(bytes);
    }
    SyntheticNonces nonces(secrets);
    Bytes proof = prove_blindings_with(witness, nonces);
    crypto::wipe(secrets);
    return proof;
}

Status verify_blindings(ByteView label, std::span<const Point> points, ByteView proof) {
    if (proof.size() != kBlindingProofBytes) {
        return malformed("has " + std::to_string(proof.size()) + " bytes");
    }
    const std::optional<Point> commitment = decode(proof.first(32));
    const std::optional<Scalar> response = Scalar::decode(proof.subspan(32));
    if (!commitment || commitment->is_identity()) return malformed("begins with no point");
    if (!response) return malformed("ends with no scalar");
    if (points.empty()) return Error{"zk.proof", "a proof of blindings is about nothing"};
    Transcript transcript = begin_transcript(label, points);
    std::vector<Scalar> weights = powers_of(transcript.challenge_scalar("w"), points.size());
    transcript.append("R", proof.first(32));
    const Scalar challenge = transcript.challenge_scalar("c");
    // R + c D - s B~ in one sum.
    std::vector<Point> terms(points.begin(), points.end());
    for (Scalar& weight : weights) weight *= challenge;
    terms.push_back(blinding_base());
    weights.push_back(-*response);
    if ((*commitment + multiply_vartime(weights, terms)).is_identity()) return {};
    return Error{"zk.proof", "a proof of blindings does not hold"};
}

}  // namespace overlord::zk
