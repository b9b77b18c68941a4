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
    CHECK(contains(outcome.out, "6 of 6 tests passed"));
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
    CHECK(folder.run("test", {"-r", "nothing"}).code == 1);
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
    CHECK(Json::parse(folder.run("test", {"--json"}).out)["coverage"]["percent"] == "100");
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
    CHECK(place["artifactLocation"]["uri"] == (folder.rules / "demo.pl").string());
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
