// The packs that ship, and what a test run says of bad ones.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kRules = std::string(OVERLORD_SOURCE_DIR) + "/rules";

std::string run_on(const std::string& pack, const std::string& test) {
    return in_a_copy([&] {
        const Loaded result = load(machine(), {{"demo.pl", pack}});
        if (!result.bundle) return diagnostics_text(result.diagnostics);
        const TestRun run = run_tests(machine(), *result.bundle, {{"demo.plt", test}});
        return std::string(run.good() ? "good\n" : "bad\n") + to_text(run);
    });
}

const std::string kPack =
    ":- module(demo, [demo_compliant/1, c/2]).\n:- telemetry(ping(ms:number)).\n"
    ":- measure(m, max(ping, ms), over(1, h)).\n"
    ":- control('demo.c', c/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "c(S, V) :- measured(S, m, V), V =< 3.\ndemo_compliant(S) :- c(S, _).\n";
const std::string kTests =
    ":- begin_tests(demo).\n"
    "test(met, [given([measured(s, m, 3)])]) :- c(s, _).\n"
    "test(violated, [given([measured(s, m, 4)]), fail]) :- c(s, _).\n"
    "test(missing, [given([missing(s, m, \"none\")]), unknown]) :- c(s, _).\n";

}  // namespace

TEST_CASE("packs: the limits that core controls set are read from the rules", "[packs]") {
    const auto files = read_rules(kRules);
    REQUIRE(files.has_value());
    const std::string text = in_a_copy([&] {
        const Loaded result = load(machine(), files.value());
        std::string found = diagnostics_text(result.diagnostics);
        if (!result.bundle) return found;
        static const char* const operations[] = {"=<", "<", ">=", ">", "="};
        const auto core = [&](const std::string& pack) {
            return std::any_of(result.bundle->levels.begin(), result.bundle->levels.end(),
                               [&](const Level& level) {
                                   return level.name == pack && !level.on_request;
                               });
        };
        for (const Control& control : result.bundle->controls) {
            if (!core(control.pack)) continue;
            found += control.id + " " + control.predicate;
            for (const std::size_t read : control.reads)
                found += " " + result.bundle->measures[read].name;
            if (control.limit)
                found += std::string(" ") + operations[static_cast<int>(control.limit->op)] + " " +
                         control.limit->number.to_decimal();
            found += control.citations.empty() ? " UNCITED\n" : "\n";
        }
        for (const Level& level : result.bundle->levels) {
            if (core(level.name))
                found += level.name + " " + std::to_string(level.controls.size()) + "\n";
        }
        for (const Check& check : result.bundle->checks)
            found += result.bundle->kinds[check.kind].schema.type + " " + check.predicate + "\n";
        return found;
    });
    CHECK(text ==
          "gmp.batch_record gmp_batch_record batch_records = 1\n"
          "gmp.validation gmp_validation validation = 1\n"
          "gmp.change_control gmp_change_control change_control = 1\n"
          "itil.incident_response itil_incident response_min =< 15\n"
          "itil.change_approved itil_change changes_approved = 1\n"
          "itil.service_level itil_service_level service_level >= 0.9999\n"
          "telecoms.uptime telecoms_uptime uptime >= 0.99999\n"
          "telecoms.redundancy telecoms_redundancy redundancy >= 2\n"
          "telecoms.failover telecoms_failover failover_ms =< 50\n"
          "trading.latency trading_latency latency_ms =< 1\n"
          "trading.timestamp_precision trading_audit precision_ns =< 1000\n"
          "trading.segregation trading_segregation segregation = 1\n"
          "telecoms 3\ntrading 3\ngmp 3\nitil 3\n"
          "gmp.batch gmp_batch\nitil.incident itil_incident_event\ntelecoms.failover "
          "telecoms_failover_event\n"
          "trading.trade trading_operation\n");
}

