#include "overlord/attest/statement.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace overlord;
using namespace overlord::attest;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Result<std::string> payload_with_claim(const std::string& claim) {
    Statement statement = example_statement();
    statement.claim = claim;
    return make_statement(statement);
}

}  // namespace

TEST_CASE("statement: the payload has the documented bytes", "[attest]") {
    const Statement statement = example_statement();
    const std::string expected =
        R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"production_system",)"
        R"("digest":{"sha256":")" +
        to_hex(statement.subject_digest) +
        R"("}}],"predicateType":"https://solfunmeme.com/zk-overlords/compliance/v1",)"
        R"("predicate":{"v":1,)" +
        kExampleClaim.substr(1, kExampleClaim.size() - 2) +
        R"(,"log":{"origin":"overlords.example.org/site1","size":12,"root":")" +
        to_base64(statement.log.root) +
        R"(","records":734},"at":1769690232790123456,"zero_knowledge":{"statements":[],)"
        R"("note":"this attestation carries no zero-knowledge statement"},)"
        R"("clock":"synchronized, error at most 12 ms"}})";
    CHECK(*make_statement(statement) == expected);
    CHECK(attestation_digest(expected) == crypto::sha256(as_bytes(expected)));
}

TEST_CASE("statement: what is written is read back", "[attest]") {
    Statement statement = example_statement();
    statement.system = "a \"quoted\" \\ name\nwith a line, \xc3\xbc and \x01";
    statement.at = -1;
    const std::string payload = *make_statement(statement);
    CHECK(payload.find('\n') == std::string::npos);
    const Result<Statement> read = parse_statement(payload);
    REQUIRE(read);
    CHECK(*read == statement);
}

TEST_CASE("statement: any other spelling of a payload is refused", "[attest]") {
    const std::string payload = *make_statement(example_statement());
    REQUIRE(parse_statement(payload));
    const std::string cases[] = {
        payload + " ",
        " " + payload,
        payload + payload,
        payload.substr(0, payload.size() - 1),
        replaced(payload, "\"v\":1,", "\"v\":2,"),
        replaced(payload, "\"v\":1,", ""),
        replaced(payload, "\"v\":1,", "\"v\":1.0,"),
        replaced(payload, "\"size\":12", "\"size\":-12"),
        replaced(payload, "\"size\":12", "\"size\":12e0"),
        replaced(payload, "\"size\":12", "\"size\":\"12\""),
        replaced(payload, "\"size\":12", "\"size\":99999999999999999999999"),
        replaced(payload, "\"records\":734", "\"records\":734,\"records\":735"),
        replaced(payload, "\"count\":3", "\"count\":3,\"count\":4"),
        replaced(payload, "\"count\":3", "\"count\":3.5"),
        replaced(payload, "\"at\":1", "\"At\":1"),
        replaced(payload, "compliance/v1", "compliance/v2"),
        replaced(payload, "Statement/v1", "Statement/v0.1"),
        replaced(payload, "\"name\":\"production_system\"", "\"name\":\"\""),
        replaced(payload, "production_system", "production\\u005fsystem"),
        replaced(payload, "\"statements\":[]", "\"statements\":[1]"),
        replaced(payload, "carries no zero", "carries a zero"),
        replaced(payload, "\"subject\":[", "\"subject\":[{},"),
        "",
        "null",
        "[]",
        "{}",
        "\"text\"",
    };
    for (const std::string& changed : cases) {
        INFO(changed);
        CHECK_FALSE(parse_statement(changed));
    }
}

TEST_CASE("statement: every bit of a payload counts for its digest or its syntax", "[attest]") {
    const std::string payload = *make_statement(example_statement());
    for (std::size_t i = 0; i < payload.size(); ++i) {
        std::string changed = payload;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK(attestation_digest(changed) != attestation_digest(payload));
        const Result<Statement> read = parse_statement(changed);
        if (read) CHECK_FALSE(*read == example_statement());
    }
}

TEST_CASE("statement: a claim must be a canonical object of its own members", "[attest]") {
    const char* kBad[] = {
        "",
        "[]",
        "{",
        R"({"verdict": "compliant"})",
        R"({"value":0.99999})",
        R"({"value":1e3})",
        R"({"v":2})",
        R"({"log":{}})",
        R"({"at":1})",
        R"({"zero_knowledge":{}})",
        R"({"clock":"fine"})",
        R"({"a":1,"a":2})",
        R"({"a":"\/"})",
        "{\"a\":\"\xff\"}",
        R"({"a":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]})",
    };
    for (const char* claim : kBad) {
        INFO(claim);
        const Result<std::string> payload = payload_with_claim(claim);
        REQUIRE_FALSE(payload);
        CHECK(payload.error().code == "statement.claim");
    }
    CHECK(payload_with_claim(R"({"a":"\u000a","b":[1,-2,true,null,{}]})"));
    CHECK(payload_with_claim("{}"));
}

TEST_CASE("statement: a payload has a bound", "[attest]") {
    const Result<std::string> payload =
        payload_with_claim("{\"a\":\"" + std::string(kPayloadBytesMax, 'x') + "\"}");
    REQUIRE_FALSE(payload);
    CHECK(payload.error().code == "statement.size");
}

TEST_CASE("statement: the summary names verdict and rules, or what is wrong", "[attest]") {
    const Result<ClaimSummary> summary = summarize_claim(kExampleClaim);
    REQUIRE(summary);
    CHECK(summary->verdict == "non_compliant");
    CHECK(summary->provisional);
    CHECK(summary->bundle.substr(0, 8) == "9f86d081");
    CHECK_FALSE(summarize_claim(replaced(kExampleClaim, "\"non_compliant\"", "\"fine\"")));
    CHECK_FALSE(summarize_claim(replaced(kExampleClaim, "9f86", "")));
    CHECK_FALSE(summarize_claim(replaced(kExampleClaim, "true", "1")));
    CHECK_FALSE(summarize_claim("{}"));
}

TEST_CASE("statement: the evidence key ignores position and clock, and nothing else", "[attest]") {
    const Statement statement = example_statement();
    Statement later = statement;
    later.log.size = TreeSize{99};
    later.at += 5;
    later.clock = "";
    CHECK(evidence_key(later) == evidence_key(statement));
    Statement other = statement;
    other.system = "staging";
    CHECK(evidence_key(other) != evidence_key(statement));
    other = statement;
    other.subject_digest[31] ^= 1;
    CHECK(evidence_key(other) != evidence_key(statement));
    other = statement;
    other.claim = "{}";
    CHECK(evidence_key(other) != evidence_key(statement));
}

TEST_CASE("statement: an attestation's entry has one spelling", "[attest]") {
    const AttestationEntry entry{17, crypto::sha256(as_bytes("x"))};
    const std::string text = compose_entry(entry);
    CHECK(text ==
          R"({"v":1,"kind":"attestation","at":17,"digest":")" + to_hex(entry.digest) + "\"}");
    const Result<AttestationEntry> read = parse_entry(text);
    REQUIRE(read);
    CHECK(read->at == entry.at);
    CHECK(read->digest == entry.digest);
    CHECK_FALSE(parse_entry(replaced(text, "attestation", "rules")));
    CHECK_FALSE(parse_entry(replaced(text, "\"v\":1", "\"v\":2")));
    CHECK_FALSE(parse_entry(replaced(text, "17", "017")));
    CHECK_FALSE(parse_entry(text + "\n"));
    CHECK_FALSE(parse_entry(replaced(text, to_hex(entry.digest), "AA")));
}
