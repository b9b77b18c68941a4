// Listening on a TCP endpoint.
#pragma once

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "overlord/net/endpoint.hpp"

namespace overlord::net {

// Writes the port that was bound into `endpoint`. Error codes: io.*
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor> listen_tcp(boost::asio::io_context& io,
                                                                Endpoint& endpoint);

}  // namespace overlord::net
