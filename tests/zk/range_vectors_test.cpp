// Proofs of others and proofs with known nonces. The vectors of dalek's own tests are read where
// they lie; they are not part of this tree. Ours are in tests/vectors/zk.
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "../../src/zk/keccak.hpp"
#include "../../src/zk/range_equation.hpp"
#include "../../src/zk/range_prover.hpp"
#include "overlord/base/file.hpp"
#include "overlord/zk/pedersen.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;
using Json = nlohmann::json;

namespace {

Path dalek_vectors() {
    const char* given = std::getenv("OVERLORD_ZK_VECTORS");
    if (given != nullptr) return given;
    return Path(OVERLORD_SOURCE_DIR) / ".." / "shared" / "vectors" / "zk" / "zk_vectors.json";
}

Path own_vectors() {
    return Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "zk" / "range_proofs.json";
}

Json read(const Path& path) {
    return Json::parse(*read_file(path));
}

std::vector<Point> points_of(const Json& encodings, std::size_t count) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < count; ++i) {
        points.push_back(*decode(hex(encodings.at(i).get<std::string>())));
    }
    return points;
}

void check_challenges(const RangeEquation& equation, const Json& expected) {
    CHECK(text(equation.y) == expected.at("y"));
    CHECK(text(equation.z) == expected.at("z"));
    CHECK(text(equation.x) == expected.at("x"));
    CHECK(text(equation.w) == expected.at("w"));
    REQUIRE(equation.u.size() == expected.at("u").size());
    for (std::size_t i = 0; i < equation.u.size(); ++i) {
        CHECK(text(equation.u[i]) == expected.at("u").at(i));
    }
}

// SHAKE256 of a seed, 64 bytes for each scalar.
class SeededNonces : public NonceSource {
public:
    explicit SeededNonces(std::string_view seed) : stream_(as_bytes(seed)) {}
    void restart(const Transcript&) override {}
    Scalar next() override {
        std::array<std::uint8_t, 64> bytes;
        stream_.read(bytes);
        return Scalar::from_wide(bytes);
    }

private:
    Shake256 stream_;
};

void check_own_proof(const Json& vector) {
    SeededNonces nonces(vector.at("seed").get<std::string>());
    const auto bits = vector.at("n").get<unsigned>();
    std::vector<std::uint64_t> values;
    for (const Json& value : vector.at("values")) {
        values.push_back(std::stoull(value.get<std::string>()));
    }
    std::vector<Scalar> blindings;
    std::vector<Point> commitments;
    for (std::size_t i = 0; i < values.size(); ++i) {
        blindings.push_back(nonces.next());
        CHECK(text(blindings.back()) == vector.at("blindings").at(i));
        commitments.push_back(commit(values[i], blindings.back()));
        CHECK(text(commitments.back()) == vector.at("commitments").at(i));
    }
    const Bytes label = hex(vector.at("label").get<std::string>());
    const Result<Bytes> proof = prove_range_with({label, bits, values, blindings}, nonces);
    REQUIRE(proof);
    CHECK(to_hex(*proof) == vector.at("proof"));
    CHECK(proof->size() == range_proof_bytes(bits, values.size()));
    CHECK(verify_range({label, bits, commitments}, *proof));
    const Result<RangeEquation> equation = RangeEquation::read({label, bits, commitments}, *proof);
    REQUIRE(equation);
    check_challenges(*equation, vector.at("challenges"));
}

}  // namespace

TEST_CASE("range proof: dalek's proofs hold, all of them in one batch too", "[zk]") {
    if (!std::filesystem::exists(dalek_vectors())) {
        WARN("SKIPPED: no " + dalek_vectors().string() + "; OVERLORD_ZK_VECTORS can name it");
        return;
    }
    const Json vectors = read(dalek_vectors());
    const auto label = vectors.at("dalek_label").get<std::string>();
    REQUIRE(vectors.at("dalek_proofs").size() == 16);
    RangeBatch batch;
    for (const Json& vector : vectors.at("dalek_proofs")) {
        const auto bits = vector.at("n").get<unsigned>();
        const std::vector<Point> commitments =
            points_of(vectors.at("dalek_value_commitments"), vector.at("m").get<std::size_t>());
        const RangeStatement statement{as_bytes(label), bits, commitments};
        const Bytes proof = hex(vector.at("proof").get<std::string>());
        CAPTURE(bits, commitments.size());
        CHECK(verify_range(statement, proof));
        CHECK_FALSE(verify_range({as_bytes("another label"), bits, commitments}, proof));
        const Result<RangeEquation> equation = RangeEquation::read(statement, proof);
        REQUIRE(equation);
        check_challenges(*equation, vector.at("challenges"));
        batch.add(statement, proof);
    }
    CHECK(batch.verify());
    for (std::size_t i = 0; i < vectors.at("dalek_openings").size(); ++i) {
        const Json& opening = vectors.at("dalek_openings").at(i);
        const Bytes blinding = hex(opening.at("blinding").get<std::string>());
        CHECK(text(commit(opening.at("value").get<std::uint64_t>(), *Scalar::decode(blinding))) ==
              vectors.at("dalek_value_commitments").at(i));
    }
}

TEST_CASE("range proof: with known nonces every byte is known", "[zk]") {
    const Json vectors = read(own_vectors()).at("proofs");
    REQUIRE(vectors.size() == 7);
    for (const Json& vector : vectors) check_own_proof(vector);
}
