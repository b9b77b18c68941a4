// That commitments hide nothing: each of some points is a multiple r B~ of the blinding base, and
// whoever made the proof knows the r. Schnorr's proof (CRYPTO '89) of one combination of them, made
// non-interactive over a Merlin transcript; 64 bytes for any number of points.
//
//   w from the transcript of label and points;  D = sum w^i D_i,  r = sum w^i r_i
//   R = k B~;  c from the transcript with R;  s = k + c r;  it holds if s B~ = R + c D
//
// Were one point no known multiple of B~, D would be one for at most as many w as there are points,
// out of 2^252. Any thread. Work on secrets takes the same time whatever they are; a verifier's
// does not need to.
#pragma once

#include <span>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

inline constexpr std::size_t kBlindingProofBytes = 64;  // R, s

struct BlindingWitness {
    ByteView label;  // of the transcript: binds the proof to its context
    std::span<const Point> points;
    std::span<const Scalar> blindings;  // of each point; a secret
};
// At least one point, and as many blindings (asserted). For points that are other than their
// blindings say it makes a proof that does not verify.
[[nodiscard]] Bytes prove_blindings(const BlindingWitness& witness);

// Codes: zk.encoding (another length, R or s no canonical encoding, R the identity), zk.proof (the
// equation does not hold, or there is no point).
[[nodiscard]] Status verify_blindings(ByteView label, std::span<const Point> points,
                                      ByteView proof);

}  // namespace overlord::zk
