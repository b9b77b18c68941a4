#include "overlord/witness/server.hpp"

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <unordered_set>

namespace overlord::witness {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
constexpr milliseconds kAcceptRetry{100};

Answer plain(unsigned status, std::string text) {
    return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

Answer answer_to(Store& store, const Request& request, const ServerOptions& options) {
    const std::string_view path(request.target().data(), request.target().size());
    if (path == "/add-checkpoint") {
        if (request.method() != http::verb::post) return plain(405, "only POST");
        Answer answer = store.add_checkpoint(request.body());
        const bool odd = answer.status == 403 || answer.status == 422 || answer.status == 500;
        if (odd && options.report) {
            options.report("add-checkpoint refused with " + std::to_string(answer.status) + ": " +
                           answer.body.substr(0, answer.body.find('\n')) + "; the request: " +
                           to_base64(as_bytes(request.body())));
        }
        return answer;
    }
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        return plain(405, "only GET and HEAD");
    }
    if (path == "/healthz") return plain(200, "ok");
    constexpr std::string_view kCheckpoint = "/checkpoint";
    if (path.starts_with('/') && path.ends_with(kCheckpoint)) {
        const std::string_view hex = path.substr(1, path.size() - 1 - kCheckpoint.size());
        const Result<std::string> note = store.checkpoint(hex);
        if (note) return {200, "text/plain; charset=utf-8", *note};
    }
    return plain(404, "there is nothing here");
}

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

class Server::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(tcp::acceptor acceptor, Store& store, const ServerOptions& options)
        : acceptor_(std::move(acceptor)), store_(store), options_(options) {}

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

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::awaitable<void> accept();
    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                    milliseconds patience);

    tcp::acceptor acceptor_;
    Store& store_;
    ServerOptions options_;
    Streams streams_;
    bool stopped_ = false;
};

asio::awaitable<void> Server::Impl::accept() {
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

asio::awaitable<void> Server::Impl::serve(tcp::socket socket) {
    const auto self = shared_from_this();
    if (stopped_) co_return;
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    beast::tcp_stream stream(std::move(socket));
    const Registration registration(streams_, stream);
    beast::flat_buffer buffer(kHeaderBytesMax + tlog::kAddCheckpointBytesMax + 1024);
    milliseconds patience(options_.request_timeout_ms);
    while (co_await serve_one(stream, buffer, patience)) {
        patience = milliseconds(options_.idle_timeout_ms);
    }
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

// False: the connection is over.
asio::awaitable<bool> Server::Impl::serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                              milliseconds patience) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(tlog::kAddCheckpointBytesMax);
    stream.expires_after(patience);
    ErrorCode failure;
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
        // Idle is free, but a request that was begun comes in without delay.
        stream.expires_after(milliseconds(options_.request_timeout_ms));
        co_await http::async_read(stream, buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, failure));
    }
    if (stopped_) co_return false;
    Answer answer;
    bool keep = false;
    if (!failure) {
        answer = answer_to(store_, parser.get(), options_);
        keep = parser.get().keep_alive();
    } else if (failure == http::error::body_limit || failure == http::error::header_limit ||
               failure == http::error::buffer_overflow) {
        answer = plain(413, failure.message());
    } else if (failure.category() != make_error_code(http::error::bad_target).category() ||
               failure == http::error::end_of_stream || failure == http::error::partial_message) {
        co_return false;  // gone, or too slow
    } else {
        answer = plain(400, failure.message());
    }
    Response response;
    response.version(11);
    response.result(answer.status);
    response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(keep);
    response.body() = std::move(answer.body);
    response.prepare_payload();
    if (parser.get().method() == http::verb::head) response.body().clear();
    stream.expires_after(milliseconds(options_.request_timeout_ms));
    co_await http::async_write(stream, response,
                               asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure && keep && !stopped_;
}

Result<std::unique_ptr<Server>> Server::start(asio::io_context& io, Store& store,
                                              const ServerOptions& options) {
    ErrorCode failure;
    const asio::ip::address address = asio::ip::make_address(options.address, failure);
    if (failure) return Error{"witness.address", options.address + " is no numeric address"};
    const auto failed = [&](const char* what) {
        return io_error(std::string(what) + " " + options.address + ":" +
                            std::to_string(options.port),
                        failure.value());
    };
    tcp::acceptor acceptor(io);
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
    if (failure) return failed("listen on");
    auto impl = std::make_shared<Impl>(std::move(acceptor), store, options);
    impl->start();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { impl_->stop(); }
std::uint16_t Server::port() const { return impl_->port(); }
void Server::stop() { impl_->stop(); }

}  // namespace overlord::witness
