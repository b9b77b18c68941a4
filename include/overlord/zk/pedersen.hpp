// Pedersen commitments with the bases of dalek's bulletproofs: commit(v, r) = v B + r B~. They hide
// v perfectly while r is uniform and unknown, and bind to (v, r) as long as nobody has logarithms
// in ristretto255. Commitments add up as their values and blindings do. Any thread.
//
// B is the base point of RFC 9496; B~ is the one-way map of SHA3-512 of B's encoding, so that
// nobody knows its logarithm. Aptos and Solana use the same two.
#pragma once

#include <cstdint>

#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

[[nodiscard]] const Point& blinding_base();  // B~

// Constant time in both arguments. commit(0, Scalar{}) is the identity, which hides nothing: it
// serves as padding and nowhere else.
[[nodiscard]] Point commit(std::uint64_t value, const Scalar& blinding);
[[nodiscard]] Point commit(const Scalar& value, const Scalar& blinding);

}  // namespace overlord::zk
