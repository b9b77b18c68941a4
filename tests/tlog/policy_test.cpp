#include "overlord/tlog/policy.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

VerifierKey witness_key(std::uint8_t n) {
    return {"w" + std::to_string(n) + ".example", SignatureType::kCosignature,
            sample::counting_key(static_cast<std::uint8_t>(100 + n)).public_key()};
}

std::string vkey(std::uint8_t n) { return witness_key(n).to_text(); }

// Three witnesses of one organisation, two of another.
std::string two_groups() {
    return "# who we trust\n"
           "log " + std::string(sample::kLogVkey) + "   https://log.example/\n"
           "\n"
           "witness X1 " + vkey(1) + "\n"
           "\twitness\tX2 " + vkey(2) + " https://x2.example/witness \n"
           "witness X3 " + vkey(3) + "\n"
           "group X 2 X1 X2 X3\n"
           "witness Y1 " + vkey(4) + "\n"
           "witness Y2 " + vkey(5) + "\n"
           "group Y any Y1 Y2\n"
           "group all-of-it all X Y\n"
           "quorum all-of-it\n";
}

std::vector<VerifiedSignature> signed_by(std::initializer_list<std::uint8_t> witnesses) {
    std::vector<VerifiedSignature> verified{{*VerifierKey::parse(sample::kLogVkey)}};
    for (const std::uint8_t n : witnesses) verified.push_back({witness_key(n), 1});
    return verified;
}

std::string refusal(const std::string& text) {
    const Result<Policy> policy = Policy::parse(text);
    if (policy) return "accepted";
    CHECK(policy.error().code == "policy.syntax");
    return policy.error().message;
}

}  // namespace

TEST_CASE("policy: names, keys, addresses and the rule are read", "[tlog]") {
    const Result<Policy> policy = Policy::parse(two_groups());
    REQUIRE(policy);
    REQUIRE(policy->logs().size() == 1);
    CHECK(policy->logs().front().key.to_text() == sample::kLogVkey);
    CHECK(policy->logs().front().url == "https://log.example/");
    REQUIRE(policy->witnesses().size() == 5);
    CHECK(policy->witnesses()[1].name == "X2");
    CHECK(policy->witnesses()[1].url == "https://x2.example/witness");
    CHECK(policy->witnesses()[2].url.empty());
    CHECK(policy->quorum_text() == "2 of (2 of (X1, X2, X3), 1 of (Y1, Y2))");
    CHECK(policy->needs_witnesses());
    CHECK(*Policy::parse(policy->to_text()) == *policy);
}

TEST_CASE("policy: a quorum is reached by the groups and by nothing less", "[tlog]") {
    const Policy policy = *Policy::parse(two_groups());
    CHECK_FALSE(policy.reached_by({}));
    CHECK_FALSE(policy.reached_by(signed_by({1, 2})));     // nobody of Y
    CHECK_FALSE(policy.reached_by(signed_by({1, 4, 5})));  // one of X
    CHECK(policy.reached_by(signed_by({1, 3, 5})));
    CHECK(policy.reached_by(signed_by({1, 2, 3, 4, 5})));
    // A witness counts once, however often it signed; strangers count nothing.
    CHECK_FALSE(policy.reached_by(signed_by({1, 1, 4})));
    CHECK_FALSE(policy.reached_by(signed_by({1, 9, 4})));
}

TEST_CASE("policy: a key of another name or type is another key", "[tlog]") {
    const Policy policy = *Policy::parse("witness W " + vkey(1) + "\nquorum W\n");
    VerifiedSignature renamed{witness_key(1)};
    renamed.key.name = "w1.example.evil";
    CHECK_FALSE(policy.reached_by(std::span(&renamed, 1)));
    VerifiedSignature as_log{witness_key(1)};
    as_log.key.type = SignatureType::kEd25519;
    CHECK_FALSE(policy.reached_by(std::span(&as_log, 1)));
    const VerifiedSignature itself{witness_key(1)};
    CHECK(policy.reached_by(std::span(&itself, 1)));
}

