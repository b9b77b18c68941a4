// The commands that talk with a daemon, against one that is played here.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>
#include <nlohmann/json.hpp>

#include "loopback.hpp"
#include "program.hpp"
#include "terminal.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

// A REPL that answers its first goal with these lines, one for each time it is asked.
class PlayedRepl {
public:
    explicit PlayedRepl(std::vector<std::string> answers)
        : socket_(listen_unix(path())), server_(socket_.get(), [this, answers](int peer) {
              write_all(peer, "?- ");
              const std::string mode = read_until(peer, "\n");
              const std::string goal = read_until(peer, "\n");
              {
                  const std::lock_guard lock(mutex_);
                  goal_ = mode + goal;
              }
              for (std::size_t i = 0; i < answers.size(); ++i) {
                  write_all(peer, answers[i] + "\n");
                  if (i + 1 < answers.size() && read_until(peer, "\n") != ";\n") break;
              }
              read_until(peer, "\n");
          }) {}
    [[nodiscard]] Path path() const { return directory_.path / "repl.sock"; }
    [[nodiscard]] std::string goal() const {
        const std::lock_guard lock(mutex_);
        return goal_;
    }

private:
    TemporaryDirectory directory_;
    FileHandle socket_;
    mutable std::mutex mutex_;
    std::string goal_;
    Server server_;
};

Outcome query(const PlayedRepl& repl, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"query", "p(X)", "--socket", repl.path().string()};
    words.insert(words.end(), more.begin(), more.end());
    return overlordctl(words);
}

constexpr const char* kOne =
    R"json({"result":true,"bindings":{"X":"1","Y":"f(a)"},"more":true})json";
constexpr const char* kLast = R"({"result":true,"bindings":{"X":"2"},"more":false})";
constexpr const char* kNoMore = R"({"result":false})";

// An ingest port that takes everything and says so, and remembers the lines.
class PlayedIngest {
public:
    PlayedIngest()
        : server_(listener_.descriptor(), [this](int peer) {
              std::size_t count = 0;
              while (true) {
                  const std::string line = read_until(peer, "\n");
                  if (!line.ends_with('\n')) return;
                  ++count;
                  {
                      const std::lock_guard lock(mutex_);
                      lines_.push_back(line);
                  }
                  if (line == "bad\n") {
                      write_all(peer, "{\"line\":" + std::to_string(count) +
                                          ",\"code\":\"json.syntax\",\"reason\":\"not JSON\"}\n");
                  }
                  write_all(peer, "{\"durable\":" + std::to_string(count) + "}\n");
              }
          }) {}
    [[nodiscard]] const std::string& address() const { return listener_.address(); }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    Listener listener_;
    Server server_;
};

}  // namespace

TEST_CASE("query: all solutions are asked for and printed", "[ctl]") {
    const PlayedRepl repl({kOne, kLast});
    const Outcome outcome = query(repl);
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "X = 1,\nY = f(a) ;\nX = 2\n");
    CHECK(repl.goal() == ":json\np(X) .\n");
}

TEST_CASE("query: with --json the answer is one object", "[ctl]") {
    const PlayedRepl repl({kOne, kNoMore});
    const Outcome outcome = query(repl, {"--json"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == R"json({"solutions":[{"X":"1","Y":"f(a)"}],"complete":true})json"
                         "\n");
}

TEST_CASE("query: no solution, an unknown and an error have exit codes of their own", "[ctl]") {
    Outcome outcome = query(PlayedRepl({kNoMore}));
    CHECK(outcome.code == 1);
    CHECK(outcome.out == "false\n");
    outcome = query(PlayedRepl({R"({"result":false,"unknown":"no failover observed"})"}));
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.err, "% unknown: no failover observed"));
    outcome = query(PlayedRepl({R"({"result":"error","error":"Unknown procedure p/1"})"}));
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "Unknown procedure p/1"));
    CHECK(query(PlayedRepl({"{nonsense"})).code == 3);
    CHECK(overlordctl({"query", "p", "--socket", "/no/such.sock"}).code == 3);
    CHECK(overlordctl({"query", " "}).code == 2);
}

TEST_CASE("query: at most 100 solutions are shown, and that there are more is said", "[ctl]") {
    const PlayedRepl repl(std::vector<std::string>(150, kOne));
    const Outcome outcome = query(repl, {"--json"});
    CHECK(outcome.code == 0);
    const nlohmann::json json = nlohmann::json::parse(outcome.out);
    CHECK(json["solutions"].size() == 100);
    CHECK(json["complete"] == false);
}

