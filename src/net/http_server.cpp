#include "overlord/net/http.hpp"

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <algorithm>
#include <unordered_set>

#include "listen_tcp.hpp"
#include "public_files.hpp"

namespace overlord::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;
using Request = http::request<http::string_body>;
using TextResponse = http::response<http::string_body>;
using FileResponse = http::response<http::file_body>;

constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
constexpr milliseconds kAcceptRetry{100};
constexpr std::string_view kLogPrefix = "/log/";

beast::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

template <class Response>
void prepare(Response& response, const Request& request) {
    response.version(request.version());
    response.keep_alive(request.keep_alive());
    response.set("X-Content-Type-Options", "nosniff");
}

TextResponse text_response(const Request& request, HttpReply reply) {
    TextResponse response;
    response.result(reply.status);
    prepare(response, request);
    response.set(http::field::content_type, reply.content_type);
    response.set(http::field::cache_control, "no-store");
    response.body() = std::move(reply.body);
    response.prepare_payload();
    // A HEAD has the header of its GET, Content-Length included.
    return response;
}

HttpReply plain(unsigned status, std::string text) {
    return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

std::string_view path_of(const Request& request) {
    const std::string_view target(request.target().data(), request.target().size());
    return target.substr(0, target.find('?'));
}

// The open connections, each owned by its serve().
using Streams = std::unordered_set<beast::tcp_stream*>;

class Registration {
public:
    Registration(Streams& streams, beast::tcp_stream& stream) : streams_(streams), stream_(stream) {
        streams_.insert(&stream_);
    }
    ~Registration() { streams_.erase(&stream_); }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

private:
    Streams& streams_;
    beast::tcp_stream& stream_;
};

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(tcp::acceptor acceptor, Endpoint endpoint, HttpHandlers handlers, HttpOptions options)
        : acceptor_(std::move(acceptor)),
          endpoint_(std::move(endpoint)),
          handlers_(std::move(handlers)),
          options_(std::move(options)) {}

    void start() {
        asio::co_spawn(
            acceptor_.get_executor(), [self = shared_from_this()] { return self->accept(); },
            asio::detached);
    }

    void stop() {
        stopped_ = true;
        ErrorCode ignored;
        acceptor_.close(ignored);
        for (beast::tcp_stream* stream : streams_) stream->close();
    }

    const Endpoint& endpoint() const { return endpoint_; }
    std::uint64_t requests() const { return requests_; }

private:
    asio::awaitable<void> accept();
    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                    milliseconds patience);
    asio::awaitable<bool> answer(beast::tcp_stream& stream, const Request& request);
    asio::awaitable<bool> refuse(beast::tcp_stream& stream, ErrorCode failure);
    template <class Response>
    asio::awaitable<bool> write(beast::tcp_stream& stream, Response& response, bool header_only);

    const HttpPost* post_to(std::string_view path) const;
    std::size_t body_bytes_max() const;
    HttpReply page(std::string_view path) const;
    Result<FileResponse> log_file(const Request& request, std::string_view path) const;

    tcp::acceptor acceptor_;
    Endpoint endpoint_;
    HttpHandlers handlers_;
    HttpOptions options_;
    Streams streams_;
    std::uint64_t requests_ = 0;
    bool stopped_ = false;
};

asio::awaitable<void> HttpServer::Impl::accept() {
    const auto self = shared_from_this();
    while (!stopped_) {
        ErrorCode failure;
        tcp::socket socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (stopped_) co_return;
        if (failure) {  // descriptors ran out: others must close first
            asio::steady_timer timer(acceptor_.get_executor(), kAcceptRetry);
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, failure));
            continue;
        }
        if (streams_.size() >= options_.connections_max) continue;  // closes it
        asio::co_spawn(
            acceptor_.get_executor(),
            [self, moved = std::move(socket)]() mutable { return self->serve(std::move(moved)); },
            asio::detached);
    }
}

asio::awaitable<void> HttpServer::Impl::serve(tcp::socket socket) {
    const auto self = shared_from_this();
    if (stopped_) co_return;
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    beast::tcp_stream stream(std::move(socket));
    const Registration registration(streams_, stream);
    beast::flat_buffer buffer(kHeaderBytesMax + body_bytes_max() + 1024);
    milliseconds patience(options_.request_timeout_ms);
    while (co_await serve_one(stream, buffer, patience)) {
        patience = milliseconds(options_.idle_timeout_ms);
    }
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

// False: the connection is over.
asio::awaitable<bool> HttpServer::Impl::serve_one(beast::tcp_stream& stream,
                                                  beast::flat_buffer& buffer,
                                                  milliseconds patience) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(body_bytes_max());
    stream.expires_after(patience);
    ErrorCode failure;
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
        const HttpPost* post = parser.get().method() == http::verb::post
                                   ? post_to(path_of(parser.get()))
                                   : nullptr;
        const std::size_t limit = post != nullptr ? post->body_bytes_max : 0;
        parser.body_limit(limit);
        if (parser.content_length().value_or(0) > limit) {
            failure = make_error_code(http::error::body_limit);
        }
    }
    if (!failure) {
        // Idle is free, but a request that was begun comes in without delay.
        stream.expires_after(milliseconds(options_.request_timeout_ms));
        co_await http::async_read(stream, buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, failure));
    }
    if (stopped_) co_return false;
    if (!failure) co_return co_await answer(stream, parser.get());
    co_return co_await refuse(stream, failure);
}

