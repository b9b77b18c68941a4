#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "overlord/tlog/witness.hpp"
#include "zk_state.hpp"

using namespace overlord;
using namespace overlord::ctl;
using zk_log::Example;

TEST_CASE("verify: a verdict that follows from all the log is a yes, with rules and log", "[ctl]") {
    const ZkState made;
    const std::string file = made.proof("proof.json");
    const Outcome outcome = made.verify(
        {file, "--rules", made.rules.string(), "--log", (made.state / "log").string()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "valid: integrity: yes; zero knowledge: yes, full"));
    CHECK(contains(outcome.out, "telecoms.uptime holds (>= 99999r100000): proved in zero "
                                "knowledge, slot-asserted, over 8 slots"));
    CHECK(contains(outcome.out, "level telecoms is compliant: that follows from the proofs"));
    CHECK(contains(outcome.out, "production_system is compliant: that follows from the proofs"));
    CHECK(contains(outcome.out, "the log has 4 streams, of which these 4 are opened here"));
    CHECK(contains(outcome.out, "each was logged within 60 s of its end"));
    CHECK(contains(outcome.out, "attested compliant from 12 observations"));
    CHECK_FALSE(contains(outcome.out, "not checked"));
}

TEST_CASE("verify: a verdict that follows in part is no yes", "[ctl]") {
    const ZkState made({}, zk_log::Controls::kAll);
    const Outcome outcome = made.verify(
        {made.proof("full.json", {"--full"}), "--rules", made.rules.string()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "itil.incident: none, not proved (not marked with prove(slot))"));
    CHECK(contains(outcome.out, "level itil is attested compliant, which does not follow"));
    CHECK(contains(outcome.out, "that it is compliant does not follow from the 4 of 5 controls "
                                "that are proved"));
}

TEST_CASE("verify: a stream that began anew is a yes once its window has left the hole", "[ctl]") {
    // Twelve slots of the next generation, and a window of eight.
    const ZkState made({}, zk_log::Controls::kProved, /*anew=*/true);
    const Outcome full = made.verify(
        {made.proof("full.json", {"--full"}), "--rules", made.rules.string()});
    INFO(full.out << full.err);
    CHECK(full.code == 0);
    // Who does not read the log does not see what became of the streams before.
    const Outcome compact = made.verify({made.proof("proof.json")});
    CHECK(contains(compact.out, "telecoms.uptime began anew within its window or before (--log)"));
}

TEST_CASE("verify: a window that a new beginning cuts short is no yes", "[ctl]") {
    ZkState made;
    zk_log::Example example(zk_log::Controls::kProved);
    example.bundle = made.example.bundle;
    example.fill();
    zk_log::Stream& first = example.streams.front();
    zk_log::Stream second(example.origin, example.system, first.control(), first.next(), 1);
    example.add(compose(second.slot({0, 60'000'000})));
    example.add(compose(second.range(second.begin(), 1)));
    first = std::move(second);
    example.seal();
    example.log_document();
    REQUIRE(std::filesystem::remove_all(made.state) > 0);
    example.write_state(made.state);
    made.example = std::move(example);
    const Outcome outcome = made.verify(
        {made.proof("full.json", {"--full"}), "--rules", made.rules.string()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "over 1 slot from"));
    CHECK(contains(outcome.out, "of the window's 8: its stream began anew then"));
    CHECK(contains(outcome.out, "not shown: telecoms.uptime began anew within its window"));
}

TEST_CASE("verify: a document that is silent about a control does not answer", "[ctl]") {
    ZkState made;
    zk_log::Example liar(zk_log::Controls::kProved);
    liar.bundle = made.example.bundle;
    liar.fill({.service_level = {1, 60}});
    liar.claim = made.example.claim;  // that all is well
    liar.seal();
    liar.document.statements.pop_back();
    liar.prove();
    liar.log_document();
    REQUIRE(std::filesystem::remove_all(made.state) > 0);
    liar.write_state(made.state);
    made.example = std::move(liar);
    const Outcome outcome = made.verify(
        {made.proof("full.json", {"--full"}), "--rules", made.rules.string()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "does not follow from the 3 of 4 controls that are proved"));
}

