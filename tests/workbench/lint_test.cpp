// Findings of lint, the forms they are told in, and the pages about codes.
#include "overlord/workbench/lint.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "machine.hpp"
#include "overlord/workbench/codes.hpp"

using namespace overlord;
using namespace overlord::rules;
using namespace overlord::workbench;

namespace {

const std::string kHead =
    ":- module(demo, [demo_compliant/1, demo_a/2]).\n"
    ":- telemetry(ping(ms:number)).\n"
    ":- measure(m, max(ping, ms), over(1, h)).\n";
const std::string kControl =
    ":- control('demo.a', demo_a/2, [title(\"t\"), basis(target), severity(low),\n"
    "           cites(citation(\"F\", \"1\", \"2\"))]).\n";
const std::string kRules =
    "%!  demo_a(+S, -V) is semidet.\n"
    "demo_a(S, V) :- measured(S, m, V), V =< 3.\n"
    "%!  demo_compliant(+S) is semidet.\n"
    "demo_compliant(S) :- demo_a(S, _).\n";

// "demo.pl:3 warning lint.naming" for each finding.
std::string linted(const std::string& pack, Severity least = Severity::kInfo) {
    return in_a_copy([&] {
        machine().lint();
        const Loaded loaded = load(machine(), {{"demo.pl", pack}});
        std::vector<prolog::Diagnostic> found = loaded.diagnostics;
        if (loaded.bundle) {
            const auto more = lint_bundle(*loaded.bundle, {{"demo.plt", "... demo_a(s, 3)."}});
            found.insert(found.end(), more.begin(), more.end());
        }
        std::string text;
        for (const prolog::Diagnostic& one : findings_from(found, least))
            text += std::to_string(one.line) + " " + one.severity + " " + one.code + "\n";
        return text;
    });
}

std::vector<prolog::Diagnostic> two() {
    return {{"demo.pl", 3, 5, "warning", "lint.naming", "a, b: 100 %\nnext"},
            {"demo.pl", 0, 0, "error", "rules.undefined", "<gone>"}};
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream stream;
    stream << file.rdbuf();
    return stream.str();
}

}  // namespace

TEST_CASE("lint: what is missing is found", "[lint]") {
    CHECK(linted(kHead + kControl + kRules) == "7 info lint.unit\n");
    CHECK(linted(kHead + ":- control('demo.a', demo_a/2, [title(\"t\"), basis(target),\n"
                         " cites(\"x\")]).\ndemo_a(S, V) :- measured(S, m, V), V =< 3.\n"
                         "demo_compliant(S) :- demo_a(S, _).\n") ==
          "4 info lint.citation\n4 info lint.severity\n6 info lint.doc\n6 info lint.unit\n"
          "7 info lint.doc\n");
}

TEST_CASE("lint: the comment that is missing is written out", "[lint]") {
    const std::string text = in_a_copy([] {
        machine().lint();
        std::string texts;
        for (const prolog::Diagnostic& one :
             load(machine(), {{"demo.pl", kHead + kControl +
                                              "demo_a(System, Ms) :- measured(System, m, Ms), "
                                              "Ms =< 3.\n"
                                              "demo_compliant(S) :- demo_a(S, _).\n"}})
                 .diagnostics)
            if (one.code == "lint.doc") texts += one.text + "\n";
        return texts;
    });
    CHECK(text ==
          "demo_a/2 is exported and has no comment: %!  demo_a(+System, -Ms) is semidet.\n"
          "demo_compliant/1 is exported and has no comment: %!  demo_compliant(+S) is semidet.\n");
}

