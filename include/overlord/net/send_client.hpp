// The sender's side of event intake, for `overlordctl send` and `import`: streams lines to an
// ingest port and is done when all of them are durable.
//
// Keeps what is not durable yet (at most window_bytes) and sends it again after a lost connection;
// the daemon recognises what it already has. Blocking, one thread, no Asio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "overlord/base/result.hpp"

namespace overlord::net {

struct SendOptions {
    std::string to = "127.0.0.1:7420";
    std::size_t window_bytes = 8 * 1024 * 1024;  // sent and not durable; bounds memory
    std::uint64_t give_up_ms = 60'000;           // of reconnecting without one line of progress
};

// Blank lines are sent, so that numbers agree, and counted nowhere.
struct SendSummary {
    std::uint64_t sent = 0;       // lines of the input that were sent, each once
    std::uint64_t durable = 0;    // in the log
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
    std::function<void(const SendSummary&)> progress;          // after each `durable`
    std::function<void(const std::string& why)> reconnecting;  // a connection was lost
};

// Reads `input` (a file, a pipe, a terminal) to its end. The connection is first made before the
// input is read. Codes: net.address, send.unavailable (nobody listens, or given up), send.input,
// send.protocol (what answers is no ingest port).
[[nodiscard]] Result<SendSummary> send_lines(int input, const SendOptions& options,
                                             const SendEvents& events);

}  // namespace overlord::net