TEST_CASE("why: failing controls make a table, none makes a yes", "[ctl]") {
    const PlayedRepl repl(
        {R"({"result":true,"bindings":{"Id":"'telecoms.failover'","Verdict":"non_compliant",)"
         R"("Value":"'163/2'","Limit":"'=< 50'","Unit":"ms","File":"'telecoms.pl'","Line":"41",)"
         R"("Reason":"\"\"","Records":"[12,15]","Severity":"high","Owner":"\"A. Baker\"",)"
         R"("Waiver":"\"new switch\"","Until":"\"2026-07-01T00:00:00Z\""},"more":false})"});
    const Outcome outcome = overlordctl({"why", "it's", "--socket", repl.path().string()});
    CHECK(outcome.code == 1);
    CHECK(contains(repl.goal(), R"(why('it\'s', Why))"));
    CHECK(contains(outcome.out, "it's: 1 control fails or is unknown"));
    CHECK(contains(outcome.out,
                   "telecoms.failover  non_compliant  81.5 ms, limit =< 50 ms  "
                   "telecoms.pl:41  records 12,15\n"
                   "    waived by A. Baker until 2026-07-01T00:00:00Z: new switch\n"));
    const nlohmann::json json = nlohmann::json::parse(
        overlordctl({"why", "s", "--json", "--socket", repl.path().string()}).out);
    CHECK(json["controls"][0]["severity"] == "high");
    CHECK(json["controls"][0]["waiver"]["owner"] == "A. Baker");
    const PlayedRepl fine({kNoMore});
    CHECK(overlordctl({"why", "s", "--socket", fine.path().string()}).code == 0);
}

TEST_CASE("repl: on a pipe both directions pass through", "[ctl]") {
    TemporaryDirectory directory;
    const Path path = directory.path / "repl.sock";
    const FileHandle socket = listen_unix(path);
    const Server server(socket.get(), [](int peer) {
        write_all(peer, "?- ");
        if (read_until(peer, ".\n") == "member(X, [1]).\n") write_all(peer, "X = 1.\n\n?- ");
        while (!read_until(peer, "\n").empty()) {
        }
    });
    const Outcome outcome = overlordctl({"repl", "--socket", path.string()}, "member(X, [1]).\n");
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "?- X = 1.\n\n?- ");
}

TEST_CASE("repl: on a terminal lines are edited, answers shown once, the history kept", "[ctl]") {
    TemporaryDirectory directory;
    const Path path = directory.path / "repl.sock";
    const FileHandle socket = listen_unix(path);
    const Server server(socket.get(), [](int peer) {
        write_all(peer, "?- ");
        const bool goal = read_until(peer, "\n") == "member(X, [1,2]).\n";
        if (goal) write_all(peer, "X = 1 ");
        if (goal && read_until(peer, "\n") == ";\n") write_all(peer, ";\nX = 2.\n\n?- ");
        read_until(peer, "halt.\n");
    });
    Terminal terminal({OVERLORD_BIN_DIR "/overlordctl", "repl", "--socket", path.string()},
                      directory.path);
    CHECK(contains(terminal.read_until("?- "), "?- "));
    terminal.write(
        "membr(X, [1,2]).\x01\x06\x06\x06\x06"
        "e\n");  // back to the start, repaired
    CHECK(contains(terminal.read_until("X = 1 "), "X = 1 "));
    terminal.write(";\n");
    const std::string second = terminal.read_until("X = 2.");
    CHECK(std::count(second.begin(), second.end(), ';') == 1);
    terminal.read_until("?- ");
    terminal.write("halt.\n");
    CHECK(terminal.wait() == 0);
    const Result<std::string> history =
        read_text_file(directory.path / "state" / "overlordctl" / "history");
    REQUIRE(history);
    CHECK(contains(*history, "member(X"));
}

TEST_CASE("status: the daemon's answer is shown, and where there is none it is said", "[ctl]") {
    Listener listener;
    const Server server(listener.descriptor(), [](int peer) {
        CHECK(read_until(peer, "\r\n\r\n").starts_with("GET /api/v1/status HTTP/1.1\r\n"));
        const std::string body =
            R"({"ready":true,"events":{"accepted":7},"systems":{"s":{"verdict":"unknown",)"
            R"("levels":{"gmp":"unknown","itil":"compliant"}}},"waivers":[{"control":"gmp.c",)"
            R"("system":"s","owner":"A. Owner","reason":"r","until":"2026-07-01T00:00:00Z",)"
            R"("state":"ends_soon","approved_by":"B. Chief"}]})";
        write_all(peer, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\n\r\n" + body);
    });
    Outcome outcome = overlordctl({"status", "--http", listener.address()});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "ready: true\n"));
    CHECK(contains(outcome.out, "  accepted: 7\n"));
    CHECK(contains(outcome.out, "  s  unknown  gmp=unknown itil=compliant"));
    CHECK(contains(outcome.out, "waivers:\n  ends_soon  gmp.c of s until 2026-07-01T00:00:00Z, "
                                "A. Owner, approved by B. Chief: r\n"));
    outcome = overlordctl({"status", "--http", "127.0.0.1:0"});
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "the port of 127.0.0.1:0 is chosen when the daemon starts"));
    outcome = overlordctl({"status", "--http", listener.address(), "--json"});
    CHECK(nlohmann::json::parse(outcome.out)["ready"] == true);
}