TEST_CASE("lint: names, cuts and what nobody uses", "[lint]") {
    const std::string more =
        ":- parameter(theLimit, 3).\n"
        ":- measure(idle, count(ping), over(1, h)).\n"
        ":- telemetry(pong(id:string)).\n"
        ":- parameter(hours, 2).\n"
        ":- measure(slow, max(ping, ms), over(param(hours), h)).\n";
    const std::string rules =
        "%!  demo_a(+S, -V) is semidet.\n"
        "demo_a(S, V) :- measured(S, m, V), measured(S, slow, W), isSmall(V), isSmall(W), V =< 3.\n"
        "isSmall(none) :- !.\n"
        "isSmall(V) :- V =< 3.\n"
        "%!  demo_compliant(+S) is semidet.\n"
        "demo_compliant(S) :- demo_a(S, _).\n";
    CHECK(linted(kHead + more + kControl + rules, Severity::kWarning) ==
          "4 warning lint.naming\n4 warning lint.unused_parameter\n5 warning lint.unused_measure\n"
          "6 warning lint.unused_kind\n13 warning lint.naming\n");
    CHECK(linted(kHead + more + kControl + rules).find("13 info lint.cut\n") != std::string::npos);
}

TEST_CASE("lint: without being asked for it says nothing", "[lint]") {
    const std::string text = in_a_copy([&] {
        return diagnostics_text(
            load(machine(), {{"demo.pl", kHead + ":- parameter(unUsed, 3).\n" + kControl + kRules}})
                .diagnostics);
    });
    CHECK(text.empty());
}

TEST_CASE("check: clauses that nothing reaches are warned of", "[lint]") {
    const auto checked = [](const std::string& more) {
        return in_a_copy([&] {
            const Loaded loaded = load(machine(), {{"demo.pl", kHead + kControl + kRules + more}});
            return diagnostics_text(loaded.diagnostics) + (loaded.bundle ? "accepted" : "refused");
        });
    };
    CHECK(checked("") == "accepted");
    CHECK(checked("alone(1).\nalone(2).\n") ==
          "demo.pl:10:1: warning[rules.unreachable]: alone/1 is not exported, and nothing that is "
          "exported calls it\naccepted");
    CHECK(checked("a(X) :- b(X).\nb(X) :- a(X).\n").find("b/1 is not exported") !=
          std::string::npos);
    const std::string shadowed = in_a_copy([] {
        const std::string rules =
            "demo_a(S, V) :- measured(S, m, V), small(V).\n"
            "small(V) :- !, V =< 3.\nsmall(none).\n"
            "demo_compliant(S) :- demo_a(S, _).\n";
        return diagnostics_text(
            load(machine(), {{"demo.pl", kHead + kControl + rules}}).diagnostics);
    });
    CHECK(shadowed ==
          "demo.pl:8:1: warning[rules.unreachable]: a clause before this one takes every small/1 "
          "and cuts\n");
}

TEST_CASE("check: a recursion that nothing ends is warned of", "[lint]") {
    const auto checked = [](const std::string& small) {
        return in_a_copy([&] {
            const std::string rules = "demo_a(S, V) :- measured(S, m, V), small(V).\n"
                                      "demo_compliant(S) :- demo_a(S, _).\n" + small;
            return diagnostics_text(
                load(machine(), {{"demo.pl", kHead + kControl + rules}}).diagnostics);
        });
    };
    const std::string warned =
        "demo.pl:8:1: warning[rules.endless]: every clause of small/1 calls it again: it fails or "
        "never ends\n";
    CHECK(checked("small(V) :- small(V).\n") == warned);
    CHECK(checked("small(0) :- small(1).\nsmall(V) :- V > 1, small(V).\n") == warned);
    CHECK(checked("small(0).\nsmall(V) :- W is V - 1, small(W).\n").empty());
    CHECK(checked("small(V) :- ( V > 3 -> small(3) ; true ).\n").empty());
}

