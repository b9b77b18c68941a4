// The inner-product argument (Bulletproofs, section 3): that the prover knows vectors a and b with
// <a, b> w B + <a, G> + <b, H'> of a known sum, in 2 lg N points and two scalars.
#pragma once

#include <vector>

#include "generators.hpp"
#include "overlord/zk/transcript.hpp"

namespace overlord::zk {

struct InnerProductStatement {
    unsigned bits = 0;  // generators of an index i: those of party i / bits at i % bits
    Scalar w;
    Scalar y_inverse;  // H'_i = y^-i H_i
};

// Appends L and R of each round, a and b to `out`. The vectors are masked by random ones, so this
// part of the prover is not constant time. Their length is a power of two; they are used up.
void prove_inner_product(const InnerProductStatement& statement, std::vector<Scalar> a,
                         std::vector<Scalar> b, Transcript& transcript, Bytes& out);

}  // namespace overlord::zk
