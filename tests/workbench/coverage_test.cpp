// What of the rules a run has run, and the reports about it.
#include "overlord/workbench/coverage.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "junit.hpp"
#include "machine.hpp"
#include "overlord/workbench/test_report.hpp"

using namespace overlord;
using namespace overlord::rules;
using namespace overlord::workbench;

namespace {

const std::string kPack =
    ":- module(demo, [demo_compliant/1, demo_a/2]).\n"
    ":- telemetry(ping(ms:number)).\n"
    ":- measure(m, max(ping, ms), over(1, h)).\n"
    ":- control('demo.a', demo_a/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "demo_a(S, V) :-\n"
    "    measured(S, m, V),\n"
    "    (   V == none\n"
    "    ->  true\n"
    "    ;   small(V, L),\n"
    "        forall(member(X, L), X < 9)\n"
    "    ).\n"
    "small(V, [a]) :- V < 0, !, fail.\n"
    "small(V, L) :- V =< 3, L = [V].\n"
    "demo_compliant(S) :- demo_a(S, _).\n";

// Runs the tests in a copy and tells what `tell` says of them.
std::string covered(const std::string& tests,
                    const std::function<std::string(const TestRun&, const Coverage&)>& tell) {
    return in_a_copy([&] {
        machine().cover();
        const Loaded loaded = load(machine(), {{"demo.pl", kPack}});
        if (!loaded.bundle) return diagnostics_text(loaded.diagnostics);
        machine().cover();
        const std::string text = ":- begin_tests(demo).\n" + tests + ":- end_tests(demo).\n";
        const TestRun run = run_tests(machine(), *loaded.bundle, {{"demo.plt", text}});
        return tell(run, coverage_of(machine().coverage()));
    });
}

std::string lines(const TestRun&, const Coverage& coverage) {
    std::string text;
    for (const std::string& gap : gaps(coverage)) text += gap + "\n";
    return text + summary(coverage) + "\n";
}

const std::string kMet = "test(met, [given([measured(s, m, 3)])]) :- demo_a(s, 3).\n";
const std::string kBroken = "test(broken, [given([measured(s, m, 4)]), fail]) :- demo_a(s, _).\n";
const std::string kNone = "test(none, [given([measured(s, m, none)])]) :- demo_a(s, none).\n";
const std::string kMissing =
    "test(gone, [given([missing(s, m, \"gone\")]), unknown]) :- demo_a(s, _).\n";
const std::string kNegative = "test(odd, [given([measured(s, m, -1)]), fail]) :- demo_a(s, _).\n";
const std::string kLevel =
    "test(level, [given([measured(s, m, 3)])]) :- demo_compliant(s).\n"
    "test(level_not, [given([measured(s, m, 4)]), fail]) :- demo_compliant(s).\n";

}  // namespace

TEST_CASE("coverage: what never ran and never failed is named", "[coverage]") {
    CHECK(covered(kMet, lines) ==
          "demo.pl:7:9: never true: V == none\n"
          "demo.pl:9:9: never false: small(V, L)\n"
          "demo.pl:10:9: never false: forall(member(X, L), X < 9)\n"
          "demo.pl:10:16: never false: member(X, L)\n"
          "demo.pl:10:30: never false: X < 9\n"
          "demo.pl:12:18: never true: V < 0\n"
          "demo.pl:13:16: never false: V =< 3\n"
          "demo.pl:14: never run: demo_compliant/1 demo_compliant(S)\n"
          "coverage: 3 of 4 clauses run, 7 of 16 outcomes of conditions seen: 50 %\n");
}

TEST_CASE("coverage: each test adds what it shows", "[coverage]") {
    const std::string text = covered(kMet + kBroken + kNone + kNegative + kLevel, lines);
    CHECK(text ==
          "demo.pl:10:9: never false: forall(member(X, L), X < 9)\n"
          "demo.pl:10:16: never false: member(X, L)\n"
          "demo.pl:10:30: never false: X < 9\n"
          "coverage: 4 of 4 clauses run, 13 of 16 outcomes of conditions seen: 85 %\n");
}

