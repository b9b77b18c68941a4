#include "listen_tcp.hpp"

namespace overlord::net {

namespace asio = boost::asio;
using asio::ip::tcp;

Result<tcp::acceptor> listen_tcp(asio::io_context& io, Endpoint& endpoint) {
    boost::system::error_code failure;
    const auto failed = [&] { return io_error("listen on " + endpoint.text(), failure.value()); };
    const tcp::endpoint address(asio::ip::make_address(endpoint.host, failure), endpoint.port);
    if (failure) return Error{"net.address", "listen on " + endpoint.text() + ": no address"};
    tcp::acceptor acceptor(io);
    acceptor.open(address.protocol(), failure);
    if (failure) return failed();
    // A restart must not wait for connections of the last run to time out.
    acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (failure) return failed();
    acceptor.bind(address, failure);
    if (failure) return failed();
    acceptor.listen(asio::socket_base::max_listen_connections, failure);
    if (failure) return failed();
    endpoint.port = acceptor.local_endpoint(failure).port();
    if (failure) return failed();
    return acceptor;
}

}  // namespace overlord::net
