// The prover with its source of nonces as an argument: the hook of tests that compare bytes.
#pragma once

#include "nonces.hpp"
#include "overlord/zk/blinding_proof.hpp"

namespace overlord::zk {

// prove_blindings() with this nonce: one, k, is asked for.
[[nodiscard]] Bytes prove_blindings_with(const BlindingWitness& witness, NonceSource& nonces);

}  // namespace overlord::zk
