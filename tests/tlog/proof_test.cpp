#include "overlord/tlog/proof.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

std::string golden(const char* name) {
    const Result<std::string> text =
        read_text_file(Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "tlog" / name);
    REQUIRE(text);
    return *text;
}

VerifierKey log_key() { return *VerifierKey::parse(sample::kLogVkey); }

}  // namespace

TEST_CASE("proof: the golden file is made, read and verified", "[tlog]") {
    MemoryTree tree(sample::leaves(3));
    TlogProof proof;
    proof.index = {1};
    proof.hashes = *inclusion_proof(tree, {1, {3}});
    proof.checkpoint = golden("checkpoint");
    CHECK(proof.to_text() == golden("entry-1.tlog-proof"));

    const Result<TlogProof> parsed = TlogProof::parse(golden("entry-1.tlog-proof"));
    REQUIRE(parsed);
    CHECK(parsed->to_text() == proof.to_text());
    const Result<SignedCheckpoint> verified = verify_proof(*parsed, sample::leaf(1), log_key());
    REQUIRE(verified);
    CHECK(verified->checkpoint.head.size == TreeSize{3});
}

TEST_CASE("proof: another leaf, index, hash or log does not verify", "[tlog]") {
    TlogProof proof = *TlogProof::parse(golden("entry-1.tlog-proof"));
    CHECK(verify_proof(proof, sample::leaf(2), log_key()).error().code == "proof.mismatch");
    const crypto::SigningKey other = sample::counting_key(9);
    const VerifierKey other_key{sample::kLogName, SignatureType::kEd25519, other.public_key()};
    CHECK_FALSE(verify_proof(proof, sample::leaf(1), other_key));
    TlogProof moved = proof;
    moved.index = {0};
    CHECK_FALSE(verify_proof(moved, sample::leaf(1), log_key()));
    moved.index = {3};
    CHECK(verify_proof(moved, sample::leaf(1), log_key()).error().code == "proof.range");
    proof.hashes[0][0] ^= 1;
    CHECK(verify_proof(proof, sample::leaf(1), log_key()).error().code == "proof.mismatch");
}

TEST_CASE("proof: extra bytes are kept and not authenticated", "[tlog]") {
    TlogProof proof = *TlogProof::parse(golden("entry-1.tlog-proof"));
    proof.extra = Bytes{1, 2, 3};
    const TlogProof again = *TlogProof::parse(proof.to_text());
    CHECK(again.extra == proof.extra);
    CHECK(verify_proof(again, sample::leaf(1), log_key()));
}

TEST_CASE("proof: malformed files", "[tlog]") {
    const std::string good = golden("entry-1.tlog-proof");
    const std::string hash = to_base64(sample::leaf(0)) + "\n";
    const std::string first = "c2sp.org/tlog-proof@v1\n";
    std::string many = first + "index 0\n";
    for (int i = 0; i < 64; ++i) many += hash;
    const std::string table[] = {
        "",
        first,
        "c2sp.org/tlog-proof@v2\n" + good.substr(first.size()),
        first + "index 01\n\nx\n",
        first + "index -1\n\nx\n",
        first + "index 9223372036854775808\n\nx\n",
        first + "Index 1\n\nx\n",
        first + "extra *\nindex 1\n\nx\n",
        first + "index 1\n" + hash,
        first + "index 1\n" + hash + "\n",
        first + "index 1\nZm9v\n\nx\n",
        many + "\nx\n",
    };
    for (const std::string& text : table) {
        CAPTURE(text);
        const Result<TlogProof> proof = TlogProof::parse(text);
        REQUIRE_FALSE(proof);
        CHECK(proof.error().code == "proof.malformed");
    }
}
