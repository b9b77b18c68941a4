// Range proofs: that committed values are below 2^bits, and nothing else about them. Bulletproofs
// (Bünz, Bootle, Boneh, Poelstra, Wuille, Maxwell 2018) over ristretto255, byte for byte the
// protocol of the crate `bulletproofs` (dalek, 1.0 to 5.0): its verifiers accept our proofs under
// the same label and the other way round. docs/formats/zk.md has the bytes.
//
// Any thread. A prover's work on secrets takes the same time whatever they are; a verifier's does
// not need to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

// Values in one proof: a power of two. Up to 16 other implementations follow ("interop profile");
// 32 and 64 are for archives.
inline constexpr std::size_t kProofValuesMax = 64;
inline constexpr std::size_t kInteropValuesMax = 16;

// 32 * (9 + 2 lg(bits * values)): 672 for one value of 64 bits, 928 for sixteen.
[[nodiscard]] std::size_t range_proof_bytes(unsigned bits, std::size_t values);

// The smallest power of two that is not below `count`. What is missing is filled with the value 0
// and the blinding 0, whose commitment is the identity.
[[nodiscard]] std::size_t padded_count(std::size_t count);

struct RangeInput {
    ByteView label;  // of the transcript: binds the proof to its context
    unsigned bits = 64;
    std::span<const std::uint64_t> values;
    std::span<const Scalar> blindings;
};

// Codes: zk.shape (bits not 8, 16, 32 or 64; a number of values that is no power of two or above
// kProofValuesMax; as many blindings as values), zk.range (a value is not below 2^bits). Nonces
// come from the transcript, the secrets and the system's random numbers together, so that a random
// source that repeats itself gives nothing away.
[[nodiscard]] Result<Bytes> prove_range(const RangeInput& input);

struct RangeStatement {
    ByteView label;
    unsigned bits = 64;
    std::span<const Point> commitments;  // identities only as padding: the caller's business
};

// Codes: zk.shape (as above, of the statement), zk.encoding (a length, a point or a scalar that is
// no canonical encoding, an identity inside the proof), zk.proof (the equation does not hold).
[[nodiscard]] Status verify_range(const RangeStatement& statement, ByteView proof);

class RangeEquation;

// Many proofs for little more than the price of their points: one equation, each with its own
// unpredictable weight of 128 bits.
class RangeBatch {
public:
    // Decodes and does the transcript now; keeps nothing of the arguments. The index of the proof,
    // 0, 1, ...; a proof that is malformed is remembered as bad.
    std::size_t add(const RangeStatement& statement, ByteView proof);

    // The first bad proof is named in the message ("range proof 3: ...") and by bad(). Empties the
    // batch.
    [[nodiscard]] Status verify();
    [[nodiscard]] std::optional<std::size_t> bad() const { return bad_; }
    [[nodiscard]] std::size_t size() const { return size_; }

    RangeBatch();
    RangeBatch(RangeBatch&&) noexcept;
    RangeBatch& operator=(RangeBatch&&) noexcept;
    ~RangeBatch();

private:
    struct Malformed {
        std::size_t index;
        Error error;
    };
    std::vector<RangeEquation> equations_;
    std::optional<Malformed> malformed_;  // the first
    std::optional<std::size_t> bad_;
    std::size_t size_ = 0;
};

}  // namespace overlord::zk
