#include "overlord/net/ingest.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "loop.hpp"
#include "overlord/event/limits.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;
using pipeline::LineResult;

namespace {

constexpr std::string_view kEvent =
    R"({"specversion":"1.0","id":"1","source":"s","type":"t","subject":"y",)"
    R"("time":"2026-01-29T12:37:12Z"})";

// Takes lines on the io thread and answers as told: at once, or when the test says so.
class FakeIntake : public pipeline::Intake {
public:
    struct Taken {
        std::weak_ptr<pipeline::Submitter> from;
        std::uint64_t line;
        std::string raw;
        std::string framing_code;
    };

    Room submit(const std::shared_ptr<pipeline::Submitter>& from, std::uint64_t line,
                std::string_view raw, const Error* framing_error) override {
        taken.push_back({from, line, std::string(raw), framing_error ? framing_error->code : ""});
        if (answer_at_once) {
            from->resolved(line, result_of(taken.back()));
            from->flush();
        }
        return taken.size() - released >= room_for ? Room::kNo : Room::kYes;
    }

    static LineResult result_of(const Taken& taken) {
        LineResult result;
        if (taken.framing_code.empty() && taken.raw != "bad") return result;
        result.rejected = true;
        result.code = taken.framing_code.empty() ? "json.syntax" : taken.framing_code;
        result.reason = "because";
        return result;
    }

    void resolve(std::size_t index) {
        if (const auto from = taken[index].from.lock()) {
            from->resolved(taken[index].line, result_of(taken[index]));
            from->flush();
        }
    }

    std::deque<Taken> taken;
    std::size_t released = 0;
    std::size_t room_for = SIZE_MAX;
    bool answer_at_once = true;
};

struct Server {
    explicit Server(IngestOptions options = {}, bool answer_at_once = true) {
        options.listen = "127.0.0.1:0";
        intake.answer_at_once = answer_at_once;
        loop.run([&] {
            auto started = IngestServer::start(loop.io(), intake, options);
            REQUIRE(started);
            ingest = *std::move(started);
        });
    }
    ~Server() {
        loop.run([&] { ingest.reset(); });
    }

    Client connect() { return Client::tcp(ingest->endpoint().port); }
    IngestCounters counters() {
        return loop.run([&] { return ingest->counters(); });
    }
    std::size_t taken() {
        return loop.run([&] { return intake.taken.size(); });
    }
    // Waits until the io thread has seen what was sent; bounded by the reader's own limit.
    void wait_for_taken(std::size_t count) {
        while (taken() < count) std::this_thread::yield();
    }

    FakeIntake intake;
    Loop loop;
    std::unique_ptr<IngestServer> ingest;
};

std::string durable(std::uint64_t count) {
    return "{\"durable\":" + std::to_string(count) + "}\n";
}

}  // namespace

TEST_CASE("ingest: lines are answered with a cumulative durable", "[net]") {
    Server server;
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n" + std::string(kEvent) + "\r\n\n");
    CHECK(client.read_until(durable(3)).ends_with(durable(3)));
    client.send(std::string(kEvent) + "\n");
    CHECK(client.read_line() == durable(4));
    CHECK(server.loop.run([&] { return server.intake.taken.at(1).raw; }) == kEvent);
    CHECK(server.counters().lines == 4);
    CHECK(server.taken() == 3);
}

TEST_CASE("ingest: a reject is told before the durable that covers it", "[net]") {
    Server server;
    Client client = server.connect();
    client.send("bad\n");
    CHECK(client.read_line() == "{\"line\":1,\"code\":\"json.syntax\",\"reason\":\"because\"}\n");
    CHECK(client.read_line() == durable(1));
}

TEST_CASE("ingest: half lines are joined", "[net]") {
    Server server;
    Client client = server.connect();
    for (const char byte : std::string(kEvent) + "\n") client.send({&byte, 1});
    CHECK(client.read_line() == durable(1));
    CHECK(server.loop.run([&] { return server.intake.taken.at(0).raw; }) == kEvent);
}

TEST_CASE("ingest: answers come after a half-close, then the connection closes", "[net]") {
    Server server({}, false);
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n" + std::string(kEvent));
    client.half_close();
    server.wait_for_taken(2);
    server.loop.run([&] {
        server.intake.resolve(0);
        server.intake.resolve(1);
    });
    CHECK(client.read_all().ends_with(durable(2)));
    CHECK(server.loop.run([&] { return server.intake.taken.at(1).framing_code; }) == "");
}

TEST_CASE("ingest: a last line without LF that is no event is truncated", "[net]") {
    Server server;
    Client client = server.connect();
    client.send("{\"specversion\":\"1.0\",\"id\":");
    client.half_close();
    CHECK(client.read_line() ==
          "{\"line\":1,\"code\":\"framing.truncated\",\"reason\":\"because\"}\n");
    CHECK(client.read_all() == durable(1));
}

