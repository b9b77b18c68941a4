// The sender's side of event intake, for `overlordctl send` and `import`: streams lines to an
// ingest port and is done when all of them are durable, or published, or witnessed.
//
// Keeps what is not done with yet (at most window_bytes) and sends it again after a lost
// connection; the daemon recognises what it already has, and a duplicate gets its receipts like a
// new line. Blocking, one thread, no Asio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "overlord/base/result.hpp"

namespace overlord::net {

// How far a line must come before it is done with.
enum class SendState : std::uint8_t { kDurable, kPublished, kWitnessed };

struct SendOptions {
    std::string to = "127.0.0.1:7420";
    std::size_t window_bytes = 8 * 1024 * 1024;  // sent and not done with; bounds memory
    std::uint64_t give_up_ms = 60'000;           // of reconnecting without one line of progress
    SendState wait = SendState::kDurable;
    std::uint64_t receipt_timeout_ms = 60'000;  // all is durable, and no receipt comes any more
};

// Blank lines are sent, so that numbers agree, and counted nowhere.
struct SendSummary {
    std::uint64_t sent = 0;       // lines of the input that were sent, each once
    std::uint64_t durable = 0;    // in the log
    std::uint64_t published = 0;  // of those, under a published head; counted where waited for
    std::uint64_t witnessed = 0;  // of those, under a witnessed head; counted where waited for
    std::uint64_t duplicate = 0;  // lines sent again after a lost connection
    std::uint64_t rejected = 0;   // recorded as rejects
};

struct SendReject {
    std::uint64_t line = 0;  // of the input, from 1
    std::string id;          // where it could be read
    std::string code;
    std::string reason;
};

struct SendEvents {
    // Once for each rejected line in the order of the lines, also when it was sent twice. Rejects
    // whose answers the daemon suppressed are counted in the summary only.
    std::function<void(const SendReject&)> rejected;
    std::function<void(const SendSummary&)> progress;          // after each receipt
    std::function<void(const std::string& why)> reconnecting;  // a connection was lost
};

// The summary counts what was done also where sending ended before its time.
struct SendReport {
    Status status;
    SendSummary summary;
};

// Reads `input` (a file, a pipe, a terminal) to its end. The connection is first made before the
// input is read. Codes: net.address, send.unavailable (nobody listens, or given up), send.input,
// send.protocol (what answers is no ingest port, or one that gives no receipts), send.unreached
// (all is durable, but the state waited for did not come in time).
[[nodiscard]] SendReport send_lines(int input, const SendOptions& options,
                                    const SendEvents& events);

}  // namespace overlord::net
