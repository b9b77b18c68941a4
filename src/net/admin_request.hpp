// One line of the administration socket, read and checked.
#pragma once

#include <string_view>

#include "overlord/net/admin_server.hpp"

namespace overlord::net {

// A JSON object with a "command" and members that are strings, integers or booleans; null counts as
// absent. Code: admin.request. Who asks is for the caller to fill in.
[[nodiscard]] Result<AdminRequest> parse_admin_request(std::string_view line);

}  // namespace overlord::net
