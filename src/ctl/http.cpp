#include "http.hpp"

#include <openssl/ssl.h>  // lint: allow vendor: a server's certificate is checked against its name
#include <sys/socket.h>
#include <sys/time.h>

#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace overlord::ctl {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

constexpr int kTimeoutSeconds = 10;

// http_get() names the address.
Error unavailable(const std::string& why) {
    return Error{"http.unavailable", why, ErrorClass::kRetry};
}

// Blocking sockets have no deadline in Asio; the kernel's own ends each call.
void set_timeouts(int descriptor) {
    const timeval limit{kTimeoutSeconds, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Result<Tcp::socket> connect(asio::io_context& context, const Url& server) {
    Failure failure;
    Tcp::resolver resolver(context);
    const auto addresses = resolver.resolve(server.host, server.port, failure);
    if (failure) return unavailable(failure.message());
    for (const auto& address : addresses) {
        Tcp::socket socket(context);
        socket.open(address.endpoint().protocol(), failure);
        if (failure) continue;
        set_timeouts(socket.native_handle());
        socket.connect(address.endpoint(), failure);
        if (!failure) return socket;
    }
    return unavailable(failure ? failure.message() : "no address");
}

template <class Stream>
Result<std::string> exchange(Stream& stream, const Url& server, const std::string& path) {
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, server.host_port());
    request.set(http::field::user_agent, "overlordctl/" OVERLORD_VERSION);
    request.set(http::field::connection, "close");
    Failure failure;
    http::write(stream, request, failure);
    if (failure) return unavailable(failure.message());
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kHttpBodyBytesMax);
    http::read(stream, buffer, parser, failure);
    if (failure && failure != http::error::end_of_stream) {
        return unavailable(failure.message());
    }
    const unsigned status = parser.get().result_int();
    if (status == 200) return std::move(parser.get().body());
    return Error{status == 404 ? "http.not_found" : "http.status",
                 "the server answered " + std::to_string(status)};
}

Result<std::string> exchange_encrypted(Tcp::socket socket, const Url& server,
                                       const std::string& path) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    Failure failure;
    tls.set_default_verify_paths(failure);
    asio::ssl::stream<Tcp::socket> stream(std::move(socket), tls);
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(server.host));
    if (SSL_set_tlsext_host_name(stream.native_handle(), server.host.c_str()) != 1) {
        return Error{"http.tls", "the name of the server cannot be asked for"};
    }
    stream.handshake(asio::ssl::stream_base::client, failure);
    if (failure) return Error{"http.tls", failure.message()};
    return exchange(stream, server, path);
}

Result<std::string> get(const Url& server, const std::string& target) {
    asio::io_context context;
    Result<Tcp::socket> socket = connect(context, server);
    if (!socket) return socket.error();
    if (server.scheme == "https") {
        return exchange_encrypted(std::move(*socket), server, target);
    }
    return exchange(*socket, server, target);
}

}  // namespace

Result<std::string> http_get(const Url& server, std::string_view path) {
    const std::string target = server.target(path);
    Result<std::string> body = get(server, target);
    if (body) return body;
    return with_context(body.error(), server.scheme + "://" + server.host_port() + target);
}

}  // namespace overlord::ctl
