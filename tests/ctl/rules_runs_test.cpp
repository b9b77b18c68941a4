// overlordctl rules test, lint and help as a user runs them: options, files, exit codes.
#include <fstream>
#include <nlohmann/json.hpp>

#include "program.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

using Json = nlohmann::json;

std::string text_of(const Path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A pack with its tests in a folder of its own.
struct Folder {
    TemporaryDirectory directory;
    Path rules = directory.path / "rules";
    Folder() {
        std::filesystem::create_directory(rules);
        std::ofstream(rules / "demo.pl")
            << ":- module(demo, [demo_compliant/1, demo_a/2]).\n"
               ":- telemetry(ping(ms:number)).\n"
               ":- measure(m, max(ping, ms), over(1, h)).\n"
               ":- control('demo.a', demo_a/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
               "demo_a(S, V) :- measured(S, m, V), V =< 3.\n"
               "demo_compliant(S) :- demo_a(S, _).\n";
        write_tests("");
    }
    void write_tests(const std::string& more) const {
        std::ofstream(rules / "demo.plt")
            << ":- begin_tests(demo).\n"
               "test(met, [given([measured(s, m, 3)])]) :- demo_a(s, _).\n"
               "test(violated, [given([measured(s, m, 4)]), fail]) :- demo_a(s, _).\n"
               "test(missing, [given([missing(s, m, \"gone\")]), unknown]) :- demo_a(s, _).\n"
               "test(level, [given([measured(s, m, 3)])]) :- demo_compliant(s).\n"
               "test(level_not, [given([measured(s, m, 4)]), fail]) :- demo_compliant(s).\n"
               "test(fed, [feed([at(0, s, ping(ms(9)))])]) :- verdict('demo.a', non_compliant).\n"
            << more << ":- end_tests(demo).\n";
    }
    [[nodiscard]] Outcome run(const std::string& word, std::vector<std::string> more = {}) const {
        std::vector<std::string> words = {"rules", word, rules.string()};
        words.insert(words.end(), more.begin(), more.end());
        return overlordctl(words);
    }
};

}  // namespace

TEST_CASE("rules test: exit codes tell good, failed and broken apart", "[rules]") {
    const Folder folder;
    Outcome outcome = folder.run("test");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "coverage: 2 of 2 clauses run, 4 of 4 outcomes of conditions"));
    CHECK(contains(outcome.out, "6 of 6 tests passed\n1 control in 1 pack, all with tests\n"));
    folder.write_tests("test(bad, [given([measured(s, m, 2.5)])]) :-\n    demo_a(s, 2).\n");
    outcome = folder.run("test");
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "demo.plt:8: demo:bad: demo_a(s, 2) fails: expected 2, found 2.5"));
    folder.write_tests("test(bad) :- shell(x).\n");
    CHECK(folder.run("test").code == 2);
    std::ofstream(folder.rules / "demo.pl") << ":- module(demo, []).\nx :- y.\n";
    outcome = folder.run("test");
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "rules.undefined"));
    CHECK(overlordctl({"rules", "test", "/no/such/rules"}).code == 2);
    CHECK(folder.run("test", {"-r", "("}).code == 2);
    CHECK(folder.run("test", {"--format", "xml"}).code == 2);
    CHECK(folder.run("test", {"--threshold", "101"}).code == 2);
}

TEST_CASE("rules test: a part of the tests, and a threshold", "[rules]") {
    const Folder folder;
    Outcome outcome = folder.run("test", {"-r", "^demo:m", "-v"});
    INFO(outcome.out);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "ok   demo.plt:2: demo:met"));
    CHECK(contains(outcome.out, "demo.pl:6: demo_compliant/1: never run, 0 of 2 outcomes"));
    CHECK(contains(outcome.out, "demo.pl:5:36: never false: V =< 3"));
    CHECK(contains(outcome.out, "2 of 2 tests passed"));
    CHECK(contains(outcome.out, "1 control in 1 pack, a part of the tests\n"));
    outcome = folder.run("test", {"-r", "nothing"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "no test has a name that matches\n"));
    outcome = folder.run("test", {"-r", "met", "--threshold", "60"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "coverage is 33.3 %, the threshold is 60 %"));
    CHECK(folder.run("test", {"--threshold", "100"}).code == 0);
}

TEST_CASE("rules test: reports go to a file", "[rules]") {
    const Folder folder;
    const Path file = folder.directory.path / "report";
    CHECK(folder.run("test", {"--format", "junit", "-o", file.string()}).code == 0);
    CHECK(contains(text_of(file), "<testsuite name=\"demo\" tests=\"6\" failures=\"0\""));
    CHECK(folder.run("test", {"--format", "json", "-o", file.string()}).code == 0);
    CHECK(Json::parse(text_of(file))["passed"] == 6);
    const Json json = Json::parse(folder.run("test", {"--json"}).out);
    CHECK(json["coverage"]["percent"] == "100");
    CHECK(json["controls"] == 1);
    CHECK(json["controls_tested"] == 1);
    CHECK(json["packs"] == 1);
}

TEST_CASE("rules test: of a broken test file only what is wrong with it is told", "[rules]") {
    const Folder folder;
    folder.write_tests("test(bad) :- shell(x).\n");
    const Outcome outcome = folder.run("test");
    CHECK(outcome.out == "demo.plt:8:14: error[rules.forbidden]: shell/1 is not among the "
                         "predicates that rules may call\n0 of 0 tests passed\n");
}

