#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "../../src/net/send_window.hpp"
#include "loop.hpp"
#include "overlord/event/limits.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/net/send_client.hpp"
#include "temporary.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;

namespace {

// Keeps lines and refuses those that begin with "bad"; can lose a line's answer by never giving it.
class KeepingIntake : public pipeline::Intake {
public:
    Room submit(const std::shared_ptr<pipeline::Submitter>& from, std::uint64_t line,
                std::string_view raw, const Error* framing_error) override {
        lines.emplace_back(raw);
        if (lines.size() > answer_up_to) return Room::kYes;
        pipeline::LineResult result;
        result.rejected = raw.starts_with("bad") || framing_error != nullptr;
        if (result.rejected) {
            result.code = framing_error ? framing_error->code : "json.syntax";
            result.reason = "because";
        }
        from->resolved(line, result);
        from->flush();
        return Room::kYes;
    }

    std::vector<std::string> lines;
    std::size_t answer_up_to = SIZE_MAX;
};

struct Server {
    Server() { start("127.0.0.1:0"); }
    ~Server() { stop(); }
    void start(const std::string& listen) {
        IngestOptions options;
        options.listen = listen;
        loop.run([&] {
            auto started = IngestServer::start(loop.io(), intake, options);
            REQUIRE(started);
            ingest = *std::move(started);
            address = ingest->endpoint().text();
        });
    }
    void stop() {
        loop.run([&] { ingest.reset(); });
    }
    std::size_t lines() {
        return loop.run([&] { return intake.lines.size(); });
    }

