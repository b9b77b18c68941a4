// The bytes of a range proof and the order in which its parts enter the transcript; the same for
// prover and verifier. docs/formats/zk.md has both as tables.
#pragma once

#include <span>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/zk/range_proof.hpp"
#include "overlord/zk/transcript.hpp"

namespace overlord::zk {

// Code zk.shape for what no range proof can be about.
[[nodiscard]] Status check_shape(unsigned bits, std::size_t values);

[[nodiscard]] std::size_t rounds_of(std::size_t length);  // lg of a power of two

// A range proof whose encodings are canonical; points beside the bytes they came from.
struct RangeProof {
    struct Element {
        PointBytes bytes{};
        Point point;
    };
    Element a, s, t1, t2;
    Scalar t_x, t_x_blinding, e_blinding;
    std::vector<Element> l, r;
    Scalar final_a, final_b;
};

// Code zk.encoding.
[[nodiscard]] Result<RangeProof> parse_range_proof(ByteView bytes, std::size_t rounds);

// The transcript up to the commitments.
[[nodiscard]] Transcript begin_range_proof(ByteView label, unsigned bits,
                                           std::span<const PointBytes> commitments);

}  // namespace overlord::zk
