// Range proofs: what holds, what is refused and how, and batches.
#include "overlord/zk/range_proof.hpp"

#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "range_sample.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

constexpr std::string_view kOrder =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

// The element at `index` of a proof, plus L: the same scalar in other bytes.
Bytes with_order_added(const Bytes& proof, std::size_t index) {
    Bytes out = proof;
    const Bytes order = hex(kOrder);
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += out[32 * index + i] + order[i];
        out[32 * index + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    return out;
}

Bytes with_element(const Bytes& proof, std::size_t index, const PointBytes& element) {
    Bytes out = proof;
    std::copy(element.begin(), element.end(), &out[32 * index]);
    return out;
}

std::string code(const Status& status) {
    return status ? "" : status.error().code;
}

}  // namespace

TEST_CASE("range proof: every shape holds, at both ends of the range", "[zk]") {
    for (const unsigned bits : {8u, 16u, 32u, 64u}) {
        for (std::size_t count = 1; count <= kInteropValuesMax; count *= 2) {
            CAPTURE(bits, count);
            RangeSample sample(bits, count);
            sample.values.front() = 0;
            sample.values.back() = ~std::uint64_t{0} >> (64 - bits);
            sample.commit_all();
            const Bytes proof = sample.prove();
            CHECK(proof.size() == range_proof_bytes(bits, count));
            CHECK(verify_range(sample.statement(), proof));
        }
    }
    CHECK(range_proof_bytes(64, 1) == 672);
    CHECK(range_proof_bytes(64, 16) == 928);
    CHECK(range_proof_bytes(32, 16) == 864);
}

TEST_CASE("range proof: archives have up to 64 values", "[zk]") {
    const RangeSample sample(8, 64);
    CHECK(verify_range(sample.statement(), sample.prove()));
}

TEST_CASE("range proof: missing values are zeros without blinding", "[zk]") {
    RangeSample sample(64, 3);
    CHECK(padded_count(3) == 4);
    CHECK(padded_count(1) == 1);
    CHECK(padded_count(16) == 16);
    sample.values.push_back(0);
    sample.blindings.emplace_back();
    sample.commit_all();
    CHECK(sample.commitments.back().is_identity());
    CHECK(verify_range(sample.statement(), sample.prove()));
}

TEST_CASE("range proof: of a linear form of commitments", "[zk]") {
    // 100000 up - 99999 total, from the commitments of up and total in four slots.
    RangeSample sample(64, 1);
    Int128 slack = 0;
    Scalar blinding;
    Point commitment;
    const Scalar up_factor = Scalar::from_u64(100000);
    const Scalar total_factor = Scalar::from_i128(-99999);
    for (std::uint64_t slot = 0; slot < 4; ++slot) {
        const std::uint64_t total = 60'000'000;
        const std::uint64_t up = total - slot;
        const Scalar r = random_scalar();
        const Scalar s = random_scalar();
        slack += Int128{100000} * up - Int128{99999} * total;
        blinding += up_factor * r + total_factor * s;
        const Scalar factors[] = {up_factor, total_factor};
        const Point points[] = {commit(up, r), commit(total, s)};
        commitment += multiply_vartime(factors, points);
    }
    sample.values = {static_cast<std::uint64_t>(slack)};
    sample.blindings = {blinding};
    const Bytes proof = sample.prove();
    CHECK(verify_range({sample.label, 64, {&commitment, 1}}, proof));
    const Point one_less = commitment - Point::base();
    CHECK_FALSE(verify_range({sample.label, 64, {&one_less, 1}}, proof));
}

TEST_CASE("range proof: a value out of range is not proved", "[zk]") {
    for (const unsigned bits : {8u, 16u, 32u}) {
        RangeSample sample(bits, 2);
        sample.values[1] = std::uint64_t{1} << bits;
        const Result<Bytes> proof = prove_range(sample.input());
        REQUIRE_FALSE(proof);
        CHECK(proof.error().code == "zk.range");
        // No secret in the message.
        CHECK(proof.error().message.find(std::to_string(sample.values[1])) == std::string::npos);
    }
}

TEST_CASE("range proof: shapes that are none", "[zk]") {
    const RangeSample sample(8, 4);
    const Bytes proof = sample.prove();
    for (const unsigned bits : {0u, 1u, 7u, 9u, 24u, 63u, 65u, 128u}) {
        CHECK(code(verify_range({sample.label, bits, sample.commitments}, proof)) == "zk.shape");
        RangeInput input = sample.input();
        input.bits = bits;
        CHECK(prove_range(input).error().code == "zk.shape");
    }
    const std::span<const Point> all(sample.commitments);
    CHECK(code(verify_range({sample.label, 8, all.first(3)}, proof)) == "zk.shape");
    CHECK(code(verify_range({sample.label, 8, all.first(0)}, proof)) == "zk.shape");
    const std::vector<Point> many(128);
    CHECK(code(verify_range({sample.label, 8, many}, proof)) == "zk.shape");
    RangeInput input = sample.input();
    input.blindings = input.blindings.first(2);
    CHECK(prove_range(input).error().code == "zk.shape");
}

