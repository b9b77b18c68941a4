// One keep-alive connection to one server, for one request at a time. Coroutines on the thread that
// runs the io_context. Private to the module.
#pragma once

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "overlord/base/result.hpp"
#include "overlord/base/url.hpp"

namespace overlord::witness {

struct HttpRequest {
    std::string target;
    std::string content_type;  // empty: a GET
    std::string body;
    std::size_t answer_bytes_max = 64u << 10;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string content_type;
    std::string body;
};

class HttpLink {
public:
    HttpLink(boost::asio::io_context& io, Url server);
    ~HttpLink();

    // Connects where there is no connection. One that was kept alive and has gone in the meantime
    // is made again once. Any status is an answer. Codes, all kRetry: http.unavailable (nobody, no
    // answer in time, none that is HTTP or a larger one), http.tls (certificate, handshake).
    [[nodiscard]] boost::asio::awaitable<Result<HttpAnswer>> exchange(
        HttpRequest request, std::chrono::milliseconds timeout);
    // What is under way fails at once, and everything after.
    void close();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::witness