TEST_CASE("packs: every control of the catalogue's first release is there", "[packs]") {
    // Those that a core control answers for are written with its id.
    const std::map<std::string, std::vector<std::string>> expected = {
        {"common",
         {"telemetry-completeness", "clock-sync", "audit-content", "audit-integrity",
          "audit-failure-alert", "audit-retention", "segregation-of-duties", "rulepack-change",
          "privileged-access"}},
        {"telecoms",
         {"uptime", "error-budget", "redundancy", "diversity", "failover", "failover-success",
          "failover-test", "monitoring-coverage", "monitoring-alert", "packet-quality",
          "planned-maintenance", "outage-report"}},
        {"trading",
         {"latency", "latency-anomaly", "timestamp-granularity", "clock-divergence",
          "wall-segregation", "wall-crossing", "surveillance-coverage", "surveillance-alert",
          "wash-trade", "layering-spoofing", "front-running", "momentum-ignition",
          "order-to-trade-ratio", "pre-trade-controls", "order-record"}},
        {"gmp",
         {"batch-complete", "second-person", "release-review", "deviation", "validation-current",
          "change-control", "audit-trail", "audit-trail-review", "esign", "access", "sequence",
          "retention"}},
        {"itil",
         {"incident-response", "incident-resolution", "major-incident", "change-approved",
          "emergency-change", "change-conformance", "problem-rca", "availability"}},
        {"nerc", {"log-review", "incident-report", "baseline-change"}},
        {"fedramp", {"incident-report", "change-notice", "persistent-validation"}},
    };
    const auto files = read_rules(kRules);
    REQUIRE(files.has_value());
    CHECK(in_a_copy([&] {
              const Loaded result = load(machine(), files.value());
              if (!result.bundle) return diagnostics_text(result.diagnostics);
              std::size_t found = 0;
              std::string wrong;
              for (const auto& [family, names] : expected) {
                  for (const std::string& name : names) {
                      const auto control =
                          std::find_if(result.bundle->controls.begin(),
                                       result.bundle->controls.end(), [&](const Control& one) {
                                           return one.id == family + "." + name;
                                       });
                      if (control == result.bundle->controls.end()) {
                          wrong += family + "." + name + " is missing\n";
                      } else {
                          ++found;
                          if (control->citations.empty()) wrong += control->id + " cites nothing\n";
                      }
                  }
              }
              return wrong + std::to_string(found);
          }) == "62");
}

TEST_CASE("packs: every promised predicate is exported", "[packs]") {
    const auto files = read_rules(kRules);
    REQUIRE(files.has_value());
    const std::map<std::string, std::vector<std::string>> promised = {
        {"telecoms.pl",
         {"telecoms_uptime/2", "telecoms_redundancy/2", "telecoms_failover/2",
          "telecoms_compliant/1", "telecoms_failover_event/2"}},
        {"trading.pl",
         {"trading_latency/2", "trading_audit/2", "trading_segregation/2", "trading_compliant/1",
          "trading_operation/2"}},
        {"gmp.pl",
         {"gmp_batch_record/2", "gmp_validation/2", "gmp_change_control/2", "gmp_compliant/1",
          "gmp_batch/2", "has_batch_id/1", "has_input/1", "has_process/1", "has_output/1",
          "has_timestamp/1", "has_all_fields/1", "has_validation_protocol/1",
          "has_validation_report/1", "has_change_request/1", "has_approval/1"}},
        {"itil.pl",
         {"itil_incident/2", "itil_change/2", "itil_service_level/2", "itil_compliant/1",
          "itil_incident_event/2", "has_change_advisory_board/1"}},
        {"overlords.pl", {"zk_overlords_compliant/2", "generate_zkproof/3"}},
    };
    for (const prolog::SourceFile& file : files.value()) {
        const auto pack = promised.find(file.name);
        if (pack == promised.end()) continue;  // of the catalogue: no name of it is promised
        const std::string header = file.text.substr(0, file.text.find("])."));
        for (const std::string& name : pack->second) {
            INFO(file.name << " " << name);
            CHECK(header.find(" " + name) != std::string::npos);
        }
    }
}

TEST_CASE("packs: a full test run is good", "[packs]") {
    const std::string all = kTests + ":- end_tests(demo).\n";
    CHECK(run_on(kPack, all) == "good\n3 of 3 tests passed\n");
}