    KeepingIntake intake;
    Loop loop;
    std::unique_ptr<IngestServer> ingest;
    std::string address;
};

struct Outcome {
    Status status;
    SendSummary summary;
    std::vector<SendReject> rejects;
    int reconnects = 0;
};

Outcome send_text(const Server& server, std::string_view text, SendOptions options = {}) {
    TemporaryDirectory directory;
    const Path file = directory.path() / "events";
    std::ofstream(file, std::ios::binary) << text;
    FileHandle input(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    options.to = server.address;
    Outcome outcome;
    SendEvents events;
    events.rejected = [&](const SendReject& reject) { outcome.rejects.push_back(reject); };
    events.reconnecting = [&](const std::string&) { ++outcome.reconnects; };
    const SendReport report = send_lines(input.get(), options, events);
    outcome.status = report.status;
    outcome.summary = report.summary;
    return outcome;
}

std::string numbered(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

bool answered(SendWindow& window, std::string_view answer) {
    const Result<bool> progress = window.answer(answer, {});
    REQUIRE(progress);
    return *progress;
}

}  // namespace

TEST_CASE("send: every line of a file becomes durable or rejected", "[net]") {
    Server server;
    const Outcome outcome = send_text(server, "one\n\nbad two\r\nthree\nbad four");
    REQUIRE(outcome.status);
    CHECK(outcome.summary.sent == 4);
    CHECK(outcome.summary.durable == 2);
    CHECK(outcome.summary.rejected == 2);
    CHECK(outcome.summary.duplicate == 0);
    REQUIRE(outcome.rejects.size() == 2);
    CHECK(outcome.rejects[0].line == 3);
    CHECK(outcome.rejects[0].code == "json.syntax");
    CHECK(outcome.rejects[0].reason == "because");
    CHECK(outcome.rejects[1].line == 5);
    CHECK(server.intake.lines == std::vector<std::string>{"one", "bad two", "three", "bad four"});
}

TEST_CASE("send: an empty input and an overlong line", "[net]") {
    Server server;
    CHECK(send_text(server, "").summary.sent == 0);
    const Outcome outcome = send_text(server, std::string(1'000'000, 'x') + "\nok\n");
    REQUIRE(outcome.status);
    CHECK(outcome.summary.durable == 1);
    REQUIRE(outcome.rejects.size() == 1);
    CHECK(outcome.rejects[0].code == "framing.too_long");
    CHECK(server.intake.lines.at(0) == std::string(event::kLineBytesMax, 'x'));
}

TEST_CASE("send: a window smaller than the input and many rejects", "[net]") {
    Server server;
    SendOptions options;
    options.window_bytes = 10'000;
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += (i % 2 ? "bad " : "good ") + std::to_string(i) + "\n";
    const Outcome outcome = send_text(server, text, options);
    REQUIRE(outcome.status);
    CHECK(outcome.summary.durable == 25'000);
    CHECK(outcome.summary.rejected == 25'000);
}

TEST_CASE("send: after a lost connection what is not durable is sent again", "[net]") {
    Server server;
    constexpr int kLines = 20'000;
    server.loop.run([&] { server.intake.answer_up_to = 5'000; });
    Outcome outcome;
    std::thread sender([&] { outcome = send_text(server, numbered(kLines)); });
    while (server.lines() < 6'000) std::this_thread::yield();
    const std::string address = server.address;
    server.stop();  // as if it was killed: most lines never got their answer
    server.loop.run([&] { server.intake.answer_up_to = SIZE_MAX; });
    server.start(address);
    sender.join();
    REQUIRE(outcome.status);
    CHECK(outcome.summary.sent == kLines);
    CHECK(outcome.summary.durable == kLines);
    CHECK(outcome.summary.duplicate > 0);
    CHECK(outcome.summary.rejected == 0);
    CHECK(outcome.reconnects >= 1);
    const std::set<std::string> distinct(server.intake.lines.begin(), server.intake.lines.end());
    CHECK(distinct.size() == kLines);
    CHECK(server.intake.lines.size() <= kLines + outcome.summary.duplicate);
}

TEST_CASE("send: nobody listens", "[net]") {
    Server server;
    server.stop();
    const Outcome outcome = send_text(server, "one\n");
    REQUIRE_FALSE(outcome.status);
    CHECK(outcome.status.error().code == "send.unavailable");
    SendOptions options;
    options.to = "nonsense";
    CHECK(send_lines(0, options, {}).status.error().code == "net.address");
}

TEST_CASE("send: gives up when a lost daemon does not come back", "[net]") {
    Server server;
    server.loop.run([&] { server.intake.answer_up_to = 0; });
    SendOptions options;
    options.give_up_ms = 100;
    Outcome outcome;
    std::thread sender([&] { outcome = send_text(server, "one\n", options); });
    while (server.lines() < 1) std::this_thread::yield();
    server.stop();
    sender.join();
    REQUIRE_FALSE(outcome.status);
    CHECK(outcome.status.error().code == "send.unavailable");
    CHECK(outcome.summary.sent == 1);  // what was done is told all the same
    CHECK(outcome.summary.durable == 0);
}

TEST_CASE("send window: numbers go on over connections and rejects count once", "[net]") {
    SendWindow window(1000);
    window.take("a\nb\n\nc\nd");
    window.end_of_input();
    CHECK(window.unsent() == "a\nb\n\nc\nd\n");
    window.sent(6);  // a, b, blank and half of c
    CHECK(window.summary().sent == 2);
    CHECK_FALSE(answered(window, R"({"line":2,"code":"x.y","reason":"r"})"));
    CHECK(answered(window, R"({"durable":1})"));
    CHECK(window.summary().rejected == 0);

    window.connection_lost();
    CHECK(window.summary().duplicate == 1);
    CHECK(window.unsent() == "b\n\nc\nd\n");
    window.sent(7);
    CHECK(window.unsent().empty());
    CHECK(window.summary().sent == 4);
    std::vector<std::uint64_t> lines;
    SendEvents events;
    events.rejected = [&](const SendReject& reject) { lines.push_back(reject.line); };
    for (const std::string_view answer :
         {R"({"line":4,"code":"x","reason":"r"})", R"({"line":1,"id":"b","code":"x","reason":"r"})",
          R"({"durable":2})", R"({"suppressed":1})", R"({"durable":4})"}) {
        REQUIRE(window.answer(answer, events));
    }
    CHECK(lines == std::vector<std::uint64_t>{2, 5});
    CHECK(window.all_durable());
    CHECK(window.summary().durable == 1);
    CHECK(window.summary().rejected == 3);
}

TEST_CASE("send window: answers that make no sense are errors", "[net]") {
    SendWindow window(1000);
    window.take("a\nb\n");
    window.sent(2);
    for (const std::string_view answer :
         {"HTTP/1.1 400 Bad Request", "[]", "{}", R"({"durable":2})", "{\"durable\":1"}) {
        INFO(answer);
        const auto result = window.answer(answer, {});
        REQUIRE_FALSE(result);
        CHECK(result.error().code == "send.protocol");
        CHECK(result.error().kind == ErrorClass::kReject);
    }
    const auto refused = window.answer(R"({"code":"ingest.connections","reason":"full"})", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "send.refused");
    CHECK(refused.error().kind == ErrorClass::kRetry);
}

TEST_CASE("send window: lines are kept until the state that is waited for", "[net]") {
    SendWindow window(1000, SendState::kWitnessed);
    CHECK(window.subscription() == "{\"receipts\":[\"published\",\"witnessed\"]}\n");
    CHECK(SendWindow(1000).subscription().empty());
    window.take("a\nbad\n\nc\n");
    window.sent(9);
    CHECK_FALSE(answered(window, R"({"line":3,"code":"x","reason":"r"})"));
    CHECK(answered(window, R"({"durable":5})"));  // the subscription is line 1
    CHECK(window.all_durable());
    CHECK_FALSE(window.all_settled());
    CHECK(answered(window, R"({"published":4,"size":7})"));
    CHECK(window.summary().published == 1);
    CHECK(answered(window, R"({"witnessed":1,"size":7})"));
    CHECK(window.summary().witnessed == 0);
    CHECK(answered(window, R"({"witnessed":3,"size":8})"));
    CHECK(window.unsent().empty());

    // The rest is sent again, as duplicates that get their receipts; nothing counts twice.
    window.connection_lost();
    CHECK(window.unsent() == "\nc\n");
    window.sent(3);
    CHECK(window.summary().duplicate == 1);
    CHECK(answered(window, R"({"durable":3})"));
    CHECK(answered(window, R"({"published":3,"size":9})"));
    CHECK(answered(window, R"({"witnessed":3,"size":9})"));
    CHECK(window.all_settled());
    CHECK(window.summary().sent == 3);
    CHECK(window.summary().durable == 2);
    CHECK(window.summary().rejected == 1);
    CHECK(window.summary().published == 2);
    CHECK(window.summary().witnessed == 2);
}

TEST_CASE("send window: a receipt ahead of durable is no answer of ours", "[net]") {
    SendWindow window(1000, SendState::kPublished);
    window.take("a\nb\n");
    window.sent(4);
    CHECK(answered(window, R"({"durable":2})"));
    CHECK(window.answer(R"({"published":3,"size":7})", {}).error().code == "send.protocol");
    // A daemon that knows no receipts refuses the line that asks for them.
    CHECK(window.answer(R"({"line":1,"code":"event.missing_attribute","reason":"r"})", {})
              .error()
              .code == "send.protocol");
}
