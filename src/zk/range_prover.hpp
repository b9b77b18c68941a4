// The prover with its source of nonces as an argument: the hook of tests that compare bytes.
#pragma once

#include "nonces.hpp"
#include "overlord/zk/range_proof.hpp"

namespace overlord::zk {

// prove_range() with these nonces. Asked for, party by party: a~, s~, s_L, s_R; then, after a
// restart, tau_1 and tau_2 for each.
[[nodiscard]] Result<Bytes> prove_range_with(const RangeInput& input, NonceSource& nonces);

}  // namespace overlord::zk
