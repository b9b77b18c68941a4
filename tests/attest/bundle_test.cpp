#include "overlord/attest/bundle.hpp"

#include <catch2/catch.hpp>

#include "bundle_example.hpp"

using namespace overlord;
using namespace overlord::attest;

namespace {

std::string last_finding(const Report& report) {
    REQUIRE_FALSE(report.findings.empty());
    CHECK_FALSE(report.valid);
    CHECK(report.assurance.empty());
    CHECK_FALSE(report.findings.back().holds);
    return report.findings.back().text;
}

bool contains(const std::string& text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("bundle: a true one is read back and verifies", "[attest]") {
    BundleExample example;
    const std::string text = *make_bundle(example.make());
    CHECK(text.size() <= 4096);
    CHECK(looks_like_bundle(text));
    const Result<Bundle> bundle = parse_bundle(text);
    REQUIRE(bundle);
    CHECK(*make_bundle(*bundle) == text);
    const Report report = verify_bundle(*bundle, example.keys());
    for (const Finding& finding : report.findings) {
        INFO(finding.text);
        CHECK(finding.holds);
    }
    CHECK(report.valid);
    CHECK(report.findings.size() == 6);
    CHECK(report.subject == "attestation of production_system");
    CHECK(report.assurance ==
          "integrity: yes; zero knowledge: none carried; replay: needs the records");
}

TEST_CASE("bundle: witnesses that cosigned are counted", "[attest]") {
    BundleExample example;
    Bundle bundle = example.make();
    const crypto::SigningKey key = crypto::SigningKey::from_seed(Bytes(32, 3));
    tlog::Note note = *tlog::Note::parse(bundle.entry_proof.checkpoint);
    note.signatures.push_back(tlog::cosign(note.text, {"witness.example/w1", key}, 1700000000));
    bundle.entry_proof.checkpoint = note.to_text();
    std::vector<tlog::VerifierKey> keys = example.keys();
    keys.push_back({"witness.example/w1", tlog::SignatureType::kCosignature, key.public_key()});
    const Report report = verify_bundle(bundle, keys);
    CHECK(report.valid);
    CHECK(contains(report.findings[3].text, "cosigned by 1 witness"));
}

TEST_CASE("bundle: no byte of the file can be changed", "[attest]") {
    BundleExample example;
    const std::string text = *make_bundle(example.make());
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {  // a file may lack its last LF
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        const Result<Bundle> bundle = parse_bundle(changed);
        if (!bundle) continue;
        INFO("byte " << i << ": " << changed.substr(i < 20 ? 0 : i - 20, 40));
        CHECK_FALSE(verify_bundle(*bundle, example.keys()).valid);
    }
}

TEST_CASE("bundle: every size of the log verifies, and no other place of the entry", "[attest]") {
    for (std::uint64_t before = 1; before < 20; ++before) {
        for (std::uint64_t after = 0; after < 10; after += 3) {
            BundleExample example;
            example.entries_before = before;
            example.entries_after = after;
            Bundle bundle = example.make();
            CHECK(verify_bundle(bundle, example.keys()).valid);
            bundle.entry_proof.index = EntryIndex{before - 1};
            CHECK_FALSE(verify_bundle(bundle, example.keys()).valid);
        }
    }
}

TEST_CASE("bundle: wrong, missing and swapped keys are refused", "[attest]") {
    BundleExample example;
    const Bundle bundle = example.make();
    const tlog::VerifierKey log = example.log.verifier();
    const tlog::VerifierKey attestation = example.attestation.verifier();
    const auto refusal = [&](std::vector<tlog::VerifierKey> keys) {
        return last_finding(verify_bundle(bundle, keys));
    };
    CHECK(contains(refusal({}), "none of the 0 keys"));
    CHECK(contains(refusal({log}), "signed the statement"));
    CHECK(contains(refusal({attestation}), "none of the 1 keys given is that of the log"));
    tlog::VerifierKey swapped_log = log;
    swapped_log.key = attestation.key;
    tlog::VerifierKey swapped_attestation = attestation;
    swapped_attestation.key = log.key;
    CHECK(contains(refusal({swapped_log, swapped_attestation}), "none of the 2 keys"));
    tlog::VerifierKey other = log;
    other.key = crypto::SigningKey::from_seed(Bytes(32, 9)).public_key();
    CHECK(contains(refusal({other, attestation}), "is that of the log"));
    tlog::VerifierKey cosigner = attestation;
    cosigner.type = tlog::SignatureType::kCosignature;
    CHECK(contains(refusal({log, cosigner}), "signed the statement"));
}

TEST_CASE("bundle: a statement signed with the log's key is refused", "[attest]") {
    BundleExample example;
    Bundle bundle = example.make();
    bundle.envelope = sign_envelope(example.log.key(), kPayloadType, bundle.envelope.payload);
    CHECK(
        contains(last_finding(verify_bundle(bundle, example.keys())), "one key may not sign both"));
}

TEST_CASE("bundle: a log of another origin is refused", "[attest]") {
    BundleExample example;
    const Bundle bundle = example.make();
    BundleExample other;
    other.origin = "overlords.example.org/site2";
    other.log = tlog::KeySigner(other.origin, crypto::SigningKey::from_seed(Bytes(32, 4)));
    Bundle mixed = bundle;
    other.add_proofs(mixed);
    std::vector<tlog::VerifierKey> keys = other.keys();
    keys.push_back(example.log.verifier());
    CHECK(contains(last_finding(verify_bundle(mixed, keys)), "speaks about the log"));
}

TEST_CASE("bundle: a false statement about the log is refused", "[attest]") {
    BundleExample example;
    example.make();
    const Statement honest = example.statement;
    const auto refusal = [&](const Statement& said) {
        return last_finding(verify_bundle(example.make_with(said), example.keys()));
    };
    Statement said = honest;
    said.log.root[0] ^= 1;
    CHECK(contains(refusal(said), "not the beginning"));
    said = honest;
    said.log.size = TreeSize{11};
    CHECK(contains(refusal(said), "not the beginning"));
    said = honest;
    said.log.size = TreeSize{13};
    CHECK(contains(refusal(said), "stands before the evidence"));
    said = honest;
    said.log.size = TreeSize{0};
    CHECK(contains(refusal(said), "empty log"));
    said = honest;
    said.log.records = RecordIndex{0};
    CHECK(contains(refusal(said), "empty log"));
}

TEST_CASE("bundle: a claim without verdict or rules is refused", "[attest]") {
    BundleExample example;
    Bundle bundle = example.make();
    example.statement.claim = R"({"note":"all is well"})";
    bundle.envelope =
        sign_envelope(example.attestation.key(), kPayloadType, *make_statement(example.statement));
    CHECK(contains(last_finding(verify_bundle(bundle, example.keys())), "predicate.bundle"));
}

TEST_CASE("bundle: an entry of another kind, attestation or time is refused", "[attest]") {
    BundleExample example;
    const Bundle honest = example.make();
    const auto refusal = [&](const std::string& entry) {
        Bundle bundle = honest;
        bundle.entry = entry;
        example.add_proofs(bundle);
        return last_finding(verify_bundle(bundle, example.keys()));
    };
    const TimeNs at = example.statement.at;
    const Hash digest = attestation_digest(honest.envelope.payload);
    CHECK(contains(refusal(R"({"v":1,"kind":"stop","at":1})"), "not an attestation's entry"));
    CHECK(contains(refusal(compose_entry({at, crypto::sha256(as_bytes("x"))})), "about another"));
    CHECK(contains(refusal(compose_entry({at - 1, digest})), "older than the statement"));
    CHECK(contains(refusal(compose_entry({at, digest}) + " "), "not an attestation's entry"));
}

TEST_CASE("bundle: rules, type and signature of the envelope must fit", "[attest]") {
    BundleExample example;
    Bundle bundle = example.make();
    bundle.rules_bundle[0] ^= 1;
    CHECK(contains(last_finding(verify_bundle(bundle, example.keys())), "names the rules"));
    bundle = example.make();
    bundle.envelope =
        sign_envelope(example.attestation.key(), "text/plain", bundle.envelope.payload);
    CHECK(contains(last_finding(verify_bundle(bundle, example.keys())), "payload type"));
}

TEST_CASE("bundle: malformed files are refused with the place", "[attest]") {
    BundleExample example;
    const std::string text = *make_bundle(example.make());
    const auto code = [](const std::string& changed) {
        const Result<Bundle> bundle = parse_bundle(changed);
        REQUIRE_FALSE(bundle);
        return bundle.error().code;
    };
    CHECK(code("") == "bundle.syntax");
    CHECK(code("[]") == "bundle.syntax");
    CHECK(code("{}") == "bundle.format");
    CHECK(code(text + "\n") == "bundle.syntax");
    CHECK(code(" " + text) == "bundle.syntax");
    CHECK(code(text.substr(0, text.size() / 2)) == "bundle.syntax");
    CHECK(code(text + std::string(kBundleBytesMax, ' ')) == "bundle.size");
    for (const char* member : {"envelope", "entry", "entry_proof", "consistency", "rules"}) {
        std::string changed = text;
        changed.replace(changed.find("\"" + std::string(member) + "\""), 2, "\"X");
        INFO(member);
        CHECK(code(changed) == "bundle.field");
    }
}
