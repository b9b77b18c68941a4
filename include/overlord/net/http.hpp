// A small HTTP/1.1 server: GET and HEAD of pages that callbacks render and of the log's public
// tree, and POST to callbacks that take a body.
//
// All of it runs on the thread that runs the io_context, the callbacks included; they must not
// block. It takes a body where a callback does, decodes no percent escape and follows no symbolic
// link. Limits: 8 KiB of header, 256 connections, 10 s for a request to come in, 30 s idle or for a
// peer to take an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/net/endpoint.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::net {

struct HttpReply {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

// Who may see a page that names systems, rates or verdicts.
enum class HttpAudience { kLocal, kAnyone };

struct HttpPage {
    std::function<HttpReply()> render;
    HttpAudience audience = HttpAudience::kLocal;
};

struct HttpPost {
    std::size_t body_bytes_max = 0;  // a longer one is answered 413
    std::function<HttpReply(std::string_view body)> take;
};

struct HttpHandlers {
    std::map<std::string, HttpPage, std::less<>> pages;  // by exact path: "/healthz"
    std::map<std::string, HttpPost, std::less<>> posts;  // likewise, for anyone
    // GET of a path that is neither, for anyone; nullopt: there is no such page.
    std::function<std::optional<HttpReply>(std::string_view path)> others;
    Path log_directory;  // the tree below /log/, for anyone; empty: none
};

struct HttpOptions {
    std::string listen = "127.0.0.1:7480";  // port 0 picks a free one
    // Beyond loopback, pages of audience kLocal answer 403 unless this is set.
    bool local_pages_beyond_loopback = false;
    std::size_t connections_max = 256;
    std::uint64_t request_timeout_ms = 10'000;
    std::uint64_t idle_timeout_ms = 30'000;
};

class HttpServer {
public:
    // Listens. The io_context outlives the server. Codes: net.address, io.*
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(boost::asio::io_context& io,
                                                                   HttpHandlers handlers,
                                                                   const HttpOptions& options);
    ~HttpServer();  // stops

    [[nodiscard]] const Endpoint& endpoint() const;  // with the port that was bound
    [[nodiscard]] std::uint64_t requests() const;    // answered since the start

    void stop();  // closes the listener and the connections, at once

private:
    class Impl;
    explicit HttpServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::net
