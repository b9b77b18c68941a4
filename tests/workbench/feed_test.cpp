// Tests of a pack whose evidence is fed to the evaluator on a virtual clock.
#include "overlord/workbench/feed.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "machine.hpp"
#include "overlord/workbench/test_report.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kPack =
    ":- module(demo, [demo_compliant/1, demo_slow/2, demo_alive/2, demo_ping/2]).\n"
    ":- telemetry(ping(id:string, ms:number, sent:optional(time), tags:optional(list(string)),\n"
    "                  lost:optional(bool))).\n"
    ":- measure(slowest, max(ping, ms), over(1, h)).\n"
    ":- measure(seen, last(ping, ms), [stale_after(10, min)]).\n"
    ":- control('demo.slow', demo_slow/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "demo_slow(S, V) :- measured(S, slowest, V), ( V == none -> true ; V =< 3 ).\n"
    ":- control('demo.alive', demo_alive/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "demo_alive(S, V) :- measured(S, seen, V), V >= 0.\n"
    "demo_compliant(S) :- demo_slow(S, _), demo_alive(S, _).\n"
    ":- check(ping, demo_ping/2).\n"
    "demo_ping(E, P) :- E = ping(_, _, ms(V), _, _, _), observed(E, I), V =< 3,\n"
    "    event_proof(I, P).\n";

// What the lines of a test file say to the pack: the text of the run without its last line, which
// counts, and without what is not covered.
std::string run_lines(const std::string& lines) {
    return in_a_copy([&] {
        const Loaded loaded = load(machine(), {{"demo.pl", kPack}});
        if (!loaded.bundle) return diagnostics_text(loaded.diagnostics);
        workbench::Feed feed(machine(), *loaded.bundle, evaluate::Facts::kOnQuery);
        const std::string text = ":- begin_tests(demo).\n" + lines + "\n:- end_tests(demo).\n";
        TestRun run = run_tests(machine(), *loaded.bundle, {{"demo.plt", text}}, {&feed, {}});
        run.uncovered.clear();
        return to_text(run);
    });
}

// One test with this feed and body.
std::string fed(const std::string& feed, const std::string& body) {
    return run_lines("test(t, [feed([" + feed + "])]) :- " + body + ".");
}

const std::string kGood = "1 of 1 tests passed\n";

std::string bad(const std::string& message) {
    return "demo.plt:2: demo:t: " + message + "\n0 of 1 tests passed\n";
}

}  // namespace

TEST_CASE("feed: a series goes through the evaluator", "[feed]") {
    const std::string series =
        R"(series(ping(id(numbered("p-")), ms($)), "0.1x5 2.5 _ 1+0.5x3", every(60, s)))";
    CHECK(fed(series, "demo_slow(s, 2.5), verdict('demo.slow', compliant)") == kGood);
    CHECK(fed(series, "demo_alive(s, 2)") == kGood);
    // Nine events, the seventh step is empty, ids count the steps.
    CHECK(fed(series, "findall(I, event(_, s, _, ping(_, id(I), _, _, _, _)), L), "
                      "L = [\"p-1\", \"p-2\", \"p-3\", \"p-4\", \"p-5\", \"p-6\", \"p-8\"|_]") ==
          kGood);
    CHECK(fed(series, "now(T), T =:= 1767571200000000000 + 9 * 60 * 1000000000") == kGood);
}

TEST_CASE("feed: waits move the clock, and verdicts with it", "[feed]") {
    const std::string steps =
        R"(at(0, s, ping(id("a"), ms(4))), holds(verdict('demo.slow', non_compliant)),)"
        R"( holds(verdict('demo.alive', compliant)), wait(11, min),)"
        R"( holds(verdict('demo.alive', unknown)), wait(50, min))";
    CHECK(fed(steps, "verdict('demo.slow', compliant), measured(s, slowest, none)") == kGood);
    // What follows a wait is timed from its end.
    CHECK(fed(R"(at(0, s, ping(id("a"), ms(1))), wait(1, h), at(30, s, ping(id("b"), ms(2))))",
              "event(_, s, T, ping(_, id(\"b\"), _, _, _, _)), "
              "T =:= 1767571200000000000 + 3630 * 1000000000") == kGood);
}

TEST_CASE("feed: the clock begins where it is told", "[feed]") {
    CHECK(fed(R"(start("2026-12-24T16:00:00+01:00"), at(0, s, ping(id("a"), ms(1))))",
              "now(1798124400000000000)") == kGood);
    CHECK(fed(R"(start("Christmas"), at(0, s, ping(id("a"), ms(1))))", "true")
              .find("demo:t: feed: start: ") != std::string::npos);
}

TEST_CASE("feed: an event that arrives late is late for the evaluator", "[feed]") {
    const auto late = [](const std::string& arrival) {
        return R"(at(5, s, ping(id("x"), ms(1))), at(10, s, ping(id("y"), ms(9)), arrives()" +
               arrival + "))";
    };
    CHECK(fed(late("10, min"), "demo_slow(s, 1)") == kGood);
    CHECK(fed(late("50, s"), "verdict('demo.slow', non_compliant)") == kGood);
}

