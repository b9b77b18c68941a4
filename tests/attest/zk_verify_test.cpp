#include "zk_check.hpp"

using namespace overlord;
using namespace overlord::attest;
using zk_log::Example;

TEST_CASE("zk: a system that complies is proved to, control by control", "[attest]") {
    const unsigned threads = GENERATE(0u, 2u);
    Example example;
    example.fill();
    example.seal();
    example.log_document();
    const Result<ZkFindings> findings = verify_fully(example, threads);
    INFO((findings ? "" : findings.error().message));
    REQUIRE(findings);
    REQUIRE(findings->controls.size() == 5);
    CHECK(findings->proved() == 4);
    const ControlFinding& uptime = findings->controls[0];
    CHECK(uptime.proved);
    CHECK(uptime.holds);
    CHECK(uptime.limit == ">= 99999r100000");
    CHECK(uptime.window == SlotWindow{Example::kBegin + 4, 8});
    CHECK(uptime.to - uptime.from == 8 * kMinuteNs);
    CHECK(findings->controls[1].window.count == 5);
    CHECK(findings->controls[2].window.count == 1);
    CHECK_FALSE(findings->controls[4].proved);
    CHECK(findings->controls[4].why == "not marked with prove(slot)");
    REQUIRE(findings->levels.size() == 2);
    CHECK(findings->levels[0].derived == "compliant");
    CHECK_FALSE(findings->levels[1].derived);
    CHECK(findings->levels[1].why == "not proved, or attested unknown: itil.incident");
    CHECK_FALSE(findings->derived);
}

TEST_CASE("zk: a system that does not comply is proved not to", "[attest]") {
    Example example;
    SECTION("a ratio below its limit") { example.fill({.uptime = {601, 60'000'000}}); }
    SECTION("a violation") { example.fill({.failover = {1, 2}}); }
    SECTION("a state") { example.fill({.redundancy = {1, 1}}); }
    example.seal();
    const Result<ZkFindings> findings = verify_fully(example);
    INFO((findings ? "" : findings.error().message));
    REQUIRE(findings);
    CHECK(findings->levels[0].derived == "non_compliant");
    CHECK(findings->derived == "non_compliant");
}

TEST_CASE("zk: exactly at the limit it holds", "[attest]") {
    Example example;
    example.fill({.uptime = {600, 60'000'000}});
    example.seal();
    const Result<ZkFindings> findings = verify_fully(example);
    REQUIRE(findings);
    CHECK(findings->controls[0].holds);
}

TEST_CASE("zk: an attested unknown is contradicted by nothing and makes no verdict", "[attest]") {
    Example example;
    example.fill();
    const std::string known = R"("id":"telecoms.uptime","version":1,"verdict":"compliant")";
    const std::string unknown = R"("id":"telecoms.uptime","version":1,"verdict":"unknown")";
    example.claim.replace(example.claim.find(known), known.size(), unknown);
    example.seal();
    const Result<ZkFindings> findings = verify_fully(example);
    REQUIRE(findings);
    CHECK(findings->controls[0].proved);
    CHECK_FALSE(findings->levels[0].derived);
}

TEST_CASE("zk: a log is read on where its document ends, and says that it logged it", "[attest]") {
    Example example;
    example.fill();
    example.seal();
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    REQUIRE(zk);
    for (const bool with_entry : {false, true}) {
        if (with_entry) example.log_document();
        ZkLogReader reader(*zk, 0);
        for (std::size_t i = 0; i < example.entries.size(); ++i) {
            REQUIRE(reader.see(EntryIndex{i}, example.entries[i]));
        }
        REQUIRE(reader.finish());
        CHECK(reader.logged() == with_entry);
        CHECK(reader.streams_seen() == 4);
    }
}

TEST_CASE("zk: a proof of few entries leaves the sums to others", "[attest]") {
    Example example;
    example.fill();
    example.seal();
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    REQUIRE(zk);
    std::vector<EndEntries> entries;
    for (std::size_t i = 0; i < example.streams.size(); ++i) {
        const ZkStatement& statement = zk->document.statements[i];
        const zk_log::Stream& stream = example.streams[i];
        entries.push_back({example.entries[example.slot_at(stream, statement.first - 1)],
                           example.entries[example.slot_at(stream, Example::kBegin + 11)],
                           example.entries[example.range_at(stream, Example::kBegin + 8)]});
    }
    const Result<std::vector<WindowEnds>> ends = ends_of(*zk, entries);
    REQUIRE(ends);
    CHECK(check_statements(*zk, *ends));

    const auto code_with = [&](auto change) {
        std::vector<EndEntries> changed = entries;
        change(changed.front());
        const Result<std::vector<WindowEnds>> refused = ends_of(*zk, changed);
        REQUIRE_FALSE(refused);
        return refused.error().code;
    };
    CHECK(code_with([](EndEntries& e) { e.before = e.last; }) == "zk.end");
    CHECK(code_with([](EndEntries& e) { e.last = e.before; }) == "zk.end");
    CHECK(code_with([](EndEntries& e) { e.range = e.last; }) == "zk.end");
    CHECK(code_with([&](EndEntries& e) { e.last = entries[1].last; }) == "zk.end");
    CHECK(code_with([&](EndEntries& e) {
              e.range = example.entries[example.range_at(example.streams[0], Example::kBegin)];
          }) == "zk.end");
    CHECK(code_with([](EndEntries& e) { e.last = "{\"v\":1}"; }) == "zk.end");
}

TEST_CASE("zk: what every proved control says is the verdict, and less is not", "[attest]") {
    Example example(zk_log::Controls::kProved);
    example.fill();
    example.seal();
    const Result<ZkFindings> findings = verify_fully(example);
    REQUIRE(findings);
    CHECK(findings->derived == "compliant");
    CHECK(findings->follows());
    example.document.statements.pop_back();
    example.prove();
    const Result<ZkFindings> silent = verify_fully(example);
    REQUIRE(silent);
    CHECK_FALSE(silent->follows());
}
