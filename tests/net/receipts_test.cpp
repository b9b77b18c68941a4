// Receipts of later states: a fake intake and a HeadBoard that the test moves.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <deque>
#include <fstream>
#include <thread>

#include "../../src/net/receipts.hpp"
#include "loop.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/net/send_client.hpp"
#include "temporary.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;

namespace {

constexpr std::string_view kBoth = "{\"receipts\":[\"published\",\"witnessed\"]}\n";

// Each line becomes the next record as soon as it comes, or the record that the test says.
class NumberingIntake : public pipeline::Intake {
public:
    Room submit(const std::shared_ptr<pipeline::Submitter>& from, std::uint64_t line,
                std::string_view raw, const Error* framing_error) override {
        lines.emplace_back(raw);
        pipeline::LineResult result;
        result.rejected = raw.starts_with("bad") || framing_error != nullptr;
        if (result.rejected) result.code = "json.syntax";
        result.duplicate = raw == "again";
        if (!result.duplicate) ++records;
        result.records = records;
        from->resolved(line, result);
        from->flush();
        return Room::kYes;
    }

    std::vector<std::string> lines;
    std::uint64_t records = 0;
};

struct Server {
    explicit Server(IngestOptions options = {}) {
        options.listen = "127.0.0.1:0";
        options.heads = &heads;
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
    void publish(std::uint64_t records, std::uint64_t size) {
        loop.run([&] { heads.sealed({records, TreeSize{size}, Hash{}, ""}); });
    }
    void witness(std::uint64_t size) {
        loop.run([&] { heads.witnessed(TreeSize{size}, "", 1); });
    }
    std::size_t lines() {
        return loop.run([&] { return intake.lines.size(); });
    }

    pipeline::HeadBoard heads;
    NumberingIntake intake;
    Loop loop;
    std::unique_ptr<IngestServer> ingest;
};

std::string receipt(const char* state, std::uint64_t line, std::uint64_t size) {
    return std::string("{\"") + state + "\":" + std::to_string(line) +
           ",\"size\":" + std::to_string(size) + "}\n";
}

}  // namespace

TEST_CASE("receipts: the subscription has one form", "[net]") {
    const auto published = parse_receipts(R"({"receipts":["published"]})");
    REQUIRE(published);
    CHECK(published->published);
    CHECK_FALSE(published->witnessed);
    CHECK(parse_receipts(" {\"receipts\" : [\"witnessed\",\"published\"]} ")->witnessed);
    for (const std::string_view line :
         {R"({"receipts":[]})", R"({"receipts":["durable"]})", R"({"receipts":"published"})",
          R"({"receipts":["published","published"]})", R"({"receipts":["published"],"x":1})",
          R"(["receipts"])", R"({"receipts":[1]})", R"({"receipts":["published"]}x)", ""}) {
        INFO(line);
        CHECK_FALSE(parse_receipts(line));
    }
    CHECK_FALSE(parse_receipts(R"({"receipts":["published"]})" + std::string(1000, ' ')));
}

TEST_CASE("receipts: a tracker never runs ahead and stays small", "[net]") {
    ReceiptTracker tracker;
    tracker.durable(1, 10);
    tracker.durable(3, 12);
    tracker.reach(11);
    CHECK(tracker.reached() == 1);
    tracker.reach(12);
    CHECK(tracker.reached() == 3);
    // A head that does not move for a long time: the steps are merged, always to the later record.
    for (std::uint64_t line = 4; line < 100'000; ++line) {
        tracker.durable(line, line + 20);
        REQUIRE(tracker.steps() <= ReceiptTracker::kStepsMax);
    }
    std::uint64_t before = 3;
    for (std::uint64_t records = 12; records < 100'020; records += 777) {
        tracker.reach(records);
        CHECK(tracker.reached() + 20 <= std::max<std::uint64_t>(records, 23));
        CHECK(tracker.reached() >= before);
        before = tracker.reached();
    }
    tracker.reach(100'019);
    CHECK(tracker.reached() == 99'999);
}

TEST_CASE("receipts: durable, published and witnessed come in this order", "[net]") {
    Server server;
    server.publish(0, 1);
    Client client = server.connect();
    client.send(kBoth);
    CHECK(client.read_line() == "{\"durable\":1}\n");
    CHECK(client.read_line() == receipt("published", 1, 1));  // it needs no record
    client.send("a\nbad\n\n");
    CHECK(client.read_until("{\"durable\":4}\n").find("published") == std::string::npos);
    server.publish(1, 5);  // covers line 2 alone
    server.publish(2, 6);
    CHECK(client.read_until(receipt("published", 4, 6)).ends_with(receipt("published", 4, 6)));
    server.witness(5);  // of the older head
    const std::string older = client.read_line();
    CHECK((older == receipt("witnessed", 2, 5) || older == receipt("witnessed", 1, 5)));
    server.witness(6);
    CHECK(client.read_line() == receipt("witnessed", 4, 6));
    // Nothing new, nothing told; then a duplicate of an old line is covered by what there is.
    server.publish(2, 7);
    client.send("again\n");
    CHECK(client.read_until("{\"durable\":5}\n") == "{\"durable\":5}\n");
    CHECK(client.read_line() == receipt("published", 5, 7));
    CHECK(client.read_line() == receipt("witnessed", 5, 6));
    CHECK(server.loop.run([&] { return server.intake.lines; }) ==
          std::vector<std::string>{"a", "bad", "again"});
}

TEST_CASE("receipts: without subscription, or with a late one, nothing changes", "[net]") {
    Server server;
    server.publish(100, 9);
    Client client = server.connect();
    client.send("a\n" + std::string(kBoth));
    client.half_close();
    CHECK(client.read_all().find("published") == std::string::npos);
    CHECK(server.loop.run([&] { return server.intake.lines.size(); }) == 2);  // an ordinary line
    Client malformed = server.connect();
    malformed.send("{\"receipts\":[\"durable\"]}\n");
    malformed.half_close();
    CHECK(malformed.read_all() == "{\"durable\":1}\n");
    CHECK(server.lines() == 3);
}

TEST_CASE("receipts: after a half-close the connection stays until all is told", "[net]") {
    Server server;
    Client client = server.connect();
    client.send(std::string(kBoth) + "a\nb\n");
    client.half_close();
    server.publish(2, 3);
    CHECK(client.read_until(receipt("published", 3, 3)).ends_with(receipt("published", 3, 3)));
    server.witness(3);
    CHECK(client.read_all() == receipt("witnessed", 3, 3));
}

TEST_CASE("receipts: the wait for a witness that never comes ends with a word", "[net]") {
    IngestOptions options;
    options.receipt_timeout_ms = 50;
    Server server(options);
    server.publish(0, 1);
    Client client = server.connect();
    client.send("{\"receipts\":[\"witnessed\"]}\na\n");
    client.half_close();
    const std::string all = client.read_all();
    CHECK(all.ends_with("{\"code\":\"receipts.timeout\",\"reason\":\"witnessed up to line 0 of 2 "
                        "after a wait of 50 ms\"}\n"));
}

TEST_CASE("receipts: where nobody cosigns nobody waits for it", "[net]") {
    IngestOptions options;
    options.witnesses = false;
    Server server(options);
    server.publish(0, 1);
    Client client = server.connect();
    client.send(std::string(kBoth) + "a\n");
    client.half_close();
    while (server.lines() < 1) std::this_thread::yield();
    server.publish(1, 2);
    const std::string all = client.read_all();
    CHECK(all.find("{\"code\":\"receipts.unwitnessed\",\"reason\":") != std::string::npos);
    CHECK(all.ends_with(receipt("published", 2, 2)));
}

TEST_CASE("receipts: a stop does not wait for witnesses", "[net]") {
    IngestOptions options;
    options.drain_timeout_ms = 100;
    Server server(options);
    Client waiting = server.connect();
    waiting.send("{\"receipts\":[\"witnessed\"]}\na\n");
    waiting.half_close();
    Client open = server.connect();
    open.send("{\"receipts\":[\"published\"]}\nb\n");
    while (server.lines() < 2) std::this_thread::yield();
    std::promise<void> drained;
    server.loop.run([&] { server.ingest->stop([&] { drained.set_value(); }); });
    CHECK(waiting.read_all().find("receipts.timeout") != std::string::npos);
    CHECK(open.read_all().find("receipts.timeout") != std::string::npos);
    drained.get_future().wait();
}

TEST_CASE("receipts: a peer that reads nothing costs no memory for them", "[net]") {
    Server server;
    Client client = server.connect();
    client.send(kBoth);
    constexpr std::uint64_t kLines = 20'000;
    for (std::uint64_t i = 1; i <= kLines; ++i) {
        client.send("a\n");
        if (i % 16 == 0) server.publish(i, i);
    }
    while (server.lines() < kLines) std::this_thread::yield();
    server.publish(kLines, kLines + 1);
    server.witness(kLines + 1);
    client.half_close();
    const std::string all = client.read_all();
    CHECK(all.find(receipt("published", kLines + 1, kLines)) != std::string::npos);
    // What could not be sent was coalesced: far fewer receipts than heads would make.
    std::uint64_t told = 0, durable = 0, line = 0;
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1) {
        if (std::sscanf(all.c_str() + at, "{\"durable\":%lu}", &line) == 1) durable = line;
        if (std::sscanf(all.c_str() + at, "{\"published\":%lu", &line) != 1) continue;
        CHECK(line <= durable);
        CHECK(line > told);
        told = line;
    }
}

TEST_CASE("send: waits for published and for witnessed, also over a lost connection", "[net]") {
    Server server;
    TemporaryDirectory directory;
    const Path file = directory.path() / "events";
    std::ofstream(file, std::ios::binary) << "a\nbad\nb\n";
    const auto send = [&](SendState wait, std::uint64_t timeout_ms) {
        FileHandle input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        SendOptions options;
        options.to = server.ingest->endpoint().text();
        options.wait = wait;
        options.receipt_timeout_ms = timeout_ms;
        return send_lines(input.get(), options, {});
    };
    SendReport report;
    std::thread sender([&] { report = send(SendState::kWitnessed, 20'000); });
    while (server.lines() < 3) std::this_thread::yield();
    server.publish(3, 4);
    server.witness(4);
    sender.join();
    REQUIRE(report.status);
    CHECK(report.summary.durable == 2);
    CHECK(report.summary.rejected == 1);
    CHECK(report.summary.published == 2);
    CHECK(report.summary.witnessed == 2);

    report = send(SendState::kPublished, 50);  // no head comes
    REQUIRE_FALSE(report.status);
    CHECK(report.status.error().code == "send.unreached");
    CHECK(report.summary.durable == 2);
    CHECK(report.summary.published == 0);
}

TEST_CASE("send: is told at once that a log has no witnesses", "[net]") {
    IngestOptions options;
    options.witnesses = false;
    Server server(options);
    server.publish(10, 4);
    TemporaryDirectory directory;
    const Path file = directory.path() / "events";
    std::ofstream(file, std::ios::binary) << "a\nb\n";
    FileHandle input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    SendOptions send;
    send.to = server.ingest->endpoint().text();
    send.wait = SendState::kWitnessed;
    const SendReport report = send_lines(input.get(), send, {});
    REQUIRE_FALSE(report.status);
    CHECK(report.status.error().code == "send.unreached");
    CHECK(report.status.error().message == "this log has no witnesses");
    CHECK(report.summary.published == 2);
    CHECK(report.summary.witnessed == 0);
}
