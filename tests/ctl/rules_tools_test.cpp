// The rule author's commands as a user runs them: new, diff, catalogue.
#include <fstream>
#include <nlohmann/json.hpp>

#include "program.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

using Json = nlohmann::json;

const std::string kRules = OVERLORD_SOURCE_DIR "/rules";

std::string text_of(const Path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void replace_in(const Path& file, const std::string& from, const std::string& to) {
    std::string text = text_of(file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    std::ofstream(file) << text;
}

struct TwoPacks {
    TemporaryDirectory directory;
    Path before = directory.path / "before";
    Path after = directory.path / "after";
    TwoPacks() {
        REQUIRE(overlordctl({"rules", "new", "demo", "-o", before.string()}).code == 0);
        std::filesystem::copy(before, after);
    }
    [[nodiscard]] Outcome diff(std::vector<std::string> more = {}) const {
        std::vector<std::string> words = {"rules", "diff", before.string(), after.string()};
        words.insert(words.end(), more.begin(), more.end());
        return overlordctl(words);
    }
};

}  // namespace

TEST_CASE("rules new: the pack passes the gate and its tests at once", "[ctl]") {
    const TemporaryDirectory directory;
    const std::string folder = (directory.path / "packs").string();
    CHECK(overlordctl({"rules", "new", "oven_7", "-o", folder}).code == 0);
    CHECK(overlordctl({"rules", "check", folder}).code == 0);
    CHECK(overlordctl({"rules", "test", folder}).code == 0);

    const Outcome again = overlordctl({"rules", "new", "oven_7", "-o", folder});
    CHECK(again.code == 1);
    CHECK(contains(again.err, "oven_7.pl is there already"));
}

TEST_CASE("rules new: a name that no pack may have leaves nothing behind", "[ctl]") {
    const TemporaryDirectory directory;
    const std::string folder = (directory.path / "packs").string();
    const Outcome taken = overlordctl({"rules", "new", "lists", "-o", folder});
    CHECK(taken.code == 1);
    CHECK(contains(taken.err, "the module name lists is taken"));
    CHECK_FALSE(std::filesystem::exists(folder));
    for (const char* name : {"Oven", "7up", "a-b", "", "../x"})
        CHECK(overlordctl({"rules", "new", name, "-o", folder}).code == 2);
    CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("rules catalogue: every control with limit, citations, proof and tests", "[ctl]") {
    const Outcome outcome = overlordctl({"rules", "catalogue", kRules, "--json"});
    REQUIRE(outcome.code == 0);
    const Json catalogue = Json::parse(outcome.out);
    CHECK(catalogue.at("v") == 1);
    CHECK(catalogue.at("bundle").get<std::string>().size() == 64);
    const Json* uptime = nullptr;
    for (const Json& control : catalogue.at("controls")) {
        CHECK(control.at("tests").get<int>() >= 3);
        CHECK(contains(text_of(Path(kRules) / control.at("file").get<std::string>()),
                       control.at("rule").get<std::string>()));
        if (control.at("id") == "telecoms.uptime") uptime = &control;
    }
    REQUIRE(uptime != nullptr);
    CHECK(uptime->at("limit") == ">= 0.99999");
    CHECK(uptime->at("measure") == "telecoms:uptime");
    CHECK(uptime->at("proof").at("form") == "ratio");
    CHECK(uptime->at("event_types") == Json{"telecoms.heartbeat"});
    CHECK(uptime->at("parameters").at(0).at("name") == "uptime_window_days");
}

TEST_CASE("rules catalogue: a clause from memory is marked", "[ctl]") {
    const Outcome outcome = overlordctl({"rules", "catalogue", kRules});
    REQUIRE(outcome.code == 0);
    CHECK(contains(outcome.out, "[clause from memory]"));
    CHECK(contains(outcome.out, "gmp.batch_record"));
}

TEST_CASE("rules diff: the same rules differ in nothing", "[ctl]") {
    const TwoPacks packs;
    CHECK(packs.diff().out == "the same bundle\n");
    CHECK(packs.diff().code == 0);
    std::ofstream(packs.after / "demo.pl", std::ios::app) << "\n% A comment.\n";
    CHECK(packs.diff().out == "no difference but in layout, comments and order\n");
    CHECK(packs.diff().code == 0);
}

TEST_CASE("rules diff: another limit is judged anew, its window goes on", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "=< 250", "=< 300");
    const Outcome outcome = packs.diff();
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "- demo:slowest =< 250 ms"));
    CHECK(contains(outcome.out, "+ demo:slowest =< 300 ms"));
    CHECK_FALSE(contains(outcome.out, "measure changed"));
}

TEST_CASE("rules diff: another window starts anew", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "over(1, h)", "over(2, h)");
    const Outcome outcome = packs.diff({"--json"});
    CHECK(outcome.code == 1);
    const Json changes = Json::parse(outcome.out).at("changes");
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].at("what") == "measure");
    CHECK(changes[0].at("name") == "demo:slowest");
    CHECK(contains(changes[0].at("effect"), "starts anew"));
}

TEST_CASE("rules diff: another unit leaves the window as it is", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "[unit(\"ms\")]", "[unit(\"s\")]");
    const Outcome outcome = packs.diff();
    CHECK(contains(outcome.out, "its window goes on"));
    CHECK_FALSE(contains(outcome.out, "starts anew"));
}

