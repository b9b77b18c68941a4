// The REPL's transport: sessions over a Unix stream socket. What a goal means is the backend's.
//
// A session is a Prolog top level over a stream: prompt "?- ", a goal ends with a dot; after a
// solution that may not be the last one, a line `;` asks for the next, any other line ends the
// answer and is, unless empty or ".", the start of the next goal. `halt.` and the end of the input
// end the session, `help.` explains, `:json` switches to one JSON object per answer without prompts
// (`:text` back):
//
//     {"result":true,"bindings":{"X":1},"more":true}
//     {"result":false}            {"result":false,"unknown":"REASON"}
//     {"result":"error","error":"MESSAGE"}
//
// with "output":"TEXT" where the goal printed something. Runs on the io_context's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/pipeline/repl.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::net {

struct ReplOptions {
    Path socket;
    unsigned mode = 0660;
    std::size_t sessions_max = 16;               // each can cost a worker process
    std::size_t output_bytes_max = 1024 * 1024;  // of one goal; its client may not be reading
    std::size_t answers_max = 10'000;            // of one goal
    std::uint64_t idle_timeout_ms = 3'600'000;   // a forgotten terminal frees its place
};

class ReplServer {
public:
    // Listens; see unix_listener.hpp for what becomes of an existing socket. The io_context and the
    // backend outlive the server. Codes: net.address, net.in_use, io.*
    [[nodiscard]] static Result<std::unique_ptr<ReplServer>> start(boost::asio::io_context& io,
                                                                   pipeline::ReplBackend& backend,
                                                                   const ReplOptions& options);
    ~ReplServer();  // stops

    [[nodiscard]] std::size_t sessions() const;  // now open

    void stop();  // closes the sessions, stopping their goals, and removes the socket

private:
    class Impl;
    explicit ReplServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::net