TEST_CASE("rules test: rules that use up the memory fail, and the test is named", "[rules]") {
    const Folder folder;
    folder.write_tests("test(vast) :- X is ((((10 ** 64) ** 64) ** 64) ** 64) ** 64, X > 0.\n");
    const Outcome outcome = folder.run("test", {"-r", "vast", "--json"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.err, "demo.plt:8: demo:vast: the rules met a memory limit"));
    CHECK(Json::parse(outcome.out)["error"]["code"] == "rules.memory");
}

TEST_CASE("rules: what cannot be read has a place, and is JSON on demand", "[rules]") {
    const Folder folder;
    const TemporaryDirectory empty;
    std::filesystem::create_directory(folder.rules / "folder.pl");
    const std::string file = "folder.pl:1:1: error[rules.file]: not a regular file\n";
    const std::string none = empty.path.string() + ":1:1: error[rules.directory]: no rule files";
    CHECK(contains(folder.run("check").out, file));
    CHECK(contains(folder.run("lint").out, file));
    CHECK(contains(folder.run("test").err, file));
    CHECK(contains(folder.run("catalogue").err, file));
    CHECK(contains(overlordctl({"rules", "check", empty.path}).out, none));
    CHECK(contains(overlordctl({"rules", "test", empty.path}).err, none));
    for (const char* const word : {"check", "lint", "test", "catalogue"}) {
        INFO(word);
        CHECK(folder.run(word).code == 2);
        const Outcome outcome = folder.run(word, {"--json"});
        CHECK(outcome.code == 2);
        const Json json = Json::parse(outcome.out);
        const Json& told = json[std::string(word) == "lint" ? "findings" : "diagnostics"];
        REQUIRE(told.size() == 1);
        CHECK(told[0]["code"] == "rules.file");
        CHECK(told[0]["line"] == 1);
    }
    CHECK(contains(folder.run("test", {"--format", "junit"}).out, "not a regular file"));
    CHECK(contains(folder.run("diff", {folder.rules.string(), "--json"}).out, "rules.file"));
    CHECK(Json::parse(overlordctl({"rules", "check", "--nosuch", "--json"}).out)["error"]["code"] ==
          "usage");
}

TEST_CASE("rules: each word has help", "[rules]") {
    for (const char* const word : {"check", "lint", "test", "help", "explain", "new", "doc", "diff",
                                   "catalogue", "lsp"}) {
        INFO(word);
        const Outcome outcome = overlordctl({"rules", word, "--help"});
        CHECK(outcome.code == 0);
        CHECK(outcome.out.starts_with("overlordctl rules " + std::string(word)));
    }
    CHECK(overlordctl({"rules", "check", "somewhere", "--at", "-h"}).code == 0);
    CHECK(Json::parse(overlordctl({"rules", "help", "--json"}).out).size() > 30);
}

TEST_CASE("rules check: a calendar whose holidays are over is warned of as of a time", "[rules]") {
    const Folder folder;
    std::ofstream(folder.rules / "site.pl")
        << ":- module(site, []).\n"
           ":- calendar(works, [zone(\"+01:00\"), holidays([\"2026-12-25\"])]).\n"
           ":- calendar(always, []).\n";
    CHECK_FALSE(contains(folder.run("check").out, "calendar_outdated"));
    CHECK_FALSE(contains(folder.run("check", {"--at", "2026-12-25T22:59:59Z"}).out, "outdated"));
    const Outcome outcome = folder.run("check", {"--at", "2026-12-25T23:00:00Z"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out,
                   "site.pl:2:1: warning[rules.calendar_outdated]: calendar works lists no holiday "
                   "after 2026-12-25: later ones count as working days\n"));
    CHECK_FALSE(contains(outcome.out, "always"));
}

TEST_CASE("rules lint: findings, their severity and their forms", "[rules]") {
    const Folder folder;
    Outcome outcome = folder.run("lint");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "nothing found"));
    outcome = folder.run("lint", {"--severity", "info"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "demo.pl:4:1: info[lint.severity]: control demo.a"));
    outcome = folder.run("lint", {"--severity", "info", "--format", "sarif"});
    const Json sarif = Json::parse(outcome.out);
    const Json& place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    CHECK(place["artifactLocation"]["uri"] == "file://" + (folder.rules / "demo.pl").string());
    CHECK(Json::parse(folder.run("lint", {"--json"}).out)["findings"].empty());
    std::ofstream(folder.rules / "demo.pl") << ":- module(demo, []).\nx :- y.\n";
    outcome = folder.run("lint", {"--format", "github"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, ",title=rules.undefined::y/0 is not defined"));
    CHECK(overlordctl({"rules", "lint", "/no/such/rules"}).code == 2);
    CHECK(folder.run("lint", {"--severity", "bad"}).code == 2);
}

TEST_CASE("rules help: a page for each code", "[rules]") {
    Outcome outcome = overlordctl({"rules", "help", "rules.undefined"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "no measure hotest is declared"));
    outcome = overlordctl({"rules", "help"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "lint.cut: A clause cuts\n"));
    outcome = overlordctl({"rules", "help", "rules.undefind"});
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "did you mean rules.undefined?"));
    CHECK(Json::parse(overlordctl({"rules", "help", "lint.cut", "--json"}).out)["code"] ==
          "lint.cut");
}

TEST_CASE("rules check: says what each control costs", "[rules]") {
    const Folder folder;
    CHECK(contains(folder.run("check").out,
                   "demo.a: costs 1 rule, reads 1 measure, no scan of events, no recursion"));
    const Json costs = Json::parse(folder.run("check", {"--json"}).out)["costs"];
    CHECK(costs[0]["control"] == "demo.a");
    CHECK(costs[0]["scans"].empty());
}