TEST_CASE("rules diff: citations, and a proof that begins", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "basis(target),", "basis(target), prove(slot),");
    replace_in(packs.after / "demo.pl", "cites([",
               "cites([citation(\"EN 1\", \"2020\", \"5.2\", [verified(false)]), ");
    const Outcome outcome = packs.diff();
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "citation added\n    + EN 1, 2020, 5.2 [from memory]"));
    CHECK(contains(outcome.out, "+ slot, violations"));
    CHECK(contains(outcome.out, "begin anew with the next slot"));
}

TEST_CASE("rules diff: rules that are refused are no difference", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "=< 250", "=< no_such(250)");
    const Outcome outcome = packs.diff();
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "demo.pl:"));
    CHECK(contains(outcome.err, "no_such"));
    const std::string nobody(64, 'a');
    const Outcome unknown = overlordctl({"rules", "diff", nobody, packs.after.string(), "--state",
                                         packs.directory.path.string()});
    CHECK(unknown.code == 2);
    CHECK(contains(unknown.err, "no rules " + nobody));
}

TEST_CASE("rules diff: a digest names archived rules", "[ctl]") {
    const TwoPacks packs;
    const Outcome read = overlordctl({"rules", "catalogue", packs.before.string(), "--json"});
    const std::string digest = Json::parse(read.out).at("bundle");
    const Path state = packs.directory.path / "state";
    std::filesystem::create_directories(state / "rules");
    std::filesystem::copy(packs.before, state / "rules" / digest);
    std::filesystem::remove(state / "rules" / digest / "demo.plt");
    const Outcome same = overlordctl(
        {"rules", "diff", digest, packs.after.string(), "--state", state.string()});
    CHECK(same.code == 0);
    CHECK(same.out == "the same bundle\n");
}

TEST_CASE("rules: an unknown word is told with the nearest", "[ctl]") {
    const Outcome outcome = overlordctl({"rules", "catalog", kRules});
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "did you mean catalogue?"));
    CHECK(overlordctl({"rules"}).code == 2);
    CHECK(contains(overlordctl({"rules", "diff", "a"}).err, "say rules diff"));
}

TEST_CASE("rules doc: one page that stands alone, the same for the same rules", "[ctl]") {
    const TemporaryDirectory directory;
    const Path first = directory.path / "a";
    const Path second = directory.path / "b";
    REQUIRE(overlordctl({"rules", "doc", kRules, "-o", first.string()}).code == 0);
    REQUIRE(overlordctl({"rules", "doc", kRules, "-o", second.string()}).code == 0);
    for (const char* name : {"index.html", "catalogue.md", "catalogue.json"})
        CHECK(text_of(first / name) == text_of(second / name));
    const std::string page = text_of(first / "index.html");
    for (const char* outside : {"<script", "http://", "https://", "url(", "@import"})
        CHECK_FALSE(contains(page, outside));
    const std::string markdown = text_of(first / "catalogue.md");
    const Json catalogue = Json::parse(text_of(first / "catalogue.json"));
    // What scrolls is named and can be reached by the keyboard.
    CHECK(contains(page, "role=\"region\" tabindex=\"0\" aria-label=\"" +
                             std::to_string(catalogue.at("controls").size()) + " controls\">"));
    CHECK_FALSE(contains(page, "<div class=\"scroll\">"));
    for (const Json& control : catalogue.at("controls")) {
        const std::string id = control.at("id");
        CHECK(contains(page, "<article id=\"" + id + "\""));
        CHECK(contains(page, "<a href=\"#" + id + "\">"));
        CHECK(contains(markdown, "### " + id + "\n"));
    }
    CHECK(overlordctl({"rules", "doc", kRules}).code == 2);
}

TEST_CASE("rules doc: each citation from memory is marked, in list and matrix", "[ctl]") {
    const TemporaryDirectory directory;
    REQUIRE(overlordctl({"rules", "doc", kRules, "-o", directory.path.string()}).code == 0);
    const Json catalogue = Json::parse(text_of(directory.path / "catalogue.json"));
    const std::string page = text_of(directory.path / "index.html");
    const std::string markdown = text_of(directory.path / "catalogue.md");
    int unverified = 0;
    for (const Json& control : catalogue.at("controls"))
        for (const Json& citation : control.at("citations"))
            if (!citation.at("verified").get<bool>()) ++unverified;
    const auto count = [](const std::string& text, const std::string& part) {
        int found = 0;
        for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
            ++found;
        return found;
    };
    CHECK(unverified > 3);
    CHECK(count(page, "<span class=\"mark\">from memory</span></li>") == unverified);
    CHECK(count(page, "<span class=\"mark\">from memory</span></th>") > 3);
    CHECK(count(markdown, "**[from memory]**") > unverified);
}

TEST_CASE("rules doc: texts of rules are texts of the page, whatever they hold", "[ctl]") {
    const TwoPacks packs;
    replace_in(packs.after / "demo.pl", "No call takes more than 250 ms",
               "No <b>call</b> & | [x](y) takes `more` than \\\"250\\\" ms");
    const Path out = packs.directory.path / "pages";
    REQUIRE(overlordctl({"rules", "doc", packs.after.string(), "-o", out.string()}).code == 0);
    const std::string page = text_of(out / "index.html");
    CHECK(contains(page, "No &lt;b&gt;call&lt;/b&gt; &amp; | [x](y) takes"));
    CHECK_FALSE(contains(page, "<b>"));
    CHECK(contains(text_of(out / "catalogue.md"), "\\<b\\>call\\</b\\> & \\| \\[x\\](y)"));
}
