#include "overlord/net/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace overlord::net {
namespace {

Error bad_address(std::string_view text, std::string_view why) {
    return {"net.address", "address \"" + std::string(text) + "\": " + std::string(why)};
}

}  // namespace

std::string Endpoint::text() const {
    const bool six = host.find(':') != host.npos;
    return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return bad_address(text, "expected HOST:PORT");
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";

    Endpoint endpoint;
    endpoint.host = host;
    const auto [end, failure] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (failure != std::errc{} || end != port.data() + port.size()) {
        return bad_address(text, "the port is a number up to 65535");
    }
    in_addr four{};
    in6_addr six{};
    if (!bracketed && inet_pton(AF_INET, endpoint.host.c_str(), &four) == 1) {
        endpoint.loopback = (ntohl(four.s_addr) >> 24) == 127;
    } else if (bracketed && inet_pton(AF_INET6, endpoint.host.c_str(), &six) == 1) {
        endpoint.loopback = IN6_IS_ADDR_LOOPBACK(&six);
    } else {
        return bad_address(text, "the host is a numeric address, [v6] in brackets, or localhost");
    }
    return endpoint;
}

}  // namespace overlord::net
