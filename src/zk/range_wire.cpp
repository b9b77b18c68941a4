#include "range_wire.hpp"

#include <bit>

namespace overlord::zk {
namespace {

constexpr std::size_t kElementBytes = 32;
constexpr std::size_t kFixedElements = 9;  // A S T_1 T_2 t_x t_x_blinding e_blinding ... a b

Error bad_encoding(std::string what) {
    return {"zk.encoding", std::move(what)};
}

// Takes elements off the front; after the first bad one it remembers that and goes on. Points are
// decoded together at the end.
class ElementReader {
public:
    explicit ElementReader(ByteView bytes) : rest_(bytes) {}

    RangeProof::Element point(std::string_view name) {
        const ByteView bytes = take();
        RangeProof::Element element;
        std::copy(bytes.begin(), bytes.end(), element.bytes.begin());
        // An identity here is all zero bytes. It cannot come from an honest prover.
        if (element.bytes == PointBytes{}) fail(name, "is the identity");
        return element;
    }

    Scalar scalar(std::string_view name) {
        const std::optional<Scalar> scalar = Scalar::decode(take());
        if (!scalar) fail(name, "is no canonical scalar");
        return scalar.value_or(Scalar());
    }

    void decode_points(std::span<RangeProof::Element* const> elements) {
        std::vector<PointBytes> encodings;
        for (const RangeProof::Element* element : elements) encodings.push_back(element->bytes);
        const std::vector<std::optional<Point>> points = decode(encodings);
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!points[i]) return fail("point " + std::to_string(i), "is no encoding of a point");
            elements[i]->point = *points[i];
        }
    }

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    ByteView take() {
        const ByteView element = rest_.first(kElementBytes);
        rest_ = rest_.subspan(kElementBytes);
        return element;
    }
    void fail(std::string_view name, std::string_view what) {
        if (!error_) error_ = bad_encoding(std::string(name) + " " + std::string(what));
    }

    ByteView rest_;
    std::optional<Error> error_;
};

}  // namespace

Status check_shape(unsigned bits, std::size_t values) {
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64) {
        return Error{"zk.shape", std::to_string(bits) + " bits are not 8, 16, 32 or 64"};
    }
    if (!std::has_single_bit(values) || values > kProofValuesMax) {
        return Error{"zk.shape", std::to_string(values) + " values are no power of two up to " +
                                     std::to_string(kProofValuesMax)};
    }
    return {};
}

std::size_t rounds_of(std::size_t length) {
    return static_cast<std::size_t>(std::bit_width(length)) - 1;
}

std::size_t range_proof_bytes(unsigned bits, std::size_t values) {
    return kElementBytes * (kFixedElements + 2 * rounds_of(bits * values));
}

std::size_t padded_count(std::size_t count) {
    return std::bit_ceil(count);
}

Result<RangeProof> parse_range_proof(ByteView bytes, std::size_t rounds) {
    const std::size_t expected = kElementBytes * (kFixedElements + 2 * rounds);
    if (bytes.size() != expected) {
        return bad_encoding(std::to_string(bytes.size()) + " bytes instead of " +
                            std::to_string(expected));
    }
    ElementReader reader(bytes);
    RangeProof proof;
    proof.a = reader.point("A");
    proof.s = reader.point("S");
    proof.t1 = reader.point("T_1");
    proof.t2 = reader.point("T_2");
    proof.t_x = reader.scalar("t_x");
    proof.t_x_blinding = reader.scalar("t_x_blinding");
    proof.e_blinding = reader.scalar("e_blinding");
    for (std::size_t i = 0; i < rounds; ++i) {
        proof.l.push_back(reader.point("L_" + std::to_string(i)));
        proof.r.push_back(reader.point("R_" + std::to_string(i)));
    }
    proof.final_a = reader.scalar("a");
    proof.final_b = reader.scalar("b");
    // In the order of the wire, whose names differ only by the round.
    std::vector<RangeProof::Element*> points = {&proof.a, &proof.s, &proof.t1, &proof.t2};
    for (std::size_t i = 0; i < rounds; ++i) {
        points.push_back(&proof.l[i]);
        points.push_back(&proof.r[i]);
    }
    reader.decode_points(points);
    if (reader.error()) return *reader.error();
    return proof;
}

Transcript begin_range_proof(ByteView label, unsigned bits,
                             std::span<const PointBytes> commitments) {
    Transcript transcript(label);
    transcript.append("dom-sep", as_bytes("rangeproof v1"));
    transcript.append_u64("n", bits);
    transcript.append_u64("m", commitments.size());
    for (const PointBytes& commitment : commitments) transcript.append("V", commitment);
    return transcript;
}

}  // namespace overlord::zk