asio::awaitable<bool> HttpServer::Impl::refuse(beast::tcp_stream& stream, ErrorCode failure) {
    unsigned status = 400;
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow) {
        status = 431;
    } else if (failure == http::error::body_limit || failure == http::error::unexpected_body) {
        status = 413;
    } else if (failure.category() != make_error_code(http::error::bad_target).category() ||
               failure == http::error::end_of_stream || failure == http::error::partial_message) {
        co_return false;  // gone, or too slow
    }
    Request request;
    request.keep_alive(false);
    TextResponse response = text_response(request, plain(status, failure.message()));
    co_return co_await write(stream, response, false);
}

asio::awaitable<bool> HttpServer::Impl::answer(beast::tcp_stream& stream, const Request& request) {
    ++requests_;
    const bool head = request.method() == http::verb::head;
    const std::string_view path = path_of(request);
    const HttpPost* post = post_to(path);
    if (post != nullptr && request.method() == http::verb::post) {
        TextResponse response = text_response(request, post->take(request.body()));
        co_return co_await write(stream, response, false);
    }
    if (post != nullptr || (!head && request.method() != http::verb::get)) {
        const std::string methods = post != nullptr ? "POST" : "GET, HEAD";
        TextResponse response =
            text_response(request, plain(405, "this takes " + methods + " only"));
        response.set(http::field::allow, methods);
        co_return co_await write(stream, response, head);
    }
    if (path.starts_with(kLogPrefix)) {
        Result<FileResponse> file = log_file(request, path.substr(kLogPrefix.size()));
        if (file) co_return co_await write(stream, *file, head);
        TextResponse response = text_response(request, plain(404, file.error().message));
        co_return co_await write(stream, response, head);
    }
    TextResponse response = text_response(request, page(path));
    co_return co_await write(stream, response, head);
}

template <class Response>
asio::awaitable<bool> HttpServer::Impl::write(beast::tcp_stream& stream, Response& response,
                                              bool header_only) {
    stream.expires_after(milliseconds(options_.idle_timeout_ms));
    ErrorCode failure;
    http::response_serializer<typename Response::body_type> serializer(response);
    if (header_only) {
        co_await http::async_write_header(stream, serializer,
                                          asio::redirect_error(asio::use_awaitable, failure));
    } else {
        co_await http::async_write(stream, serializer,
                                   asio::redirect_error(asio::use_awaitable, failure));
    }
    co_return !failure && !stopped_ && response.keep_alive();
}

const HttpPost* HttpServer::Impl::post_to(std::string_view path) const {
    const auto found = handlers_.posts.find(path);
    return found == handlers_.posts.end() ? nullptr : &found->second;
}

std::size_t HttpServer::Impl::body_bytes_max() const {
    std::size_t most = 0;
    for (const auto& [path, post] : handlers_.posts) most = std::max(most, post.body_bytes_max);
    return most;
}

HttpReply HttpServer::Impl::page(std::string_view path) const {
    const auto found = handlers_.pages.find(path);
    if (found == handlers_.pages.end()) {
        std::optional<HttpReply> other = handlers_.others ? handlers_.others(path) : std::nullopt;
        return other ? *std::move(other) : plain(404, "there is no such page");
    }
    const bool open = endpoint_.loopback || options_.local_pages_beyond_loopback ||
                      found->second.audience == HttpAudience::kAnyone;
    if (!open) return plain(403, "this page is given out on loopback only");
    return found->second.render();
}

Result<FileResponse> HttpServer::Impl::log_file(const Request& request,
                                                std::string_view path) const {
    if (handlers_.log_directory.empty()) return Error{"http.not_found", "there is no log here"};
    Result<PublicFile> file = open_public_file(handlers_.log_directory, path);
    if (!file) return std::move(file).error();
    beast::file_posix handle;
    handle.native_handle(file->file.release());
    FileResponse response;
    ErrorCode failure;
    response.body().reset(std::move(handle), failure);
    if (failure) return Error{"http.not_found", failure.message()};
    prepare(response, request);
    response.set(http::field::content_type, view(file->content_type));
    response.set(http::field::cache_control, view(file->cache_control));
    response.set(http::field::access_control_allow_origin, "*");  // verifiers run in browsers too
    response.prepare_payload();
    return response;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::io_context& io, HttpHandlers handlers,
                                                      const HttpOptions& options) {
    Result<Endpoint> endpoint = parse_endpoint(options.listen);
    if (!endpoint) return with_context(endpoint.error(), "http");
    Result<tcp::acceptor> acceptor = listen_tcp(io, *endpoint);
    if (!acceptor) return with_context(acceptor.error(), "http");
    auto impl = std::make_shared<Impl>(*std::move(acceptor), *std::move(endpoint),
                                       std::move(handlers), options);
    impl->start();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
    impl_->stop();
}

const Endpoint& HttpServer::endpoint() const {
    return impl_->endpoint();
}
std::uint64_t HttpServer::requests() const {
    return impl_->requests();
}
void HttpServer::stop() {
    impl_->stop();
}

}  // namespace overlord::net
