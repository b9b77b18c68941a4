// The client's end of the daemon's administration socket.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "command.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

// One command, {"command":NAME,...}, and its answer without "ok". Codes: the daemon's own, and
// admin.unavailable where nobody answers or the answer is not known: whether the command was done
// has to be looked up then.
[[nodiscard]] Result<nlohmann::ordered_json> ask_admin(const Path& socket,
                                                       const nlohmann::ordered_json& request);

// Tells what ask_admin() found: exit code 3 where nobody answers, else 1.
int fail_admin(const Options& options, const Error& error);

}  // namespace overlord::ctl