TEST_CASE("feed: fields of every type reach the rules", "[feed]") {
    CHECK(fed(R"(at(1, min, ping(id("a"), ms(0.5), sent(ago(5, s)), tags(["x", "y"]),)"
              R"( lost(true))))",
              "event(_, s, _, ping(timestamp(T), id(\"a\"), ms(0.5), sent(F), tags(L), lost(B))), "
              "F =:= T - 5000000000, L == [\"x\", \"y\"], B == true") == kGood);
    CHECK(fed(R"(series(ping(id($), ms(1)), "a b", every(1, s)))",
              "findall(I, event(_, _, _, ping(_, id(I), _, _, _, _)), L), L == [\"a\", \"b\"]") ==
          kGood);
}

TEST_CASE("feed: systems and sources are told apart", "[feed]") {
    const std::string two =
        R"(at(0, s, a: ping(id("1"), ms(1))), at(1, s, b: from("//x", ping(id("2"), ms(9)))))";
    CHECK(fed(two, "verdict(a, 'demo.slow', compliant), verdict(b, 'demo.slow', non_compliant)") ==
          kGood);
    CHECK(fed(two, "system_verdict(a, compliant), system_verdict(b, non_compliant)") == kGood);
    CHECK(fed(two, "verdict('demo.slow', _)").find("say verdict(SYSTEM, CONTROL, V)") !=
          std::string::npos);
}

TEST_CASE("feed: checks of events see what was fed", "[feed]") {
    CHECK(run_lines(R"(test(t, [feed([series(ping(id("a"), ms($)), "1 9 2", every(1, s))]),)"
                    R"( all(V == [1, 2])]) :- demo_ping(ping(_, _, ms(V), _, _, _), _).)") ==
          kGood);
}

TEST_CASE("feed: outcomes other than true hold of a feed too", "[feed]") {
    const std::string feed = R"([feed([at(0, s, ping(id("a"), ms(9))), wait(20, min)]), )";
    CHECK(run_lines("test(t, " + feed + "fail]) :- demo_slow(s, _).") == kGood);
    CHECK(run_lines("test(t, " + feed + "unknown]) :- demo_alive(s, _).") == kGood);
}

TEST_CASE("feed: what goes wrong fails the test with its reason", "[feed]") {
    const std::string a = R"(at(0, s, ping(id("a"), ms(4))))";
    CHECK(fed(a, "verdict('demo.slow', compliant)") ==
          bad("verdict('demo.slow', compliant) fails: expected compliant, found non_compliant"));
    CHECK(fed(a + ", holds(verdict('demo.slow', compliant))", "true") ==
          bad("holds at 2026-01-05T00:00:00Z: verdict('demo.slow', compliant) fails: expected "
              "compliant, found non_compliant"));
    CHECK(fed(R"(at(5, s, ping(ms(1))))", "true") ==
          bad("feed: ping at 5 s is rejected: schema.missing_field: data.id is required"));
    CHECK(fed(R"(at(0, s, ping(id("a"), ms(fast))))", "true") ==
          bad("feed: ping at 0 s: ms: a number is needed, not fast"));
    CHECK(fed(R"(at(0, s, ping(id("a"), ms(1r3))))", "true") ==
          bad("feed: ping at 0 s: ms: 1/3 has no decimal form that ends"));
    CHECK(fed(R"(series(ping(id("a"), ms($)), "1 fast", every(1, s)))", "true") ==
          bad("feed: ping at 1 s: ms: fast is no number"));
    CHECK(fed(R"(series(ping(id("a"), ms($)), "", every(1, s)))", "true") ==
          bad("feed: series: there is no value in it"));
}

