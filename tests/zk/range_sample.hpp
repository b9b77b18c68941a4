// A statement about committed values, and what proves it.
#pragma once

#include <vector>

#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"
#include "samples.hpp"

namespace overlord::zk {

struct RangeSample {
    Bytes label;
    unsigned bits;
    std::vector<std::uint64_t> values;
    std::vector<Scalar> blindings;
    std::vector<Point> commitments;

    RangeSample(unsigned sample_bits, std::size_t count) : label(44), bits(sample_bits) {
        crypto::random_bytes(label);
        for (std::size_t i = 0; i < count; ++i) {
            std::array<std::uint8_t, 8> bytes;
            crypto::random_bytes(bytes);
            values.push_back(get_u64_le(bytes.data()) >> (64 - bits));
            blindings.push_back(random_scalar());
        }
        commit_all();
    }

    void commit_all() {
        commitments.clear();
        for (std::size_t i = 0; i < values.size(); ++i) {
            commitments.push_back(commit(values[i], blindings[i]));
        }
    }
    [[nodiscard]] RangeInput input() const { return {label, bits, values, blindings}; }
    [[nodiscard]] RangeStatement statement() const { return {label, bits, commitments}; }
    [[nodiscard]] Bytes prove() const { return *prove_range(input()); }
};

}  // namespace overlord::zk