TEST_CASE("coverage: rules that note what runs answer as the others do", "[coverage]") {
    const auto tell = [](const TestRun& run, const Coverage&) { return to_text(run); };
    CHECK(covered(kMet + kBroken + kNone + kMissing + kNegative + kLevel, tell) ==
          "7 of 7 tests passed\n");
}

TEST_CASE("coverage: percent is rounded down", "[coverage]") {
    CHECK(percent_text(Number::ratio(9999, 100)) == "99.9");
    CHECK(percent_text(100) == "100");
    CHECK(percent_text(Number::ratio(200, 3)) == "66.6");
    CHECK(percent_text(0) == "0");
    CHECK(Coverage().percent() == 100);
}

TEST_CASE("report: exit codes", "[report]") {
    const auto code = [](const RunOptions& options) {
        return [options](const TestRun& run, const Coverage& coverage) {
            return std::to_string(exit_code(run, coverage, options));
        };
    };
    const std::string all = kMet + kBroken + kMissing;
    CHECK(covered(all, code({})) == "0");
    CHECK(covered(all, code({false, Number(50)})) == "0");
    CHECK(covered(all, code({false, Number(90)})) == "1");
    CHECK(covered(all + "test(bad) :- 1 > 2.\n", code({})) == "1");
    CHECK(covered(kMet, code({})) == "1");  // no test that it is violated
    CHECK(covered("", code({})) == "1");    // nothing ran
    CHECK(covered("test(x) :- shell(1).\n", code({})) == "2");
}

TEST_CASE("report: JSON has every result and every clause", "[report]") {
    const std::string text =
        covered(kMet + "test(bad, [given([measured(s, m, 3)])]) :- demo_a(s, 2).\n",
                [](const TestRun& run, const Coverage& coverage) {
                    return report(run, coverage, {false, Number(40)}, ReportFormat::kJson);
                });
    const nlohmann::json json = nlohmann::json::parse(text);
    CHECK(json["v"] == 1);
    CHECK(json["good"] == false);
    CHECK(json["tests"] == 2);
    CHECK(json["passed"] == 1);
    CHECK(json["results"][0]["outcome"] == "true");
    CHECK(json["results"][1]["file"] == "demo.plt");
    CHECK(json["results"][1]["line"] == 3);
    CHECK(json["results"][1]["expected"] == "2");
    CHECK(json["results"][1]["found"] == "3");
    CHECK(json["untested"].size() == 2);
    CHECK(json["controls"] == 1);
    CHECK(json["controls_tested"] == 0);
    CHECK(json["threshold"] == "40");
    CHECK(json["coverage"]["percent"] == "50");
    CHECK(json["coverage"]["by_clause"].size() == 4);
    CHECK(json["coverage"]["by_clause"][0]["conditions"][0]["goal"] == "V == none");
}

TEST_CASE("report: JUnit names failures, gaps and broken files", "[report]") {
    const auto junit = [](const TestRun& run, const Coverage& coverage) {
        return report(run, coverage, {false, Number(99)}, ReportFormat::kJunit);
    };
    const std::string text =
        covered(kMet + "test(bad, [given([measured(s, m, 3)])]) :- demo_a(s, 2).\n", junit);
    CHECK(text.find("<testsuite name=\"demo\" tests=\"2\" failures=\"1\" errors=\"0\">") !=
          text.npos);
    CHECK(text.find("<testcase name=\"bad\" classname=\"demo\" file=\"demo.plt\" line=\"3\"") !=
          text.npos);
    CHECK(text.find("<failure message=\"demo_a(s, 2) fails: expected 2, found 3\"/>") !=
          text.npos);
    CHECK(text.find("demo.a: no test that it is violated") != text.npos);
    CHECK(text.find("coverage is 50 %, the threshold is 99 %") != text.npos);
    const std::string broken = covered("test(x) :- shell(1).\n", junit);
    CHECK(broken.find("<error message=\"demo.plt:2:12: error[rules.forbidden]") != broken.npos);
    CHECK(xml_text("a<b&\"c\"\x01\n>") == "a&lt;b&amp;&quot;c&quot;\xEF\xBF\xBD&#10;&gt;");
}