TEST_CASE("verify: a full bundle needs nothing but rules and keys", "[ctl]") {
    const ZkState made;
    const std::string file = made.proof("full.json", {"--full"});
    const Outcome outcome = made.verify({file, "--rules", made.rules.string(), "--json"});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    const nlohmann::json json = nlohmann::json::parse(outcome.out);
    CHECK(json["valid"] == true);
    const nlohmann::json& zk = json["zero_knowledge"];
    CHECK(zk["yes"] == true);
    CHECK(zk["assurance"] == "full");
    CHECK(zk["rules_checked"] == true);
    CHECK(zk["verdict"] == "compliant");
    REQUIRE(zk["controls"].size() == 4);
    CHECK(zk["controls"][0]["proved"] == "holds");
    CHECK(zk["controls"][0]["slots"] == 8);
    CHECK(zk["levels"][0]["derived"] == "compliant");

    Result<std::string> text = read_text_file(file);
    REQUIRE(text);
    const std::size_t at = text->find("\\\"bad_sum\\\":\\\"");
    (*text)[at + 16] = (*text)[at + 16] == 'A' ? 'B' : 'A';
    REQUIRE(write_file_derived(file, as_bytes(*text)));
    CHECK(made.verify({file, "--rules", made.rules.string()}).code == 1);
}

TEST_CASE("verify: without rules, log or monitor it is no answer about zero knowledge", "[ctl]") {
    const ZkState made;
    const std::string file = made.proof("proof.json");
    const Outcome alone = made.verify({file});
    INFO(alone.out << alone.err);
    CHECK(alone.code == 0);  // its integrity was asked for
    CHECK(contains(alone.out, "zero knowledge: not shown: window sum not checked"));
    CHECK(contains(alone.out, "proved in zero knowledge if its window's sums and the plan are "
                              "right (not checked)"));
    CHECK(contains(alone.out, "production_system is compliant: that follows from the proofs if"));
    const Outcome rules = made.verify({file, "--rules", made.rules.string()});
    CHECK(rules.code == 1);
    CHECK(contains(rules.out, "NO   the question was"));
    const Outcome log = made.verify({file, "--log", (made.state / "log").string()});
    CHECK(log.code == 1);
    CHECK(contains(log.out, "rules not checked"));
    CHECK(made.verify({file, "--full"}).code == 2);
}

TEST_CASE("verify: other rules, and rules that give another plan, are refused", "[ctl]") {
    const ZkState made;
    const std::string file = made.proof("full.json", {"--full"});
    std::string plan = made.example.plan_text;
    plan.replace(plan.find("99999"), 5, "90000");
    made.give_plan(plan);
    const Outcome other_plan = made.verify({file, "--rules", made.rules.string()});
    CHECK(other_plan.code == 1);
    CHECK(contains(other_plan.out, "(zk.plan)"));
    REQUIRE(write_file_derived(made.rules / "telecoms.pl", as_bytes("% softer rules\n")));
    made.give_plan(made.example.plan_text);
    const Outcome other_rules = made.verify({file, "--rules", made.rules.string()});
    CHECK(other_rules.code == 1);
    CHECK(contains(other_rules.out, "(zk.bundle)"));
    REQUIRE(write_file_derived(made.programs / "overlord-engine", as_bytes("#!/bin/sh\nexit 1\n"),
                               0755));
    const Outcome no_plan = made.verify({file, "--rules", made.rules.string()});
    CHECK(no_plan.code == 1);
    CHECK(contains(no_plan.out, "(rules.plan)"));
}

TEST_CASE("verify: a monitor's cosignature stands for the reading of the log", "[ctl]") {
    const ZkState made;
    const crypto::SigningKey key = crypto::SigningKey::generate();
    const std::string name = "monitor.example/m1";
    const tlog::VerifierKey monitor{name, tlog::SignatureType::kCosignature, key.public_key()};
    const std::string note = made.example.checkpoint();
    const tlog::NoteSignature line = tlog::cosign(tlog::Note::parse(note)->text, {name, key}, 1);
    const Result<std::string> cosigned = tlog::with_cosignatures(note, std::span(&line, 1));
    REQUIRE(cosigned);
    const Path checkpoint = made.directory.path / "cosigned.txt";
    REQUIRE(write_file_derived(checkpoint, as_bytes(*cosigned)));
    const std::string file = made.proof("proof.json", {"--cosigned", checkpoint.string()});
    const Outcome outcome =
        made.verify({file, "--rules", made.rules.string(), "--monitor", monitor.to_text()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "zero knowledge: yes, monitored by monitor.example/m1"));

    const std::string without = made.proof("without.json");
    const Outcome nobody =
        made.verify({without, "--rules", made.rules.string(), "--monitor", monitor.to_text()});
    CHECK(nobody.code == 1);
    CHECK(contains(nobody.out, "has not cosigned this checkpoint"));
    const std::string log_key = made.example.log_key.verifier().to_text();
    CHECK(made.verify({file, "--monitor", log_key}).code == 2);
}

TEST_CASE("verify: a system that does not comply is proved not to", "[ctl]") {
    const ZkState made(Example::Values{.failover = {1, 2}});
    const Outcome outcome = made.verify(
        {made.proof("full.json", {"--full"}), "--rules", made.rules.string()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "telecoms.failover does not hold (=< 50): proved"));
    CHECK(contains(outcome.out, "production_system is non_compliant: that follows"));
}
