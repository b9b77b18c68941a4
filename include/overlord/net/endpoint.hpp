// HOST:PORT as it stands in the configuration and on command lines. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/result.hpp"

namespace overlord::net {

struct Endpoint {
    std::string host;  // a numeric address without brackets: "127.0.0.1", "::1"
    std::uint16_t port = 0;
    bool loopback = false;

    [[nodiscard]] std::string text() const;  // "127.0.0.1:7420", "[::1]:7420"
};

// "127.0.0.1:7420", "[::1]:7420" or "localhost:7420" (127.0.0.1). Names are not looked up: what the
// daemon binds must not depend on a name server. Code: net.address.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace overlord::net
