// A second algorithm beside Ed25519: notes with a line of type 0x02. The private key of the golden
// files was thrown away; openssl made the signature.
#include <catch2/catch.hpp>

#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/proof.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

std::string golden(const std::string& name) {
    const Result<std::string> text =
        read_text_file(Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "tlog" / name);
    REQUIRE(text);
    return *text;
}

std::string ecdsa_vkey() {
    std::string line = golden("ecdsa.vkey");
    line.pop_back();
    return line;
}

struct Example {
    VerifierKey ed25519 = *VerifierKey::parse(sample::kLogVkey);
    VerifierKey ecdsa = *VerifierKey::parse(ecdsa_vkey());
    std::string raw = golden("checkpoint.two-types");
};

std::string code_of(const std::string& raw, VerifierKeys keys) {
    const Result<SignedCheckpoint> opened = open_checkpoint(raw, keys);
    return opened ? "ok" : opened.error().code;
}

// The note with another byte in the signature of its n-th line.
std::string damaged(const std::string& raw, int line) {
    std::string bad = raw;
    std::size_t at = bad.find("\n\n") + 1;
    for (int i = 0; i < line; ++i) at = bad.find('\n', at + 1);
    at = bad.find("log1 ", at) + 30;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    return bad;
}

}  // namespace

TEST_CASE("ecdsa: a verifier key reads and writes, and its id is that of the key alone", "[tlog]") {
    const Example example;
    CHECK(example.ecdsa.type == SignatureType::kEcdsa);
    CHECK(example.ecdsa.to_text() == ecdsa_vkey());
    CHECK(example.ecdsa.to_pem() == golden("ecdsa.pem"));
    CHECK(example.ecdsa.ed25519() == nullptr);
    VerifierKey renamed = example.ecdsa;
    renamed.name = "other.example";
    CHECK(renamed.id() == example.ecdsa.id());
}

TEST_CASE("ecdsa: keys of another curve or form are refused", "[tlog]") {
    const std::string good = ecdsa_vkey();
    const std::size_t plus = good.rfind('+') + 1;
    const Bytes typed = *from_base64(good.substr(plus));
    const auto code_with = [&](Bytes changed) {
        const Result<VerifierKey> key =
            VerifierKey::parse(good.substr(0, plus) + to_base64(changed));
        return key ? "ok" : key.error().code;
    };
    CHECK(code_with(typed) == "ok");
    for (const std::size_t at : {1, 3, 20, 26, 27, 28, 60, 91}) {
        CAPTURE(at);
        Bytes changed = typed;
        changed[at] ^= 0x01;  // 28 and later: a point that is not on the curve
        CHECK(code_with(changed) == "note.vkey");
    }
    CHECK(code_with(Bytes(typed.begin(), typed.end() - 1)) == "note.vkey");
    Bytes longer = typed;
    longer.push_back(0);
    CHECK(code_with(longer) == "note.vkey");
    CHECK(crypto::EcdsaPublicKey::from_point(Bytes(65, 4)).error().code == "key.ecdsa");
}

TEST_CASE("ecdsa: either key opens a checkpoint that both have signed", "[tlog]") {
    const Example example;
    const std::vector<VerifierKey> both{example.ed25519, example.ecdsa};
    CHECK(open_checkpoint(example.raw, example.ed25519)->note.verified.size() == 1);
    CHECK(open_checkpoint(example.raw, example.ecdsa)->note.verified.size() == 1);
    CHECK(open_checkpoint(example.raw, both)->note.verified.size() == 2);
    // A verifier of before, which knows Ed25519 only, sees a line to ignore.
    CHECK(code_of(golden("checkpoint"), both) == "ok");
    CHECK(code_of(golden("checkpoint"), example.ecdsa) == "note.unsigned");
}

TEST_CASE("ecdsa: a bad line rejects those who know its key, and nobody else", "[tlog]") {
    const Example example;
    const std::vector<VerifierKey> both{example.ed25519, example.ecdsa};
    const std::string bad_ed25519 = damaged(example.raw, 0);
    const std::string bad_ecdsa = damaged(example.raw, 1);
    CHECK(code_of(bad_ecdsa, both) == "note.bad_signature");
    CHECK(code_of(bad_ecdsa, example.ecdsa) == "note.bad_signature");
    CHECK(code_of(bad_ecdsa, example.ed25519) == "ok");
    CHECK(code_of(bad_ed25519, both) == "note.bad_signature");
    CHECK(code_of(bad_ed25519, example.ecdsa) == "ok");
    std::string other_text = example.raw;
    other_text[other_text.find("\n3\n") + 1] = '4';
    CHECK(code_of(other_text, example.ecdsa) == "note.bad_signature");
}

TEST_CASE("ecdsa: r and s become the DER that openssl writes", "[tlog]") {
    Bytes r_and_s(64, 0);
    r_and_s[31] = 0x80;  // needs a zero byte in front
    r_and_s[63] = 0x01;
    CHECK(to_hex(crypto::ecdsa_signature_to_der(r_and_s)) == "30070202008002" "0101");
}
