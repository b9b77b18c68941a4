// overlordctl rules explain: of a file of events, and of a daemon that is played here.
#include <fstream>
#include <nlohmann/json.hpp>

#include "loopback.hpp"
#include "program.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

using Json = nlohmann::json;

std::string call(int n, const std::string& time, const std::string& latency) {
    return R"({"specversion":"1.0","id":"c-)" + std::to_string(n) +
           R"(","source":"//gw/1","type":"demo.call","subject":"gw1","time":")" + time +
           R"(","data":{"id":")" + std::to_string(n) + R"(","latency_ms":)" + latency +
           R"(,"result":"ok"}})" + "\n";
}

// The pack of `rules new`, and events about it.
struct Case {
    TemporaryDirectory directory;
    std::string rules = (directory.path / "rules").string();
    std::string events = (directory.path / "events.jsonl").string();

    explicit Case(const std::string& lines) {
        REQUIRE(overlordctl({"rules", "new", "demo", "-o", rules}).code == 0);
        std::ofstream(events) << lines;
    }
    [[nodiscard]] Outcome explain(std::vector<std::string> more) const {
        std::vector<std::string> words = {"rules", "explain", rules};
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--events", events});
        return overlordctl(words);
    }
};

const std::string kFast = call(1, "2026-03-01T10:00:00Z", "120");
const std::string kSlow = call(2, "2026-03-01T10:05:00Z", "251.5");

}  // namespace

TEST_CASE("rules explain: the limit that was missed, from a file of events", "[ctl]") {
    const Case given(kFast + kSlow);
    const Outcome outcome = given.explain({"demo.latency", "--system", "gw1"});
    CHECK(outcome.code == 1);
    CHECK(outcome.err.empty());
    CHECK(contains(outcome.out, "demo.latency of gw1 does not hold\n"));
    CHECK(contains(outcome.out, "No call takes more than 250 ms (basis: target)"));
    CHECK(contains(outcome.out, "verdict: non_compliant; records 3"));
    CHECK(contains(outcome.out,
                   "because: measured 251.5 ms, limit =< 250 ms, over by 1.5 ms  (demo.pl:"));
    CHECK(contains(outcome.out, "measured gw1 demo:slowest over 1 h = 251.5 ms"));
}

TEST_CASE("rules explain: as of a time", "[ctl]") {
    const Case given(kFast + kSlow);
    const Outcome before =
        given.explain({"demo.latency", "--system", "gw1", "--at", "2026-03-01T10:04:00Z"});
    CHECK(before.code == 0);
    CHECK(contains(before.out, "= 120 ms"));
    const Outcome after =
        given.explain({"demo.latency", "--system", "gw1", "--at", "2026-03-01T12:00:00Z"});
    CHECK(after.code != 2);
    CHECK_FALSE(contains(after.out, "251.5"));
    CHECK(given.explain({"demo.latency", "--system", "gw1", "--at", "noon"}).code == 2);
}

TEST_CASE("rules explain: JSON has the same facts", "[ctl]") {
    const Case given(kSlow);
    const Outcome outcome = given.explain({"demo.latency", "--system", "gw1", "--json"});
    CHECK(outcome.code == 1);
    const Json told = Json::parse(outcome.out);
    CHECK(told.at("control") == "demo.latency");
    CHECK(told.at("system") == "gw1");
    CHECK(told.at("outcome") == "false");
    CHECK(told.at("verdict") == "non_compliant");
    CHECK(told.at("records") == Json{0});
    const Json& nearest = told.at("nearest");
    CHECK(nearest.at("left") == "251.5");
    CHECK(nearest.at("operator") == "=<");
    CHECK(nearest.at("right") == "250");
    CHECK(nearest.at("gap") == "1.5");
    CHECK(nearest.at("unit") == "ms");
    CHECK(nearest.at("measure") == "demo:slowest");
    CHECK(nearest.at("file") == "demo.pl");
    CHECK(told.at("tree").at(0).at("children").at(0).at("kind") == "measured");
}

TEST_CASE("rules explain: a goal, and one that is true", "[ctl]") {
    const Case given(kFast);
    const Outcome outcome = given.explain({"demo_compliant(gw1)."});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "demo_compliant(gw1) holds"));
    CHECK(contains(outcome.out, "[+] demo:demo_latency(gw1, 120)"));
    CHECK_FALSE(contains(outcome.out, "because"));
}

