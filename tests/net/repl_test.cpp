#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>

#include "loop.hpp"
#include "overlord/net/goal_reader.hpp"
#include "overlord/net/repl_server.hpp"
#include "overlord/net/unix_listener.hpp"
#include "temporary.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;

namespace {

// Answers goals by name: "many" has five solutions, "forever" any number, "slow" never answers.
class FakeBackend : public pipeline::ReplBackend {
public:
    using Session = std::shared_ptr<pipeline::ReplSession>;

    void ask(std::string goal, const Session& session) override {
        goals.push_back(goal);
        current = goal;
        stopped = false;
        solved[session.get()] = 0;
        if (goal == "slow") return;
        if (goal == "fails") {
            session->failed();
        } else if (goal == "unknown") {
            session->missing("no heartbeat observed");
        } else if (goal == "raises") {
            session->error("Unknown procedure: raises/0\n  in line 1");
        } else if (goal == "prints") {
            session->output("hello");
            session->solution({"true", "{}", false});
        } else if (goal == "floods") {
            for (int i = 0; i < 100 && !stopped; ++i) session->output(std::string(10'000, 'x'));
        } else if (goal == "placed") {
            session->position({75, 12, {}});
            session->solution({"P = zkproof(a)", "{\"P\":\"zkproof(a)\"}", false});
        } else if (goal == "refuted") {
            session->position({76, {}, 11});
            session->failed();
        } else if (goal == "many" || goal == "forever") {
            return solve(*session);
        } else {
            session->solution({"X = " + goal, "{\"X\":\"" + goal + "\"}", false});
        }
        session->finished();
    }
    void next(pipeline::ReplSession& session) override { solve(session); }
    void stop(pipeline::ReplSession& session) override {
        ++stops;
        stopped = true;
        if (current != "floods") session.finished();
    }

    std::vector<std::string> goals;
    int stops = 0;
    bool stopped = false;

private:
    void solve(pipeline::ReplSession& session) {
        const int n = ++solved[&session];
        const bool more = current == "forever" || n < 5;
        session.solution({"X = " + std::to_string(n), "{\"X\":" + std::to_string(n) + "}", more});
        if (!more) session.finished();
    }

    std::map<pipeline::ReplSession*, int> solved;  // solutions given
    std::string current;
};

struct Server {
    explicit Server(ReplOptions options = {}) {
        options.socket = directory.path() / "repl.sock";
        socket = options.socket;
        loop.run([&] {
            auto started = ReplServer::start(loop.io(), backend, options);
            REQUIRE(started);
            repl = *std::move(started);
        });
    }
    ~Server() {
        loop.run([&] { repl.reset(); });
    }

    Client connect() { return Client::unix_socket(socket); }
    // Everything a client gets that sends this and half-closes, without the prompt at the end: it
    // comes or not, as the end of the input is seen after or with the last goal.
    std::string talk(std::string_view text) {
        Client client = connect();
        client.send(text);
        client.half_close();
        std::string answers = client.read_all();
        if (answers.ends_with("?- ")) answers.erase(answers.size() - 3);
        return answers;
    }
    std::vector<std::string> goals() {
        return loop.run([&] { return backend.goals; });
    }
    std::size_t sessions() {
        return loop.run([&] { return repl->sessions(); });
    }

    TemporaryDirectory directory;
    Path socket;
    FakeBackend backend;
    Loop loop;
    std::unique_ptr<ReplServer> repl;
};

using Goals = std::vector<std::string>;

}  // namespace

TEST_CASE("repl: a conversation", "[net]") {
    Server server;
    Client client = server.connect();
    CHECK(client.read_until("?- ") == "?- ");
    client.send("one.\n");
    CHECK(client.read_until("?- ") == "X = one.\n\n?- ");
    client.send("fails.\n");
    CHECK(client.read_until("?- ") == "false.\n\n?- ");
    client.send("unknown.\n");
    CHECK(client.read_until("?- ") == "% unknown: no heartbeat observed\nfalse.\n\n?- ");
    client.send("raises.\n");
    CHECK(client.read_until("?- ") ==
          "ERROR: Unknown procedure: raises/0\nERROR:   in line 1\n?- ");
    client.send("prints.\n");
    CHECK(client.read_until("?- ") == "hello\ntrue.\n\n?- ");
    client.send("many.\n");
    CHECK(client.read_until("1 ") == "X = 1 ");
    client.send(";\n");
    CHECK(client.read_until("2 ") == ";\nX = 2 ");
    client.send("\n");
    CHECK(client.read_until("?- ") == ".\n\n?- ");
    client.send("help.\n");
    CHECK_THAT(client.read_until("?- "), Catch::Contains("halt."));
    client.send("halt.\n");
    CHECK(client.read_all().empty());
}

TEST_CASE("repl: on a pipe any line but ; ends the answer and starts the next goal", "[net]") {
    Server server;
    CHECK(server.talk("many.\n;\n;\ntwo.\nmany.\n.\nmany.\n\nthree.\n") ==
          "?- X = 1 ;\nX = 2 ;\nX = 3 .\n\nX = two.\n\nX = 1 .\n\nX = 1 .\n\nX = three.\n\n");
    CHECK(server.goals() == Goals{"many", "two", "many", "many", "three"});
}

TEST_CASE("repl: the end of the input ends an open answer and the session", "[net]") {
    Server server;
    CHECK(server.talk("many.\n") == "?- X = 1 .\n\n");
    CHECK(server.talk("many.\n;\n;\n;\n;\n") ==
          "?- X = 1 ;\nX = 2 ;\nX = 3 ;\nX = 4 ;\nX = 5.\n\n");
    CHECK(server.talk("one") == "?- X = one.\n\n");
    CHECK(server.talk("") == "");
}

TEST_CASE("repl: a goal may span lines and be split anywhere", "[net]") {
    Server server;
    Client client = server.connect();
    for (const char byte : std::string_view("foo(X),\n  bar('a. b').\n")) client.send({&byte, 1});
    client.half_close();
    (void)client.read_all();
    CHECK(server.goals() == Goals{"foo(X),\n  bar('a. b')"});
}

TEST_CASE("repl: json mode gives one object per answer and no prompts", "[net]") {
    Server server;
    CHECK(server.talk(
              ":json\none.\nfails.\nunknown.\nraises.\nprints.\nmany.\n;\n.\n:text\none.\n") ==
          "?- {\"result\":true,\"bindings\":{\"X\":\"one\"},\"more\":false}\n"
          "{\"result\":false}\n"
          "{\"result\":false,\"unknown\":\"no heartbeat observed\"}\n"
          "{\"result\":\"error\",\"error\":\"Unknown procedure: raises/0\\n  in line 1\"}\n"
          "{\"result\":true,\"bindings\":{},\"more\":false,\"output\":\"hello\"}\n"
          "{\"result\":true,\"bindings\":{\"X\":1},\"more\":true}\n"
          "{\"result\":true,\"bindings\":{\"X\":2},\"more\":true}\n"
          "X = one.\n\n");
}

TEST_CASE("repl: answers and output of a goal are limited", "[net]") {
    ReplOptions options;
    options.answers_max = 3;
    options.output_bytes_max = 50'000;
    Server server(options);
    CHECK(server.talk("forever.\n;\n;\n;\n;\none.\n") ==
          "?- X = 1 ;\nX = 2 ;\nX = 3 .\n\n% 3 answers, the limit: the goal is stopped\n"
          // What was typed ahead for the stopped goal is read as goals.
          "X = ;\n;\none.\n\n");
    const std::string flood = server.talk("floods.\none.\n");
    CHECK_THAT(flood, Catch::Contains("more output than 50000 bytes: the goal is stopped"));
    CHECK(flood.size() < 70'000);
    CHECK(flood.ends_with("X = one.\n\n"));
}

TEST_CASE("repl: a goal that is too long ends the session", "[net]") {
    Server server;
    Client client = server.connect();
    (void)client.try_send(std::string(2 * kGoalBytesMax, 'a'));
    CHECK(client.read_all() == "?- % a goal of more than 65536 bytes\n");
    CHECK(server.goals().empty());
}

TEST_CASE("repl: sessions are limited and a freed place is taken", "[net]") {
    ReplOptions options;
    options.sessions_max = 2;
    Server server(options);
    {
        Client first = server.connect();
        Client second = server.connect();
        CHECK(first.read_until("?- ") == "?- ");
        CHECK(second.read_until("?- ") == "?- ");
        CHECK(server.connect().read_all() == "% all 2 sessions are in use; try again later\n");
    }
    while (server.sessions() > 0) std::this_thread::yield();
    CHECK(server.talk("one.\n") == "?- X = one.\n\n");
}

TEST_CASE("repl: the goal of a client that has gone is stopped", "[net]") {
    Server server;
    {
        Client client = server.connect();
        client.send("many.\n");
        CHECK(client.read_until("X = 1 ") == "?- X = 1 ");
    }
    while (server.sessions() > 0) std::this_thread::yield();
    CHECK(server.loop.run([&] { return server.backend.stops; }) == 1);
}

TEST_CASE("repl: stop ends sessions and removes the socket", "[net]") {
    Server server;
    Client client = server.connect();
    client.send("slow.\n");
    CHECK(client.read_until("?- ") == "?- ");
    while (server.goals().empty()) std::this_thread::yield();
    server.loop.run([&] { server.repl->stop(); });
    CHECK(client.at_end());
    CHECK_FALSE(std::filesystem::exists(server.socket));
    CHECK(server.loop.run([&] { return server.backend.stops; }) == 1);
}

TEST_CASE("repl: an idle session ends", "[net]") {
    ReplOptions options;
    options.idle_timeout_ms = 20;
    Server server(options);
    Client client = server.connect();
    CHECK(client.read_all() == "?- ");
}

TEST_CASE("unix listener: mode, stale and live sockets, other files", "[net]") {
    TemporaryDirectory directory;
    const Path path = directory.path() / "a.sock";
    const mode_t before = umask(0);
    auto first = listen_unix(path, 0660);
    umask(before);
    REQUIRE(first);
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0660);
    CHECK(S_ISSOCK(status.st_mode));

    auto second = listen_unix(path, 0660);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "net.in_use");

