// What a verifier has to check of one range proof.
#pragma once

#include <span>
#include <vector>

#include "overlord/zk/range_proof.hpp"
#include "range_wire.hpp"

namespace overlord::zk {

// A statement, its proof and the challenges that follow from both.
class RangeEquation {
public:
    // Codes zk.shape and zk.encoding.
    [[nodiscard]] static Result<RangeEquation> read(const RangeStatement& statement,
                                                    ByteView proof);
    // All of them, each with its own random weight. Of none: true.
    [[nodiscard]] static bool hold(std::span<RangeEquation> equations);

    [[nodiscard]] std::size_t length() const { return bits * commitments.size(); }

    std::size_t index = 0;  // in its batch
    unsigned bits = 0;
    std::vector<Point> commitments;
    RangeProof proof;
    Scalar y, z, x, w;
    std::vector<Scalar> u;  // one for each round
    Scalar y_inverse;       // set by hold(), which inverts all at once
    std::vector<Scalar> u_inverse;
};

}  // namespace overlord::zk
