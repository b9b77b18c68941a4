#include "mutations.hpp"

#include <algorithm>

#include "overlord/crypto/keys.hpp"
#include "overlord/zk/pedersen.hpp"

namespace overlord::zk {
namespace {

Scalar random_scalar() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return Scalar::from_wide(bytes);
}

PointBytes random_point() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return encode(Point::from_uniform(bytes));
}

std::span<std::uint8_t> element(Bytes& proof, std::size_t index) {
    return std::span(proof).subspan(32 * index, 32);
}

void put(std::span<std::uint8_t> to, ByteView from) {
    std::copy(from.begin(), from.end(), to.begin());
}

// Adds the order of the group to 32 bytes: of a scalar, the same value in other bytes.
void add_order(std::span<std::uint8_t> bytes) {
    const Bytes order =
        *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += bytes[i] + order[i];
        bytes[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
}

}  // namespace

RangeCase random_case(unsigned bits, std::size_t count) {
    RangeCase out;
    out.bits = bits;
    out.label.resize(44);
    crypto::random_bytes(out.label);
    std::vector<std::uint64_t> values;
    std::vector<Scalar> blindings;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<std::uint8_t, 8> bytes;
        crypto::random_bytes(bytes);
        values.push_back(get_u64_le(bytes.data()) >> (64 - bits));
        blindings.push_back(random_scalar());
        out.commitments.push_back(encode(commit(values.back(), blindings.back())));
    }
    out.proof = *prove_range({out.label, bits, values, blindings});
    return out;
}

bool accepts(const RangeCase& range_case) {
    std::vector<Point> commitments;
    for (const PointBytes& bytes : range_case.commitments) {
        const std::optional<Point> point = decode(bytes);
        if (!point) return false;
        commitments.push_back(*point);
    }
    return verify_range({range_case.label, range_case.bits, commitments}, range_case.proof)
        .has_value();
}

std::string to_line(const RangeCase& range_case) {
    std::string line = std::to_string(range_case.bits) + " " + to_hex(range_case.label) + " ";
    for (const PointBytes& commitment : range_case.commitments) line += to_hex(commitment) + ",";
    if (!range_case.commitments.empty()) line.pop_back();
    return line + " " + to_hex(range_case.proof);
}

Mutations::Mutations(std::uint64_t seed) : random_(seed) {
    for (const auto& [bits, count] :
         {std::pair{8u, std::size_t{1}}, {8u, std::size_t{1}}, {8u, std::size_t{2}},
          {16u, std::size_t{1}}}) {
        originals_.push_back(random_case(bits, count));
    }
}

void Mutations::change_bytes(Bytes& bytes) {
    std::uint8_t& byte = bytes[below(bytes.size())];
    switch (below(3)) {
        case 0: byte = static_cast<std::uint8_t>(byte ^ 1u << below(8)); break;
        case 1: byte = static_cast<std::uint8_t>(below(256)); break;
        default: byte = below(2) == 0 ? 0x00 : 0xff; break;
    }
}

void Mutations::change_element(RangeCase& range_case) {
    const std::size_t count = range_case.proof.size() / 32;
    const std::span<std::uint8_t> changed = element(range_case.proof, below(count));
    switch (below(6)) {
        case 0: put(changed, element(range_case.proof, below(count))); break;
        case 1: put(changed, random_scalar().encode()); break;
        case 2: put(changed, random_point()); break;
        case 3: add_order(changed); break;
        case 4: put(changed, PointBytes{}); break;
        default: {  // the same place in a proof of another statement
            RangeCase other = originals_[below(originals_.size())];
            const auto index = static_cast<std::size_t>(changed.data() - range_case.proof.data());
            if (index + 32 <= other.proof.size()) put(changed, element(other.proof, index / 32));
        }
    }
}

void Mutations::change_commitments(RangeCase& range_case) {
    PointBytes& commitment = range_case.commitments[below(range_case.commitments.size())];
    const Point point = *decode(commitment);
    switch (below(6)) {
        case 0: commitment = encode(point + Point::base()); break;
        case 1: commitment = encode(point - blinding_base()); break;
        case 2: commitment = encode(-point); break;
        case 3: commitment = PointBytes{}; break;
        case 4: commitment[below(32)] ^= static_cast<std::uint8_t>(1u << below(8)); break;
        default: std::reverse(range_case.commitments.begin(), range_case.commitments.end());
    }
}

// Bits, number of values, or length of the proof.
void Mutations::change_shape(RangeCase& range_case) {
    constexpr unsigned kBits[] = {8, 16, 32, 64};
    switch (below(4)) {
        case 0: range_case.bits = kBits[below(4)]; break;
        case 1: range_case.commitments.push_back(PointBytes{}); break;
        case 2: range_case.proof.resize(below(range_case.proof.size() + 64)); break;
        default: range_case.proof.resize(range_case.proof.size() / 32 * 32 - 64 * below(3)); break;
    }
}

RangeCase Mutations::next() {
    for (;;) {
        RangeCase out = originals_[below(originals_.size())];
        switch (below(8)) {
            case 0: change_bytes(out.label); break;
            case 1: change_commitments(out); break;
            case 2: change_shape(out); break;
            case 3:
            case 4: change_element(out); break;
            default: change_bytes(out.proof); break;
        }
        if (std::find(originals_.begin(), originals_.end(), out) == originals_.end()) return out;
    }
}

}  // namespace overlord::zk