TEST_CASE("send: the summary is the last line, rejects are told and make it a no", "[ctl]") {
    const PlayedIngest ingest;
    Outcome outcome = overlordctl({"send", "--to", ingest.address(), "-"}, "{}\n{}\n");
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(outcome.out == R"({"sent":2,"durable":2,"duplicate":0,"rejected":0})"
                         "\n");
    outcome = overlordctl({"send", "--to", ingest.address(), "-"}, "{}\nbad\n");
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.err, "line 2: not JSON [json.syntax]"));
    CHECK(contains(outcome.out, R"("rejected":1)"));
    CHECK(overlordctl({"send", "/no/such/file"}).code == 2);
    CHECK(overlordctl({"send", "--to", "nonsense", "-"}).code == 2);
}

TEST_CASE("probe: the rounds reach the daemon and the summary tells", "[ctl]") {
    const PlayedIngest ingest;
    Listener web;
    const Outcome outcome =
        overlordctl({"probe", "--system", "s", "--service", "tcp:" + web.address() + "=web",
                     "--interval", "50ms", "--timeout", "40ms", "--count", "3", "--to",
                     ingest.address(), "--nil", "itil=incident"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    const nlohmann::json summary = nlohmann::json::parse(outcome.out);
    CHECK(summary["rounds"] == 3);
    CHECK(summary["durable"] == 4);
    CHECK(summary["skipped"] == 0);
    const std::vector<std::string> lines = ingest.lines();
    REQUIRE(lines.size() == 4);
    CHECK(nlohmann::json::parse(lines[0])["type"] == "telecoms.heartbeat");
    CHECK(nlohmann::json::parse(lines[3])["type"] == "itil.nil_report");
}

TEST_CASE("probe: SIGTERM ends it cleanly with a summary", "[ctl]") {
    const PlayedIngest ingest;
    Listener web;
    Program probe({OVERLORD_BIN_DIR "/overlordctl", "probe", "--system", "s", "--service",
                   "tcp:" + web.address(), "--to", ingest.address()});
    while (ingest.lines().empty()) ::poll(nullptr, 0, 10);
    probe.signal(SIGTERM);
    const Outcome outcome = probe.wait();
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "\"durable\":"));
}

TEST_CASE("rules: the gate and the tests are those of the daemon's programs", "[ctl]") {
    Outcome outcome = overlordctl({"rules", "check", OVERLORD_SOURCE_DIR "/rules"});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "accepted"));
    CHECK(contains(outcome.out,
                   "telecoms.uptime: proved in zero knowledge (slot-asserted, ratio)"));
    outcome = overlordctl({"rules", "check", OVERLORD_SOURCE_DIR "/rules", "--json"});
    const auto controls = nlohmann::json::parse(outcome.out)["plan"]["controls"];
    const auto of_mode = [&](const std::string& mode) {
        return std::count_if(
            controls.begin(), controls.end(),
            [&](const nlohmann::json& control) { return control["mode"] == mode; });
    };
    CHECK(of_mode("slot") == 7);
    CHECK(of_mode("event") == 5);
    const TemporaryDirectory directory;
    const std::string pack = ":- module(telecoms, []).\n:- initialization(halt).\n";
    REQUIRE(write_file_durable(directory.path / "telecoms.pl", as_bytes(pack)));
    outcome = overlordctl({"rules", "check", directory.path.string(), "--json"});
    CHECK(outcome.code == 1);
    CHECK(nlohmann::json::parse(outcome.out)["accepted"] == false);
    CHECK(overlordctl({"rules", "check", "/no/such/rules"}).code == 2);
    CHECK(overlordctl({"rules", "chek", "x"}).code == 2);
    outcome = overlordctl({"rules", "test", OVERLORD_SOURCE_DIR "/rules", "--json"});
    CHECK(outcome.code == 0);
    CHECK(nlohmann::json::parse(outcome.out)["good"] == true);
}

TEST_CASE("overlordctl: help, unknown commands and options", "[ctl]") {
    CHECK(overlordctl({}).code == 2);
    CHECK(overlordctl({"help"}).code == 0);
    CHECK(contains(overlordctl({"help", "verify"}).out, "usage: overlordctl verify"));
    CHECK(contains(overlordctl({"verify", "--help"}).out, "usage: overlordctl verify"));
    CHECK(contains(overlordctl({"sned"}).err, "did you mean send?"));
    CHECK(contains(overlordctl({"send", "--tp", "x"}).err, "did you mean --to?"));
    CHECK(overlordctl({"--version"}).code == 0);
}