TEST_CASE("range proof: of another statement it is none", "[zk]") {
    const RangeSample sample(16, 4);
    const Bytes proof = sample.prove();
    Bytes label = sample.label;
    for (std::size_t i = 0; i < label.size(); ++i) {
        label[i] ^= 1;
        CHECK(code(verify_range({label, 16, sample.commitments}, proof)) == "zk.proof");
        label[i] ^= 1;
    }
    // n and m with the same product take the same number of bytes.
    const std::span<const Point> all(sample.commitments);
    CHECK(code(verify_range({label, 32, all.first(2)}, proof)) == "zk.proof");
    CHECK(code(verify_range({label, 64, all.first(1)}, proof)) == "zk.proof");
    CHECK(code(verify_range({label, 8, all}, proof)) == "zk.encoding");
    std::vector<Point> others = sample.commitments;
    std::swap(others[1], others[2]);
    CHECK(code(verify_range({label, 16, others}, proof)) == "zk.proof");
    for (std::size_t i = 0; i < 4; ++i) {
        others = sample.commitments;
        others[i] += Point::base();
        CHECK(code(verify_range({label, 16, others}, proof)) == "zk.proof");
        others[i] = Point();
        CHECK(code(verify_range({label, 16, others}, proof)) == "zk.proof");
    }
    CHECK(verify_range({label, 16, sample.commitments}, proof));
}

TEST_CASE("range proof: bytes that are no proof", "[zk]") {
    const RangeSample sample(8, 1);
    const Bytes proof = sample.prove();
    for (std::size_t size = 0; size < proof.size(); ++size) {
        const ByteView part(proof.data(), size);
        CHECK(code(verify_range(sample.statement(), part)) == "zk.encoding");
    }
    Bytes longer = proof;
    longer.resize(longer.size() + 32);
    CHECK(code(verify_range(sample.statement(), longer)) == "zk.encoding");
    for (const std::size_t point : {0, 1, 2, 3, 7, 8, 9, 10, 11, 12}) {
        CAPTURE(point);
        CHECK(code(verify_range(sample.statement(), with_element(proof, point, PointBytes{}))) ==
              "zk.encoding");
        PointBytes negative{};
        negative[0] = 1;
        CHECK(code(verify_range(sample.statement(), with_element(proof, point, negative))) ==
              "zk.encoding");
        CHECK(code(verify_range(sample.statement(),
                                with_element(proof, point, encode(random_point())))) == "zk.proof");
    }
    for (const std::size_t scalar : {4, 5, 6, 13, 14}) {
        CAPTURE(scalar);
        CHECK(code(verify_range(sample.statement(), with_order_added(proof, scalar))) ==
              "zk.encoding");
        CHECK(code(verify_range(sample.statement(),
                                with_element(proof, scalar, random_scalar().encode()))) ==
              "zk.proof");
    }
}

TEST_CASE("range proof: two proofs of the same have nothing in common", "[zk]") {
    const RangeSample sample(8, 1);
    const Bytes first = sample.prove();
    const Bytes second = sample.prove();
    for (std::size_t element = 0; element < first.size() / 32; ++element) {
        CHECK_FALSE(std::equal(&first[32 * element], &first[32 * element] + 32,
                               &second[32 * element]));
    }
}

TEST_CASE("range batch: of many shapes, and the first bad one is named", "[zk]") {
    const RangeSample samples[] = {RangeSample(64, 1), RangeSample(8, 4), RangeSample(32, 2),
                                   RangeSample(16, 16), RangeSample(64, 2)};
    std::vector<Bytes> proofs;
    for (const RangeSample& sample : samples) proofs.push_back(sample.prove());
    RangeBatch batch;
    CHECK(batch.verify());  // of nothing
    const auto verify = [&] {
        for (std::size_t i = 0; i < proofs.size(); ++i) {
            CHECK(batch.add(samples[i].statement(), proofs[i]) == i);
        }
        CHECK(batch.size() == proofs.size());
        return batch.verify();
    };
    CHECK(verify());
    CHECK_FALSE(batch.bad());
    CHECK(batch.size() == 0);

    proofs[4].back() ^= 1;  // b: the challenges do not depend on it
    proofs[2][33] ^= 1;
    const bool malformed = code(verify_range(samples[2].statement(), proofs[2])) == "zk.encoding";
    Status status = verify();
    CHECK(code(status) == (malformed ? "zk.encoding" : "zk.proof"));
    CHECK(status.error().message.find("range proof 2: ") == 0);
    CHECK(batch.bad() == 2);

    proofs[2][33] ^= 1;
    proofs[3].resize(32);  // malformed, but behind a bad equation
    proofs[1][32 * 4] ^= 1;
    status = verify();
    CHECK(code(status) == "zk.proof");
    CHECK(batch.bad() == 1);
    proofs[1][32 * 4] ^= 1;
    CHECK(code(verify()) == "zk.encoding");
    CHECK(batch.bad() == 3);
    CHECK(batch.verify());
    CHECK_FALSE(batch.bad());
}

TEST_CASE("range batch: errors that cancel out without weights are found", "[zk]") {
    // b is in no challenge and enters its equation linearly: two proofs of one statement, b larger
    // by one in the first and smaller in the second. Without weights the errors cancel out.
    const RangeSample sample(8, 1);
    const Bytes proof = sample.prove();
    const auto shifted = [&](const Scalar& by) {
        Bytes out = proof;
        const Scalar b = *Scalar::decode(ByteView(out).last(32)) + by;
        const ScalarBytes bytes = b.encode();
        std::copy(bytes.begin(), bytes.end(), out.end() - 32);
        return out;
    };
    const Scalar one = Scalar::from_u64(1);
    RangeBatch batch;
    batch.add(sample.statement(), shifted(one));
    batch.add(sample.statement(), shifted(-one));
    CHECK(code(batch.verify()) == "zk.proof");
    CHECK(batch.bad() == 0);
}