TEST_CASE("rules explain: a level that a daemon gives on request only", "[ctl]") {
    const Case given(kSlow);
    std::ifstream in(given.rules + "/demo.pl");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t at = text.find(":- telemetry");
    REQUIRE(at != std::string::npos);
    text.insert(at, ":- pack(demo, \"1.0\", [on_request]).\n");
    std::ofstream(given.rules + "/demo.pl") << text;
    const Outcome outcome = given.explain({"demo.latency", "--system", "gw1"});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "verdict: non_compliant"));
    CHECK(contains(outcome.out, "measured 251.5 ms, limit =< 250 ms"));
}

TEST_CASE("rules explain: lines that are no events are told and left out", "[ctl]") {
    const Case given("nonsense\n" + kFast + "\n" +
                     R"({"specversion":"1.0","id":"x","source":"s","type":"no.kind",)"
                     R"("subject":"gw1","time":"2026-03-01T10:00:00Z"})"
                     "\n");
    const Outcome outcome = given.explain({"demo.latency", "--system", "gw1"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.err, "events.jsonl:1: json.syntax"));
    CHECK(contains(outcome.err, "events.jsonl:4: "));
    CHECK_FALSE(contains(outcome.err, "events.jsonl:2: "));
}

TEST_CASE("rules explain: a list of holidays that log time has left behind is told", "[ctl]") {
    const auto told = [](const std::string& last) {
        const Case given(kFast);
        std::ofstream(given.rules + "/month.pl")
            << ":- module(month, [month_compliant/1, month_calls/2]).\n"
               ":- telemetry(demo:call).\n"
               ":- calendar(works, [holidays([\"" + last + "\"])]).\n"
               ":- measure(calls, count(call), calendar(month, works)).\n"
               ":- control('month.calls', month_calls/2, [title(\"t\"), basis(target)]).\n"
               "month_calls(S, V) :- measured(S, calls, V), V =< 9.\n"
               "month_compliant(S) :- month_calls(S, _).\n";
        const Outcome outcome = given.explain({"month.calls", "--system", "gw1"});
        INFO(outcome.out << outcome.err);
        CHECK(outcome.code == 0);
        CHECK(contains(outcome.out, "calendars: works"));
        return contains(outcome.out,
                        "outdated: calendar works lists no holiday after " + last + "\n");
    };
    CHECK(told("2026-02-28"));
    CHECK_FALSE(told("2026-03-01"));  // the day of the event
}

TEST_CASE("rules explain: what cannot be explained is a mistake of the command", "[ctl]") {
    const Case given(kFast);
    CHECK(contains(given.explain({"demo.latency", "--system", "nobody"}).err,
                   "Unknown system: nobody"));
    CHECK(contains(given.explain({"demo.latency", "--system", "nobody"}).err,
                   "events.jsonl has 1 events of these rules"));
    CHECK(given.explain({"demo.latency", "--system", "nobody"}).code == 2);
    CHECK(Json::parse(given.explain({"demo.latency", "--system", "nobody", "--json"}).out)["error"]
                     ["code"] == "prolog.error");
    CHECK(contains(given.explain({"demo.latncy", "--system", "gw1"}).err,
                   "there is no control demo.latncy; did you mean demo.latency?"));
    CHECK(contains(given.explain({"demo.latency"}).err, "demo.latency --system NAME"));
    CHECK(given.explain({"no.such", "--system", "gw1"}).code == 2);
    CHECK(contains(given.explain({"shell(ls)"}).err, "shell/1 is not among the predicates"));
    CHECK(contains(given.explain({"halt"}).err, "halt/0"));
    CHECK(given.explain({"(("}).code == 2);
    CHECK(overlordctl({"rules", "explain", given.rules, "x", "--events", "/nonexistent"}).code ==
          2);
    CHECK(overlordctl({"rules", "explain"}).code == 2);
    CHECK(overlordctl({"rules", "explain", "true", "--at", "2026-03-01T10:00:00Z"}).code == 2);
}

TEST_CASE("rules explain: a running daemon is asked one question", "[ctl]") {
    const TemporaryDirectory directory;
    const Path path = directory.path / "repl.sock";
    const FileHandle socket = listen_unix(path);
    std::string goal;
    {
        const Server server(socket.get(), [&](int peer) {
            write_all(peer, "?- ");
            read_until(peer, "\n");
            goal = read_until(peer, "\n");
            write_all(peer,
                      R"({"result":true,"bindings":{},"more":false,"output":"it holds\n"})"
                      "\n");
            read_until(peer, "\n");
        });
        const Outcome outcome = overlordctl(
            {"rules", "explain", "telecoms.uptime", "it's", "--socket", path.string()});
        CHECK(outcome.code == 0);
        CHECK(outcome.out == "it holds\n");
    }
    CHECK(goal == "explain((control('telecoms.uptime', 'it\\'s'))), "
                  "explain((control('telecoms.uptime', 'it\\'s')), "
                  "explanation(_, true, _, _)) .\n");
}
