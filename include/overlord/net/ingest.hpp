// The TCP side of event intake (docs/formats/events.md): lines in, one JSON answer a line out.
//
// All of it runs on the thread that runs the io_context, the Intake included. Memory is bounded:
// per connection at most one chunk of unframed bytes (while the intake has no room), one started
// line and answer_bytes_max of answers; connections are bounded too.
//
// Promises to a sender: each reject is answered before the `durable` that covers it; `durable` is
// cumulative and never runs ahead of the disk; after a half-close all answers still come; a sender
// that does not read its answers is served all the same; nothing is dropped, a full intake stops
// the reading. A sender that asks for them in its first line gets receipts of later states too:
// `published` and `witnessed` for line N come after the `durable` that covers N, and after a
// half-close the connection stays until all lines have reached them or a limit has passed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "overlord/base/result.hpp"
#include "overlord/net/endpoint.hpp"
#include "overlord/pipeline/heads.hpp"
#include "overlord/pipeline/intake.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::net {

struct IngestOptions {
    std::string listen = "127.0.0.1:7420";     // port 0 picks a free one
    std::uint64_t line_timeout_ms = 10'000;    // a started line must end; idle is unlimited
    std::uint64_t drain_timeout_ms = 5'000;    // after stop(), for peers that do not read
    std::uint64_t answer_timeout_ms = 60'000;  // after its half-close a peer must take its answers
    std::uint64_t receipt_timeout_ms = 60'000;  // after its half-close, for later receipts
    std::size_t connections_max = 1024;        // well below the usual limit of descriptors
    std::size_t answer_bytes_max = 64 * 1024;  // unread answers; then {"suppressed":K}
    std::size_t read_bytes = 64 * 1024;        // one read; what a paused connection may hold
    pipeline::HeadBoard* heads = nullptr;  // outlives the server; null: no receipts beyond durable
    bool witnesses = true;  // false: nobody cosigns, so nobody is kept waiting for `witnessed`
};

// Since the start; connections_open is now.
struct IngestCounters {
    std::uint64_t connections_open = 0;
    std::uint64_t connections_total = 0;
    std::uint64_t connections_refused = 0;  // beyond connections_max
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;       // blank and rejected ones too
    std::uint64_t suppressed = 0;  // reject answers that were not sent
    std::uint64_t timeouts = 0;    // started lines that did not end
    std::uint64_t paused = 0;      // times a connection waited for room
};

class IngestServer {
public:
    // Listens. The io_context and the intake outlive the server. Codes: net.address, io.* (say
    // io.eaddrinuse), ingest.tls_required for an address beyond loopback.
    [[nodiscard]] static Result<std::unique_ptr<IngestServer>> start(boost::asio::io_context& io,
                                                                     pipeline::Intake& intake,
                                                                     const IngestOptions& options);
    ~IngestServer();  // closes what is open, at once

    [[nodiscard]] const Endpoint& endpoint() const;  // with the port that was bound

    // Stops accepting and reading; answers to what was taken are still sent, then each connection
    // is closed. `drained` is called once, when the last one is gone or drain_timeout_ms has
    // passed.
    void stop(std::function<void()> drained);

    [[nodiscard]] IngestCounters counters() const;

private:
    class Impl;
    explicit IngestServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::net
