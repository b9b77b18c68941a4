#include "overlord/attest/zk_document.hpp"

#include <catch2/catch.hpp>

#include "zk_examples.hpp"

namespace overlord::attest {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("proof plan: what it says of each control", "[attest]") {
    const Result<ProofPlan> plan = parse_plan(kExamplePlan);
    REQUIRE(plan);
    CHECK(plan->slot_ns == 60 * kSecondNs);
    REQUIRE(plan->controls.size() == 4);
    const PlanControl& uptime = plan->controls[0];
    CHECK(uptime.proved());
    CHECK(uptime.form == ProofForm::kRatio);
    CHECK(uptime.limit == zk::Limit{99999, 100000, false});
    CHECK(uptime.bits == 32);
    CHECK(uptime.text == kExampleUptime);
    CHECK_FALSE(plan->controls[2].proved());
    CHECK(plan->controls[2].why == "not marked with prove(slot)");
    CHECK(plan->find("gmp.validation")->form == ProofForm::kState);
    CHECK(plan->find("gmp.other") == nullptr);
    REQUIRE(plan->levels.size() == 2);
    CHECK(plan->levels[0].conjunction);
    CHECK(plan->levels[1].controls ==
          std::vector<std::string>{"gmp.batch_record", "gmp.validation"});
}

TEST_CASE("proof plan: what is not as the engine writes it is refused", "[attest]") {
    const auto refused = [](std::string_view from, std::string_view to) {
        const Result<ProofPlan> plan = parse_plan(replaced(kExamplePlan, from, to));
        return plan ? std::string("taken") : plan.error().code;
    };
    CHECK(refused(R"("v":1)", R"("v":2)") == "plan.field");
    CHECK(refused(R"("v":1,)", R"("v":1, )") == "plan.syntax");
    CHECK(refused(R"("slot_ns":60000000000)", R"("slot_ns":0)") == "plan.field");
    CHECK(refused(R"("mode":"slot")", R"("mode":"asserted")") == "plan.field");
    CHECK(refused(R"("form":"ratio")", R"("form":"mean")") == "plan.field");
    CHECK(refused(R"("p":"99999")", R"("p":"099999")") == "plan.field");
    CHECK(refused(R"("p":"99999")", R"("p":"100001")") == "plan.field");  // above q
    CHECK(refused(R"("p":"99999")", R"("p":"99999999999999999999")") == "plan.field");
    CHECK(refused(R"("p":"1","q":"1")", R"("p":"1","q":"2")") == "plan.field");  // no ratio
    CHECK(refused(R"("bits":32)", R"("bits":64)") == "plan.field");
    CHECK(refused(R"("strict":false)", R"("strict":0)") == "plan.field");
    CHECK(refused(R"("lateness_ns":60000000000)", R"("lateness_ns":-1)") == "plan.field");
    CHECK(refused("gmp.validation", "telecoms.uptime") == "plan.field");  // twice
    CHECK(refused(R"("why":)", R"("w":1,"why":)") == "plan.field");
    CHECK(refused(R"("conjunction":true)", R"("conjunction":1)") == "plan.field");
}

TEST_CASE("proof plan: a window covers every slot that the measure's window does", "[attest]") {
    PlanControl control;
    control.window_ns = 3 * kMinuteNs;
    CHECK(slot_window(control, kMinuteNs, 10, 50) == SlotWindow{48, 3});
    control.window_ns += 1;
    CHECK(slot_window(control, kMinuteNs, 10, 50) == SlotWindow{47, 4});
    CHECK(slot_window(control, kMinuteNs, 49, 50) == SlotWindow{49, 2});  // since it began
    control.window_ns = 0;
    CHECK(slot_window(control, kMinuteNs, 10, 50) == SlotWindow{50, 1});
    control.window_ns = INT64_MAX;
    CHECK(slot_window(control, 1, 0, 5) == SlotWindow{0, 6});
}

TEST_CASE("zk document: read back as it was written, in one spelling", "[attest]") {
    const std::string line = *compose(example_document());
    const Result<ZkDocument> read = parse_zk_document(line);
    REQUIRE(read);
    CHECK(*read == example_document());
    CHECK(parse_zk_document(line + "\n").error().code == "zk.syntax");
    CHECK_FALSE(parse_zk_document(replaced(line, "{\"format\"", "{ \"format\"")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"size\":812", "\"size\":812,\"more\":1")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"size\":812,", "")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"size\":812", "\"size\":8.12e2")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"holds\":true", "\"holds\":1")));
    CHECK(parse_zk_document(replaced(line, "zk/v2", "zk/v1")).error().code == "zk.format");
    CHECK_FALSE(parse_zk_document(replaced(line, "\"generation\":0", "\"generation\":64")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"generation\":0,", "")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"tag\":\"", "\"tag\":\"AAAA")));
    CHECK_FALSE(parse_zk_document(replaced(line, "\"stream_key\":\"", "\"stream_key\":\"AAAA")));
}

TEST_CASE("zk document: its statements are proved controls of the plan, in order", "[attest]") {
    ZkDocument document = example_document();
    std::swap(document.statements[0], document.statements[1]);
    CHECK(parse_zk_document(*compose(document)).error().code == "zk.field");
    document = example_document();
    document.statements[1].control = "telecoms.uptime";  // twice
    CHECK_FALSE(parse_zk_document(*compose(document)));
    document.statements[1].control = "gmp.batch_record";  // of mode none
    CHECK_FALSE(parse_zk_document(*compose(document)));
    document = example_document();
    document.statements[0].count = 0;
    CHECK_FALSE(parse_zk_document(*compose(document)));
    document = example_document();
    document.statements[0].begin = document.statements[0].first + 1;
    CHECK_FALSE(parse_zk_document(*compose(document)));
}

TEST_CASE("zk document: its proofs cover each statement once", "[attest]") {
    const auto refused = [](std::vector<ZkProof> proofs) {
        ZkDocument document = example_document();
        document.proofs = std::move(proofs);
        return !parse_zk_document(*compose(document));
    };
    const Bytes proof(672, 1);
    CHECK_FALSE(refused({{0, 1, proof}, {1, 1, proof}}));
    CHECK(refused({}));
    CHECK(refused({{0, 1, proof}}));
    CHECK(refused({{0, 2, proof}, {1, 1, proof}}));
    CHECK(refused({{1, 1, proof}, {0, 1, proof}}));
    CHECK(refused({{0, 3, proof}}));
    CHECK(refused({{0, 0, proof}, {0, 2, proof}}));
    CHECK(refused({{0, UINT64_MAX, proof}}));
}

TEST_CASE("zk document: what a proof speaks about comes from the plan", "[attest]") {
    const ZkDocument document = example_document();
    const ProofPlan plan = *parse_plan(kExamplePlan);
    const auto windows = windows_of(document, plan, 0);
    REQUIRE(windows);
    REQUIRE(windows->size() == 2);
    CHECK((*windows)[0] ==
          zk::WindowStatement{named("uptime"), 29494837, 60, {-100000, 1, 0},
                              zk::Direction::kHolds});
    CHECK((*windows)[1] ==
          zk::WindowStatement{named("validation"), 29494896, 1, {1, 0, -1},
                              zk::Direction::kFails});
    CHECK(windows_of(document, plan, 1).error().code == "zk.field");
}

TEST_CASE("zk document: one that is too long is not written", "[attest]") {
    ZkDocument document = example_document();
    document.system = std::string(kZkDocumentBytesMax, 's');
    CHECK(compose(document).error().code == "zk.size");
}

}  // namespace overlord::attest