TEST_CASE("policy: quorum none is reached by nobody at all", "[tlog]") {
    const Policy policy = *Policy::parse("quorum none\n");
    CHECK(policy.reached_by({}));
    CHECK_FALSE(policy.needs_witnesses());
    CHECK(policy.quorum_text() == "none");
}

TEST_CASE("policy: what is wrong is told with its line", "[tlog]") {
    const std::string w1 = "witness W1 " + vkey(1) + "\n";
    const std::string w2 = "witness W2 " + vkey(2) + "\n";
    CHECK(refusal("") == "line 1: there is no quorum line (quorum NAME, or quorum none)");
    CHECK(refusal(w1) == "line 2: there is no quorum line (quorum NAME, or quorum none)");
    CHECK(refusal(w1 + "quorum W1") == "line 2: does not end with a line feed");
    CHECK(refusal(w1 + "quorum W2\n") == "line 2: W2 is not defined on a line before");
    CHECK(refusal("quorum W1\n" + w1) == "line 1: W1 is not defined on a line before");
    CHECK(refusal("quorum none\nquorum none\n") == "line 2: a second quorum line");
    CHECK(refusal("quorums none\n") ==
          "line 1: \"quorums\" is none of log, witness, group and quorum");
    CHECK(refusal(w1 + w1 + "quorum W1\n").starts_with("line 2: the key of witness W1 again"));
    CHECK(refusal(w1 + "witness W1 " + vkey(2) + "\nquorum W1\n") ==
          "line 2: the name W1 again");
    CHECK(refusal(w1 + "witness none " + vkey(2) + "\nquorum W1\n") ==
          "line 2: the name none is taken");
    CHECK(refusal(w1 + w2 + "group G 3 W1 W2\nquorum G\n") ==
          "line 3: \"3\" is none of any, all and a number from 1 to 2");
    CHECK_THAT(refusal(w1 + w2 + "group G 0 W1 W2\nquorum G\n"), Catch::Contains("line 3"));
    CHECK_THAT(refusal(w1 + w2 + "group G 01 W1 W2\nquorum G\n"), Catch::Contains("line 3"));
    CHECK(refusal(w1 + "group G any\nquorum G\n") ==
          "line 2: expected: group NAME any|all|K MEMBER...");
    CHECK(refusal(w1 + "group G any W1\ngroup H any W1\nquorum H\n") ==
          "line 3: W1 is a member of a group already");
    CHECK(refusal(w1 + "group G any W1 W1\nquorum G\n") ==
          "line 2: W1 is a member of a group already");
    CHECK(refusal("group G any G\nquorum G\n") == "line 1: G is not defined on a line before");
    CHECK(refusal("quorum none\r\n") == "line 1: a control character");
    CHECK(refusal("# \x7f\nquorum none\n") == "line 1: a control character");
    CHECK_THAT(refusal("witness W 12345\nquorum W\n"), Catch::Contains("line 1: verifier key"));
    CHECK_THAT(refusal("witness W " + std::string(sample::kLogVkey) + "\nquorum W\n"),
               Catch::Contains("not one for cosignatures"));
    CHECK_THAT(refusal("log " + vkey(1) + "\nquorum none\n"),
               Catch::Contains("a witness's key for a log"));
    const std::string log = "log " + std::string(sample::kLogVkey) + "\n";
    CHECK_THAT(refusal(log + log + "quorum none\n"), Catch::Contains("line 2: the log"));
}

TEST_CASE("policy: names are octets, and thirty-two of everything is little", "[tlog]") {
    const std::string kelvin = "\xe2\x84\xaa";
    const std::string names = "witness K " + vkey(1) + "\nwitness " + kelvin + " " + vkey(2) +
                              "\ngroup G all K " + kelvin + "\nquorum G\n";
    REQUIRE(Policy::parse(names));
    std::string many;
    for (std::uint8_t n = 0; n < 100; ++n)
        many += "witness W" + std::to_string(n) + " " + vkey(n) + "\ngroup G" + std::to_string(n) +
                " any W" + std::to_string(n) + "\n";
    CHECK(Policy::parse(many + "quorum G99\n"));
    std::string endless = "quorum none\n";
    endless.append(kPolicyBytesMax, '\n');
    CHECK_FALSE(Policy::parse(endless));
}
