// Statements with proofs, and thousands of small changes to them, none of which may hold.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "overlord/zk/range_proof.hpp"

namespace overlord::zk {

// As it comes over the wire: commitments may be no points.
struct RangeCase {
    unsigned bits = 0;
    Bytes label;
    std::vector<PointBytes> commitments;
    Bytes proof;
    bool operator==(const RangeCase&) const = default;
};

[[nodiscard]] RangeCase random_case(unsigned bits, std::size_t count);
[[nodiscard]] bool accepts(const RangeCase& range_case);

// "BITS LABEL COMMITMENT,... PROOF", in hex.
[[nodiscard]] std::string to_line(const RangeCase& range_case);

class Mutations {
public:
    explicit Mutations(std::uint64_t seed);
    [[nodiscard]] const std::vector<RangeCase>& originals() const { return originals_; }
    [[nodiscard]] RangeCase next();  // never one of the originals

private:
    [[nodiscard]] std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    void change_bytes(Bytes& bytes);
    void change_element(RangeCase& range_case);
    void change_commitments(RangeCase& range_case);
    void change_shape(RangeCase& range_case);

    std::mt19937_64 random_;
    std::vector<RangeCase> originals_;
};

}  // namespace overlord::zk
