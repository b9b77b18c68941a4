// Proofs that points are multiples of the blinding base: a vector, round trips, and forgeries.
#include "overlord/zk/blinding_proof.hpp"

#include "../../src/zk/blinding_prover.hpp"
#include "../../src/zk/keccak.hpp"
#include "contribution_vectors.hpp"
#include "overlord/zk/pedersen.hpp"

namespace overlord::zk {
namespace {

const Bytes kLabel(44, 7);

struct Multiples {
    std::vector<Scalar> blindings;
    std::vector<Point> points;
    explicit Multiples(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            blindings.push_back(random_scalar());
            points.push_back(commit(0, blindings.back()));
        }
    }
    [[nodiscard]] Bytes prove() const { return prove_blindings({kLabel, points, blindings}); }
};

std::string code(const Status& status) { return status ? "good" : status.error().code; }

class SeededNonce : public NonceSource {
public:
    explicit SeededNonce(std::string_view seed) : stream_(as_bytes(seed)) {}
    void restart(const Transcript&) override {}
    Scalar next() override {
        std::array<std::uint8_t, 64> bytes;
        stream_.read(bytes);
        return Scalar::from_wide(bytes);
    }

private:
    Shake256 stream_;
};

}  // namespace

TEST_CASE("blinding proof: byte for byte the vector, with its nonce", "[zk]") {
    const nlohmann::json vectors = contribution_vectors();
    std::vector<Scalar> blindings;
    for (const nlohmann::json& slot : vectors.at("slots")) {
        for (const nlohmann::json& rest : slot.at("rest")) {
            blindings.push_back(*Scalar::decode(hex(rest.get<std::string>())));
        }
    }
    std::vector<Point> points;
    for (const Scalar& blinding : blindings) points.push_back(commit(0, blinding));
    SeededNonce nonce(vectors.at("seed").get<std::string>());
    const Bytes label = hex(vectors.at("label").get<std::string>());
    CHECK(to_hex(prove_blindings_with({label, points, blindings}, nonce)) == vectors.at("proof"));
}

TEST_CASE("blinding proof: what it says of any number of multiples is accepted", "[zk]") {
    REQUIRE(crypto::initialize());
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3},
                                    std::size_t{200}}) {
        const Multiples multiples(count);
        const Bytes proof = multiples.prove();
        CHECK(proof.size() == kBlindingProofBytes);
        CHECK(code(verify_blindings(kLabel, multiples.points, proof)) == "good");
        CHECK(multiples.prove() != proof);  // another nonce
    }
}

TEST_CASE("blinding proof: a point that hides a value is refused, wherever it stands", "[zk]") {
    for (const std::size_t hidden : {std::size_t{0}, std::size_t{3}, std::size_t{6}}) {
        Multiples multiples(7);
        multiples.points[hidden] += Point::base();
        const Bytes proof = multiples.prove();
        CHECK(code(verify_blindings(kLabel, multiples.points, proof)) == "zk.proof");
    }
    // Two whose values cancel each other.
    Multiples multiples(4);
    multiples.points[1] += Point::base();
    multiples.points[2] -= Point::base();
    CHECK(code(verify_blindings(kLabel, multiples.points, multiples.prove())) == "zk.proof");
}

TEST_CASE("blinding proof: of another label, order, number or with a changed byte it is none",
          "[zk]") {
    const Multiples multiples(3);
    const Bytes proof = multiples.prove();
    CHECK(code(verify_blindings(Bytes(44, 8), multiples.points, proof)) == "zk.proof");
    std::vector<Point> points = multiples.points;
    std::swap(points[0], points[2]);
    CHECK(code(verify_blindings(kLabel, points, proof)) == "zk.proof");
    CHECK(code(verify_blindings(kLabel, std::span(multiples.points).first(2), proof)) ==
          "zk.proof");
    CHECK(code(verify_blindings(kLabel, {}, proof)) == "zk.proof");
    CHECK(code(verify_blindings(kLabel, multiples.points, ByteView(proof).first(63))) ==
          "zk.encoding");
    for (std::size_t i = 0; i < proof.size(); ++i) {
        Bytes changed = proof;
        changed[i] ^= 1;
        CHECK(code(verify_blindings(kLabel, multiples.points, changed)) != "good");
    }
    Bytes identity = proof;
    std::fill(identity.begin(), identity.begin() + 32, std::uint8_t{0});
    CHECK(code(verify_blindings(kLabel, multiples.points, identity)) == "zk.encoding");
    Bytes large = proof;
    std::fill(large.begin() + 32, large.end(), std::uint8_t{0xff});
    CHECK(code(verify_blindings(kLabel, multiples.points, large)) == "zk.encoding");
}

}  // namespace overlord::zk