TEST_CASE("ingest: a half-close without a line closes without an answer", "[net]") {
    Server server;
    Client client = server.connect();
    client.send(" \t");
    client.half_close();
    CHECK(client.read_all().empty());
    CHECK(server.taken() == 0);
}

TEST_CASE("ingest: an overlong line is refused and the next one is taken", "[net]") {
    Server server;
    Client client = server.connect();
    client.send(std::string(300'000, 'x'));
    client.send("\n" + std::string(kEvent) + "\n");
    CHECK(client.read_line() ==
          "{\"line\":1,\"code\":\"framing.too_long\",\"reason\":\"because\"}\n");
    CHECK(client.read_until(durable(2)).ends_with(durable(2)));
    CHECK(server.loop.run([&] { return server.intake.taken.at(0).raw.size(); }) ==
          event::kLineBytesMax);
}

TEST_CASE("ingest: a started line must end in time, however it trickles", "[net]") {
    IngestOptions options;
    options.line_timeout_ms = 50;
    Server server(options);
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n");
    CHECK(client.read_line() == durable(1));
    while (client.try_send(" ") && server.counters().timeouts == 0) std::this_thread::yield();
    CHECK(client.read_line() ==
          "{\"line\":2,\"code\":\"framing.timeout\",\"reason\":\"because\"}\n");
    CHECK(client.read_line() == durable(2));
    CHECK(client.at_end());
}

TEST_CASE("ingest: idle is unlimited and ended lines start no clock", "[net]") {
    IngestOptions options;
    options.line_timeout_ms = 20;
    Server server(options);
    Client idle = server.connect();
    Client busy = server.connect();
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t lines = 0;
    std::string answers;
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100)) {
        busy.send(std::string(kEvent) + "\n");
        answers = busy.read_until(durable(++lines));
    }
    CHECK(answers.ends_with(durable(lines)));
    idle.send(std::string(kEvent) + "\n");
    CHECK(idle.read_line() == durable(1));
    CHECK(server.counters().timeouts == 0);
}

TEST_CASE("ingest: lines that are resolved out of order are acknowledged in order", "[net]") {
    Server server({}, false);
    Client client = server.connect();
    for (int i = 0; i < 4; ++i) client.send(std::string(kEvent) + "\n");
    server.wait_for_taken(4);
    server.loop.run([&] {
        server.intake.resolve(3);
        server.intake.resolve(1);
        server.intake.resolve(0);
    });
    CHECK(client.read_line() == durable(2));
    server.loop.run([&] { server.intake.resolve(2); });
    CHECK(client.read_line() == durable(4));
}

TEST_CASE("ingest: without room nothing more is read, with room all comes in order", "[net]") {
    Server server({}, false);
    server.loop.run([&] { server.intake.room_for = 10; });
    Client client = server.connect();
    constexpr std::size_t kLines = 5000;  // more than one read's worth
    std::string text;
    for (std::size_t i = 0; i < kLines; ++i) text += "line " + std::to_string(i) + "\n";
    client.send(text);
    client.half_close();
    std::size_t released = 0;
    while (released < kLines) {
        server.wait_for_taken(std::min(kLines, released + 10));
        CHECK(server.taken() == std::min(kLines, released + 10));
        released += 10;
        server.loop.run([&] {
            server.intake.released = released;
            for (std::size_t i = released - 10; i < std::min(kLines, released); ++i) {
                server.intake.resolve(i);
            }
            if (const auto from = server.intake.taken.back().from.lock()) from->room();
        });
    }
    CHECK(client.read_all().ends_with(durable(kLines)));
    bool in_order = true;
    server.loop.run([&] {
        for (std::size_t i = 0; i < kLines; ++i) {
            in_order = in_order && server.intake.taken[i].raw == "line " + std::to_string(i);
        }
    });
    CHECK(in_order);
    CHECK(server.counters().paused >= kLines / 10 - 1);
}

TEST_CASE("ingest: the clock of a started line stands while there is no room", "[net]") {
    IngestOptions options;
    options.line_timeout_ms = 20;
    Server server(options);
    server.loop.run([&] { server.intake.room_for = 1; });
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n" + std::string(kEvent.substr(0, 20)));
    server.wait_for_taken(1);
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(60)) {
        std::this_thread::yield();
    }
    CHECK(server.counters().timeouts == 0);
    client.send(std::string(kEvent.substr(20)) + "\n");
    server.loop.run([&] {
        server.intake.room_for = SIZE_MAX;
        server.intake.taken[0].from.lock()->room();
    });
    CHECK(client.read_until(durable(2)).ends_with(durable(2)));
}