    *first = FileHandle();  // as after kill -9: the file stays
    CHECK(std::filesystem::exists(path));
    CHECK(listen_unix(path, 0600).has_value());

    const Path file = directory.path() / "file";
    REQUIRE(write_file_derived(file, as_bytes("x")).has_value());
    auto third = listen_unix(file, 0660);
    REQUIRE_FALSE(third);
    CHECK(third.error().code == "net.in_use");
    CHECK(std::filesystem::exists(file));

    const Path link = directory.path() / "link";
    std::filesystem::create_symlink(file, link);
    CHECK_FALSE(listen_unix(link, 0660));
    CHECK(listen_unix(directory.path() / std::string(120, 'a'), 0660).error().code ==
          "net.address");
    CHECK(listen_unix(directory.path() / "no" / "a", 0660).error().code == "io.enoent");
}

TEST_CASE("repl: an answer that has a position in the log names it below its own text", "[net]") {
    Server server;
    CHECK(server.talk("placed.\n") ==
          "?- P = zkproof(a).\n% durable record 75, published size 12, not witnessed\n\n");
    CHECK(server.talk("refuted.\n") ==
          "?- false.\n% durable record 76, not published yet, witnessed size 11\n\n");
    CHECK(server.talk("placed.\none.\n").ends_with("X = one.\n\n"));  // it is that answer's alone
    CHECK(server.talk(":json\nplaced.\n")
              .ends_with("{\"result\":true,\"bindings\":{\"P\":\"zkproof(a)\"},\"more\":false,"
                         "\"durable_record\":75,\"published_size\":12,\"witnessed_size\":null}\n"));
}
