// Addresses of the configuration: HOST:PORT, with brackets around IPv6.

#include <arpa/inet.h>

#include <charconv>

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
    return port;
}

bool is_ipv4(const std::string& host) {
    in_addr address{};
    return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

std::string to_text(const Endpoint& endpoint) {
    const bool brackets = endpoint.host.find(':') != std::string::npos;
    const std::string host = brackets ? "[" + endpoint.host + "]" : endpoint.host;
    return host + ":" + std::to_string(endpoint.port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;

    std::string_view host = text.substr(0, colon);
    const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (brackets) host = host.substr(1, host.size() - 2);
    Endpoint endpoint{std::string(host), *port};
    if (endpoint.host.find('\0') != std::string::npos) return std::nullopt;
    const bool valid = brackets ? is_ipv6(endpoint.host)
                                : endpoint.host == "localhost" || is_ipv4(endpoint.host);
    if (!valid) return std::nullopt;
    return endpoint;
}

bool is_loopback(const Endpoint& endpoint) {
    if (endpoint.host == "localhost") return true;
    in_addr v4{};
    if (inet_pton(AF_INET, endpoint.host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return inet_pton(AF_INET6, endpoint.host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace overlord::daemon
