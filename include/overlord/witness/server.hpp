// A witness as an HTTP server (c2sp.org/tlog-witness), for a customer, an auditor or a regulator to
// run:
//
//   POST /add-checkpoint           judged, stored, cosigned
//   GET  /HEX/checkpoint           what was cosigned last; HEX: SHA-256 of the log's origin
//   GET  /healthz
//
// All of it runs on the thread that runs the io_context. Limits: 8 KiB of header, 512 KiB of body,
// 64 connections, 10 s for a request to come in, 120 s idle. It speaks plain HTTP; beyond loopback
// something that speaks TLS belongs in front.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "overlord/witness/store.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::witness {

struct ServerOptions {
    std::string address = "127.0.0.1";  // numeric
    std::uint16_t port = 0;             // 0 picks a free one
    std::size_t connections_max = 64;
    std::uint64_t request_timeout_ms = 10'000;
    std::uint64_t idle_timeout_ms = 120'000;  // logs keep their connection between checkpoints
    // One line for each refusal that somebody should look into: 403, 422, 500.
    std::function<void(const std::string&)> report;
};

class Server {
public:
    // Listens. The io_context and the store outlive the server. Codes: witness.address, io.*.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(boost::asio::io_context& io,
                                                               Store& store,
                                                               const ServerOptions& options);
    ~Server();  // stops

    [[nodiscard]] std::uint16_t port() const;  // that was bound
    void stop();                               // closes the listener and the connections, at once

private:
    class Impl;
    explicit Server(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::witness
