// LINKS: overlord_net overlord_event Boost::headers Threads::Threads
// The ingest port alone: lines over loopback to an intake that decodes and answers at once. Sender
// and daemon side each use one thread.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/net/send_client.hpp"

namespace {

using namespace overlord;
using std::chrono::steady_clock;

constexpr int kEvents = 1'000'000;
constexpr int kFlushEvery = 256;  // a group commit's worth of answers

class DecodingIntake : public pipeline::Intake {
public:
    explicit DecodingIntake(bool decode) : decode_(decode) {}
    Room submit(const std::shared_ptr<pipeline::Submitter>& from, std::uint64_t line,
                std::string_view raw, const Error*) override {
        if (decode_ && !decoder_.decode(raw)) ++refused;
        from->resolved(line, {});
        if (line % kFlushEvery == 0) from->flush();
        return Room::kYes;
    }
    std::uint64_t refused = 0;

private:
    bool decode_;
    event::Decoder decoder_;
};

std::string events() {
    std::string text;
    for (int i = 0; i < kEvents; ++i) {
        text += R"({"specversion":"1.0","id":"f-)" + std::to_string(i) +
                R"(","source":"//gw-7/core","type":"telecoms.failover",)"
                R"("subject":"production_system","time":"2026-01-29T12:37:12.790123456Z",)"
                R"("data":{"from_system":"primary","to_system":"backup_1","duration_ms":23}})"
                "\n";
    }
    return text;
}

// An unnamed file in memory with the events.
FileHandle in_memory(const std::string& text) {
    FileHandle file(memfd_create("events", MFD_CLOEXEC));
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t count = write(file.get(), text.data() + at, text.size() - at);
        OVERLORD_ASSERT(count > 0);
        at += static_cast<std::size_t>(count);
    }
    lseek(file.get(), 0, SEEK_SET);
    return file;
}

void measure(const char* name, const std::string& text, int connections, bool decode) {
    boost::asio::io_context io;
    auto work = boost::asio::make_work_guard(io);
    DecodingIntake intake(decode);
    net::IngestOptions options;
    options.listen = "127.0.0.1:0";
    auto server = net::IngestServer::start(io, intake, options);
    OVERLORD_ASSERT(server.has_value());
    std::thread loop([&] { io.run(); });

    const auto start = steady_clock::now();
    std::vector<std::thread> senders;
    for (int i = 0; i < connections; ++i) {
        senders.emplace_back([&] {
            const FileHandle input = in_memory(text);
            net::SendOptions send;
            send.to = (*server)->endpoint().text();
            const net::SendReport report = net::send_lines(input.get(), send, {});
            OVERLORD_ASSERT(report.status.has_value() && report.summary.durable == kEvents);
        });
    }
    for (std::thread& sender : senders) sender.join();
    const std::chrono::duration<double> took = steady_clock::now() - start;
    const double total = static_cast<double>(kEvents) * connections;
    std::printf("%-36s %6.2f M events/s, %5.0f MB/s\n", name, total / took.count() / 1e6,
                static_cast<double>(text.size()) * connections / took.count() / 1e6);
    boost::asio::post(io, [&] { server->reset(); });
    work.reset();
    loop.join();
}

}  // namespace

int main() {
    const std::string text = events();
    std::printf("%d events of %zu bytes for each connection\n", kEvents, text.size() / kEvents);
    measure("1 connection, framing only", text, 1, false);
    measure("1 connection, framing and decoding", text, 1, true);
    measure("4 connections, framing and decoding", text, 4, true);
    return 0;
}