TEST_CASE("check: what a control costs is read from its text", "[lint]") {
    const std::string rules =
        "demo_a(S, V) :- measured(S, m, V), V =< 3, forall(event(_, S, _, _), reach(a, c)).\n"
        "reach(X, X).\nreach(X, Z) :- step(X, Y), reach(Y, Z).\nstep(a, b).\nstep(b, c).\n"
        "demo_compliant(S) :- demo_a(S, _).\n";
    const auto costs = [](const std::string& text) {
        return in_a_copy([&] {
            const Loaded loaded = load(machine(), {{"demo.pl", kHead + kControl + text}});
            if (!loaded.bundle) return diagnostics_text(loaded.diagnostics);
            return to_text(loaded.bundle->controls.front().cost);
        });
    };
    CHECK(costs(kRules) == "1 rule, reads 1 measure, no scan of events, no recursion");
    CHECK(costs(rules) ==
          "3 rules, reads 1 measure, scans the retained events of demo, recursion in reach/2");
}

TEST_CASE("lint: reports for programs", "[lint]") {
    const auto findings = two();
    const auto sarif =
        nlohmann::json::parse(lint_report(findings, "my/rules", LintFormat::kSarif));
    CHECK(sarif["version"] == "2.1.0");
    const auto& result = sarif["runs"][0]["results"][0];
    CHECK(result["ruleId"] == "lint.naming");
    CHECK(result["level"] == "warning");
    const auto& place = result["locations"][0]["physicalLocation"];
    CHECK(place["artifactLocation"]["uri"] == "my/rules/demo.pl");
    CHECK(place["region"]["startLine"] == 3);
    CHECK(place["region"]["startColumn"] == 5);
    const auto& whole = sarif["runs"][0]["results"][1]["locations"][0]["physicalLocation"];
    CHECK_FALSE(whole.contains("region"));
    CHECK(sarif["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"].get<std::string>().find(
              "snake_case") != std::string::npos);
    CHECK(lint_report(findings, "r", LintFormat::kGithub) ==
          "::warning file=r/demo.pl,line=3,col=5,title=lint.naming::a, b: 100 %25%0Anext\n"
          "::error file=r/demo.pl,title=rules.undefined::<gone>\n");
    const std::string junit = lint_report(findings, "r", LintFormat::kJunit);
    CHECK(junit.find("tests=\"2\" failures=\"2\"") != junit.npos);
    CHECK(junit.find("&lt;gone&gt;") != junit.npos);
    const auto json = nlohmann::json::parse(lint_report(findings, "r", LintFormat::kJson));
    CHECK(json["findings"][1]["code"] == "rules.undefined");
    CHECK(lint_report({}, "r", LintFormat::kText) == "nothing found\n");
}

TEST_CASE("codes: every code has a page with an example, and no page is left over", "[codes]") {
    std::set<std::string> emitted;
    const std::filesystem::path source = OVERLORD_SOURCE_DIR;
    const std::regex code("['\"]((?:rules|lint)\\.[a-z_]+)['\"]");
    for (const char* const folder : {"src/prolog", "src/rules", "src/workbench", "src/engine"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(source / folder)) {
            if (!entry.is_regular_file()) continue;
            const std::string text = text_of(entry.path());
            for (std::sregex_iterator at(text.begin(), text.end(), code), end; at != end; ++at)
                if ((*at)[1] != "lint.hpp") emitted.insert((*at)[1]);
        }
    }
    CHECK(emitted.size() > 30);
    std::set<std::string> described;
    for (const CodePage& page : code_pages()) {
        INFO(page.code);
        described.insert(page.code);
        CHECK((page.text.find("```prolog\n") != page.text.npos ||
               page.text.find("Example: ") != page.text.npos));
        CHECK(page.text.rfind('`', 0) == 0);
        CHECK(page.summary.size() > 10);
    }
    CHECK(emitted == described);
    CHECK(find_code("rules.undefined")->summary.rfind("A predicate, kind", 0) == 0);
    CHECK(find_code("rules.nothing") == nullptr);
}

TEST_CASE("codes: the built-in text is the page in docs", "[codes]") {
    const std::string page =
        text_of(std::filesystem::path(OVERLORD_SOURCE_DIR) / "docs/rules/codes.md");
    for (const CodePage& one : code_pages())
        CHECK(page.find("## " + one.code + "\n\n" + one.text) != page.npos);
}