TEST_CASE("packs: a test run with a gap is not", "[packs]") {
    CHECK(run_on(kPack, ":- begin_tests(demo).\n:- end_tests(demo).\n") ==
          "bad\ndemo.c: no test that it is met\ndemo.c: no test that it is violated\ndemo.c: no "
          "test with evidence missing\n"
          "demo.c: no test exactly at the limit\n0 of 0 tests passed\n");
    const std::string failing =
        kTests +
        "test(wrong, [given([measured(s, m, 4)])]) :-\n    c(s, _).\n:- end_tests(demo).\n";
    CHECK(run_on(kPack, failing) ==
          "bad\ndemo.plt:5: demo:wrong: c(s, _) fails, with m = 4\n3 of 4 tests passed\n");
    const std::string forbidden =
        kTests + "test(wrong) :-\n    shell(true).\n:- end_tests(demo).\n";
    CHECK(run_on(kPack, forbidden).find("demo.plt:6:5: error[rules.forbidden]") !=
          std::string::npos);
    const std::string unfinished = kTests;
    CHECK(run_on(kPack, unfinished).find("unit demo has no end_tests") != std::string::npos);
}

TEST_CASE("packs: outcomes that were not expected are named", "[packs]") {
    const auto one = [](const std::string& test) {
        return run_on(kPack, ":- begin_tests(demo).\n" + test + "\n:- end_tests(demo).\n");
    };
    CHECK(
        one("test(t, [given([measured(s, m, 3)]), fail]) :- c(s, _).")
            .find("demo:t: succeeded, expected no solution: c(s, 3)") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, 2.5)])]) :- c(s, 2), true.")
              .find("demo:t: c(s, 2) fails: expected 2, found 2.5") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, 2.5)])]) :- c(s, V), V > 3.")
              .find("demo:t: 2.5>3 fails") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, 2)]), unknown]) :- c(s, _).")
              .find("demo:t: succeeded, expected unknown: c(s, 2)") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, 4)]), error(x)]) :- c(s, _).")
              .find("demo:t: failed, expected ") != std::string::npos);
    CHECK(one("test(t, [given([missing(s, m, \"why\")])]) :- c(s, _).")
              .find("demo:t: unknown: why") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, none)])]) :- c(s, _).")
              .find("demo:t: error: Type error") != std::string::npos);
    CHECK(one("test(t, [given([measured(s, m, 2)]), V == 3]) :- c(s, V).").find("does not hold") !=
          std::string::npos);
    CHECK(one("test(t, [all(X == [1, 2])]) :- member(X, [1, 3]).")
              .find("found [1, 3], expected [1, 2]") != std::string::npos);
    CHECK(one("test(t, [maybe]).").find("rules.directive") != std::string::npos);
}

namespace {

std::string document(const std::string& name) {
    std::ifstream file(std::string(OVERLORD_SOURCE_DIR) + "/docs/rules/" + name);
    std::stringstream stream;
    stream << file.rdbuf();
    return stream.str();
}

}  // namespace

TEST_CASE("packs: the example of the measures is taken, as it stands", "[packs]") {
    const std::string text = document("measures.md");
    const std::size_t start = text.find("```prolog\n") + 10;
    const std::string pack = text.substr(start, text.find("```", start) - start);
    CHECK(in_a_copy([&] {
              const Loaded result = load(machine(), {{"line.pl", pack}});
              std::string found;
              for (const prolog::Diagnostic& diagnostic : result.diagnostics) {
                  const bool uncited = diagnostic.code == "rules.missing_citation";
                  if (!uncited) found += to_text(diagnostic) + "\n";
              }
              if (!result.bundle) return found + "refused";
              return found + std::to_string(result.bundle->measures.size()) + " measures";
          }) == "7 measures");
}

TEST_CASE("packs: the examples of the reference are good", "[packs]") {
    const std::string text = document("reference.md");
    const auto block = [&](std::size_t from) {
        const std::string fence = "```prolog\n";
        const std::size_t start = text.find(fence, from) + fence.size();
        return std::make_pair(text.substr(start, text.find("```", start) - start), start);
    };
    const auto [pack, pack_end] = block(0);
    const auto [waiver, waiver_end] = block(pack_end);
    const auto [calendar, calendar_end] = block(waiver_end);
    const std::string test = block(calendar_end).first;
    CHECK(in_a_copy([&, text = pack + waiver + calendar] {
              const Loaded result = load(machine(), {{"bakery.pl", text}});
              if (!result.bundle) return diagnostics_text(result.diagnostics);
              const TestRun run = run_tests(machine(), *result.bundle, {{"bakery.plt", test}});
              return std::string(run.good() ? "good\n" : "bad\n") + to_text(run);
          }) == "good\n5 of 5 tests passed\n");
}
