#include "http_link.hpp"

#include <openssl/ssl.h>  // lint: allow vendor: a server's certificate is checked against its name

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

namespace overlord::witness {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;
using Stream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

auto into(ErrorCode& failure) {
    return asio::redirect_error(asio::use_awaitable, failure);
}

}  // namespace

class HttpLink::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, Url server) : io_(io), resolver_(io), server_(std::move(server)) {}

    asio::awaitable<Result<HttpAnswer>> exchange(HttpRequest request, milliseconds timeout);
    void close() {
        closed_ = true;
        abandon();
    }

private:
    asio::awaitable<Result<HttpAnswer>> attempt(const HttpRequest& request);
    asio::awaitable<Status> connect();
    asio::awaitable<Status> connect_tcp();
    asio::awaitable<Status> shake_hands();
    template <class S>
    asio::awaitable<Result<HttpAnswer>> talk(S& stream, const HttpRequest& request);

    [[nodiscard]] bool connected() const { return plain_ || tls_; }
    // Ends what is under way on it; the coroutine that uses it takes it down.
    void abandon() {
        resolver_.cancel();
        if (plain_) plain_->close();
        if (tls_) beast::get_lowest_layer(*tls_).close();
    }
    void take_down() {
        plain_.reset();
        tls_.reset();
        buffer_.clear();
    }
    Error unavailable(const std::string& what) const {
        return Error{"http.unavailable", server_.host_port() + ": " + what, ErrorClass::kRetry};
    }

    asio::io_context& io_;
    tcp::resolver resolver_;
    Url server_;
    std::optional<asio::ssl::context> tls_context_;
    std::optional<Stream> plain_;
    std::optional<TlsStream> tls_;
    beast::flat_buffer buffer_;
    bool closed_ = false;
    bool late_ = false;  // the request under way has used up its time
};

asio::awaitable<Result<HttpAnswer>> HttpLink::Impl::exchange(HttpRequest request,
                                                             milliseconds timeout) {
    const auto self = shared_from_this();
    if (closed_) co_return unavailable("closed");
    // One deadline for looking up, connecting and the answer together.
    asio::steady_timer deadline(io_, timeout);
    late_ = false;
    deadline.async_wait([weak = weak_from_this()](ErrorCode failure) {
        const auto link = weak.lock();
        if (failure || !link) return;
        link->late_ = true;
        link->abandon();
    });
    const bool kept_alive = connected();
    Result<HttpAnswer> answer = co_await attempt(request);
    if (!answer && kept_alive && !late_ && !closed_) answer = co_await attempt(request);
    deadline.cancel();
    if (!answer && late_) {
        co_return unavailable("no answer within " + std::to_string(timeout.count()) + " ms");
    }
    co_return answer;
}

asio::awaitable<Result<HttpAnswer>> HttpLink::Impl::attempt(const HttpRequest& request) {
    if (!connected()) {
        const Status made = co_await connect();
        if (!made) {
            take_down();
            co_return made.error();
        }
    }
    if (tls_) co_return co_await talk(*tls_, request);
    co_return co_await talk(*plain_, request);
}

asio::awaitable<Status> HttpLink::Impl::connect() {
    const Status reached = co_await connect_tcp();
    if (!reached || server_.scheme != "https") co_return reached;
    co_return co_await shake_hands();
}

asio::awaitable<Status> HttpLink::Impl::connect_tcp() {
    ErrorCode failure;
    const tcp::resolver::results_type addresses =
        co_await resolver_.async_resolve(server_.host, server_.port, into(failure));
    if (failure) co_return unavailable(failure.message());
    if (late_ || closed_) co_return unavailable("closed");
    plain_.emplace(io_);
    co_await plain_->async_connect(addresses, into(failure));
    if (failure) co_return unavailable(failure.message());
    plain_->socket().set_option(tcp::no_delay(true), failure);
    co_return Status();
}

asio::awaitable<Status> HttpLink::Impl::shake_hands() {
    ErrorCode failure;
    if (!tls_context_) {
        tls_context_.emplace(asio::ssl::context::tls_client);
        tls_context_->set_default_verify_paths(failure);
        if (failure) co_return Error{"http.tls", failure.message(), ErrorClass::kRetry};
    }
    tls_.emplace(std::move(*plain_), *tls_context_);
    plain_.reset();
    tls_->set_verify_mode(asio::ssl::verify_peer, failure);
    tls_->set_verify_callback(asio::ssl::host_name_verification(server_.host), failure);
    if (SSL_set_tlsext_host_name(tls_->native_handle(), server_.host.c_str()) != 1) {
        co_return Error{"http.tls", server_.host + " cannot be asked for", ErrorClass::kRetry};
    }
    co_await tls_->async_handshake(asio::ssl::stream_base::client, into(failure));
    if (failure) {
        co_return Error{"http.tls", server_.host_port() + ": " + failure.message(),
                        ErrorClass::kRetry};
    }
    co_return Status();
}

template <class S>
asio::awaitable<Result<HttpAnswer>> HttpLink::Impl::talk(S& stream, const HttpRequest& request) {
    const bool posts = !request.content_type.empty();
    http::request<http::string_body> message(posts ? http::verb::post : http::verb::get,
                                             request.target, 11);
    message.set(http::field::host, server_.host_port());
    message.set(http::field::user_agent, "overlordd");
    if (posts) message.set(http::field::content_type, request.content_type);
    message.body() = request.body;
    message.prepare_payload();
    ErrorCode failure;
    co_await http::async_write(stream, message, into(failure));
    if (failure) {
        take_down();
        co_return unavailable(failure.message());
    }
    http::response_parser<http::string_body> parser;
    parser.body_limit(request.answer_bytes_max);
    co_await http::async_read(stream, buffer_, parser, into(failure));
    if (failure) {
        take_down();
        co_return unavailable(failure.message());
    }
    http::response<http::string_body> response = parser.release();
    if (!response.keep_alive()) take_down();
    HttpAnswer answer;
    answer.status = response.result_int();
    const auto type = response[http::field::content_type];
    answer.content_type.assign(type.data(), type.size());
    answer.body = std::move(response.body());
    co_return answer;
}

HttpLink::HttpLink(asio::io_context& io, Url server)
    : impl_(std::make_shared<Impl>(io, std::move(server))) {}
HttpLink::~HttpLink() { impl_->close(); }

asio::awaitable<Result<HttpAnswer>> HttpLink::exchange(HttpRequest request, milliseconds timeout) {
    return impl_->exchange(std::move(request), timeout);
}

void HttpLink::close() { impl_->close(); }

}  // namespace overlord::witness