TEST_CASE("ingest: a sender that never reads is served and its answers are counted", "[net]") {
    Server server;
    Client client = server.connect();
    constexpr std::size_t kLines = 200'000;  // answers of 11 MB, more than the system buffers
    std::string text;
    for (std::size_t i = 0; i < 1000; ++i) text += "bad\n";
    for (std::size_t i = 0; i < kLines / 1000; ++i) client.send(text);
    client.half_close();
    server.wait_for_taken(kLines);
    const std::uint64_t suppressed = server.counters().suppressed;
    CHECK(suppressed > 0);

    const std::string answers = client.read_all();
    CHECK(answers.ends_with(durable(kLines)));
    std::uint64_t told = 0;
    std::uint64_t lines = 0;
    for (std::size_t at = 0; at < answers.size(); at = answers.find('\n', at) + 1) {
        if (answers.compare(at, 8, "{\"line\":") == 0) ++lines;
        if (answers.compare(at, 14, "{\"suppressed\":") == 0) {
            told += std::stoull(answers.substr(at + 14));
        }
    }
    CHECK(told == server.counters().suppressed);
    CHECK(lines + told == kLines);
}

TEST_CASE("ingest: 300 connections at once", "[net]") {
    Server server;
    std::vector<Client> clients;
    for (int i = 0; i < 300; ++i) clients.push_back(server.connect());
    for (Client& client : clients) client.send(std::string(kEvent) + "\nbad\n");
    for (Client& client : clients) CHECK(client.read_until(durable(2)).ends_with(durable(2)));
    CHECK(server.counters().connections_open == 300);
    for (Client& client : clients) client.half_close();
    for (Client& client : clients) CHECK(client.at_end());
    CHECK(server.counters().connections_total == 300);
}

TEST_CASE("ingest: one connection too many is told so", "[net]") {
    IngestOptions options;
    options.connections_max = 2;
    Server server(options);
    Client first = server.connect();
    Client second = server.connect();
    first.send("\n");
    second.send("\n");
    CHECK(first.read_line() == durable(1));
    CHECK(second.read_line() == durable(1));
    Client third = server.connect();
    CHECK(third.read_all() ==
          "{\"code\":\"ingest.connections\",\"reason\":\"all 2 connections are in use; try again "
          "later\"}\n");
    first.half_close();
    CHECK(first.at_end());
    while (server.counters().connections_open == 2) std::this_thread::yield();
    Client fourth = server.connect();
    fourth.send("\n");
    CHECK(fourth.read_line() == durable(1));
    CHECK(server.counters().connections_refused == 1);
}

TEST_CASE("ingest: a connection that resets leaves its complete lines to the intake", "[net]") {
    Server server({}, false);
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n");
    server.wait_for_taken(1);
    client.reset();
    server.loop.run([&] { server.intake.resolve(0); });
    while (server.counters().connections_open > 0) std::this_thread::yield();
    CHECK(server.taken() == 1);
}

TEST_CASE("ingest: stop answers what was taken and then closes", "[net]") {
    Server server({}, false);
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n" + std::string(kEvent.substr(0, 10)));
    server.wait_for_taken(1);
    std::promise<void> drained;
    server.loop.run([&] { server.ingest->stop([&] { drained.set_value(); }); });
    client.send(std::string(kEvent) + "\n");  // too late
    server.loop.run([&] { server.intake.resolve(0); });
    CHECK(client.read_line() == durable(1));
    CHECK(client.at_end());
    client.half_close();
    drained.get_future().wait();
    CHECK(server.taken() == 1);
    CHECK(server.counters().connections_open == 0);
}

TEST_CASE("ingest: stop without connections and stop of a stuck one both end", "[net]") {
    {
        Server server;
        std::promise<void> drained;
        server.loop.run([&] { server.ingest->stop([&] { drained.set_value(); }); });
        drained.get_future().wait();
    }
    IngestOptions options;
    options.drain_timeout_ms = 30;
    Server server(options, false);
    Client client = server.connect();
    client.send(std::string(kEvent) + "\n");
    server.wait_for_taken(1);
    std::promise<void> drained;
    server.loop.run([&] { server.ingest->stop([&] { drained.set_value(); }); });
    drained.get_future().wait();
    CHECK(client.at_end());
}

TEST_CASE("ingest: only loopback without TLS", "[net]") {
    Loop loop;
    FakeIntake intake;
    const auto code = [&](std::string listen) {
        IngestOptions options;
        options.listen = std::move(listen);
        auto started = IngestServer::start(loop.io(), intake, options);
        return started ? "" : started.error().code;
    };
    CHECK(code("0.0.0.0:0") == "ingest.tls_required");
    CHECK(code("[::]:0") == "ingest.tls_required");
    CHECK(code("192.0.2.1:0") == "ingest.tls_required");
    CHECK(code("nonsense") == "net.address");
}

TEST_CASE("ingest: a port in use is an error that says so", "[net]") {
    Server server;
    IngestOptions options;
    options.listen = server.ingest->endpoint().text();
    server.loop.run([&] {
        auto second = IngestServer::start(server.loop.io(), server.intake, options);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "io.eaddrinuse");
    });
}