TEST_CASE("feed: what cannot be meant is refused with its place", "[feed]") {
    const auto refused = [](const std::string& steps) {
        const std::string text = run_lines("test(t, [feed([" + steps + "])]).");
        return text.substr(0, text.find('\n'));
    };
    CHECK(refused(R"(at(0, s, pong(ms(1))))") ==
          "demo.plt:2:25: error[rules.undefined]: kind pong is not declared");
    CHECK(refused(R"(at(0, s, ping(speed(1))))") ==
          "demo.plt:2:30: error[rules.directive]: speed is no field of ping");
    CHECK(refused(R"(at(0, s, ping(ms(1), ms(2))))") ==
          "demo.plt:2:30: error[rules.directive]: field ms is given twice");
    CHECK(refused(R"(series(ping(ms(1)), "1", every(1, s)))").find("one field") !=
          std::string::npos);
    CHECK(refused(R"(at(0, s, ping(ms($))))").find("series only") != std::string::npos);
    CHECK(refused(R"(wait(5, min))").find("without an event") != std::string::npos);
    CHECK(refused(R"(sleep(5))").find("is no step of a feed") != std::string::npos);
    CHECK(refused(R"(at(5, s, ping(ms(1)), arrives(2, s)))").find("before it happens") !=
          std::string::npos);
    CHECK(refused(R"(levels([moon]), at(5, s, ping(ms(1))))").find("no level of this bundle") !=
          std::string::npos);
    CHECK(refused(R"(at(0, s, ping(ms(1))), holds(shell(x)))").find("rules.forbidden") !=
          std::string::npos);
    const auto asked = [](const std::string& body) {
        const std::string text = run_lines("test(t) :- " + body + ".");
        return text.substr(0, text.find('\n'));
    };
    CHECK(asked("verdict('demo.slwo', _)") ==
          "demo.plt:2:1: error[rules.undefined]: control demo.slwo is not declared; did you mean "
          "demo.slow?");
    CHECK(asked("verdict(s, 'demo.slow', noncompliant)") ==
          "demo.plt:2:1: error[rules.type]: a verdict is compliant, non_compliant or unknown, not "
          "noncompliant; did you mean non_compliant?");
    CHECK(refused(R"(at(0, s, ping(ms(1))), holds(verdict('demo.slwo', _)))")
              .find("control demo.slwo is not declared") != std::string::npos);
    CHECK(run_lines("test(t, [given([measured(s, slowest, 1), measured(s, slowset, 1)])]).")
              .starts_with("demo.plt:2:42: error[rules.undefined]: measure slowset is not "
                           "declared; did you mean slowest?\n"));
    const std::string both =
        "test(t, [given([measured(s, slowest, 1)]), feed([at(0, s, ping(ms(1)))])]).";
    CHECK(run_lines(both).find("is given nothing but repl") != std::string::npos);
}

TEST_CASE("feed: what it shows counts as a control's test", "[feed]") {
    const std::string tests =
        ":- begin_tests(demo).\n"
        R"(test(met, [feed([at(0, s, ping(id("a"), ms(3)))])]) :- verdict('demo.slow', compliant).)"
        "\n"
        R"(test(broken, [feed([at(0, s, ping(id("a"), ms(4))),)"
        R"( holds(verdict('demo.slow', non_compliant))])]).)"
        "\n:- end_tests(demo).\n";
    const std::string text = in_a_copy([&] {
        const Loaded loaded = load(machine(), {{"demo.pl", kPack}});
        workbench::Feed feed(machine(), *loaded.bundle, evaluate::Facts::kOnQuery);
        return to_text(run_tests(machine(), *loaded.bundle, {{"demo.plt", tests}}, {&feed, {}}));
    });
    CHECK(text ==
          "demo.slow: no test with evidence missing\n"
          "demo.alive: no test that it is met\ndemo.alive: no test that it is violated\n"
          "demo.alive: no test with evidence missing\ndemo.alive: no test exactly at the limit\n"
          "2 of 2 tests passed\n");
}

namespace {

// The page about tests: its blocks of Prolog, and its lines of output, which are indented.
struct Page {
    std::vector<std::string> blocks, outputs;
    Page() {
        std::ifstream file(std::string(OVERLORD_SOURCE_DIR) + "/docs/rules/testing.md");
        bool inside = false;
        for (std::string line; std::getline(file, line);) {
            if (line.rfind("```", 0) == 0) {
                inside = line == "```prolog";
                if (inside) blocks.emplace_back();
            } else if (inside) {
                blocks.back() += line + "\n";
            } else if (line.rfind("    pump.pl", 0) == 0 || line.rfind("    coverage: ", 0) == 0) {
                outputs.push_back(line.substr(4));
            }
        }
    }
};

std::string run_page(const std::string& pack, const std::string& tests) {
    return in_a_copy([&] {
        machine().cover();
        const Loaded loaded = load(machine(), {{"pump.pl", pack}});
        if (!loaded.bundle) return diagnostics_text(loaded.diagnostics);
        machine().cover();
        workbench::Feed feed(machine(), *loaded.bundle, evaluate::Facts::kOnQuery);
        TestRun run = run_tests(machine(), *loaded.bundle, {{"pump.plt", tests}}, {&feed, {}});
        run.uncovered.clear();
        return workbench::report(run, workbench::coverage_of(machine().coverage()), {},
                                 workbench::ReportFormat::kText);
    });
}

}  // namespace

TEST_CASE("feed: the page about tests says what happens", "[feed]") {
    const Page page;
    REQUIRE(page.blocks.size() == 4);
    const std::string good = run_page(page.blocks[0], page.blocks[1] + page.blocks[2]);
    const std::string failing = run_page(page.blocks[0], page.blocks[3]);
    CHECK(good.find("7 of 7 tests passed\n") != good.npos);
    CHECK(failing.find("0 of 4 tests passed\n") != failing.npos);
    REQUIRE(page.outputs.size() == 8);
    for (std::size_t i = 0; i < page.outputs.size(); ++i) {
        const std::string& text = i < 4 ? failing : good;
        INFO(text);
        CHECK(text.find(page.outputs[i] + "\n") != text.npos);
    }
}
