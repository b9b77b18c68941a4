// How sending is told about, by `send` and `probe`.
#pragma once

#include <string>

#include "overlord/net/send_client.hpp"

namespace overlord::ctl {

[[nodiscard]] std::string to_json(const net::SendSummary& summary);  // one object, no LF
[[nodiscard]] std::string to_text(const net::SendReject& reject);    // without LF
// Rejects and lost connections as they come; progress where standard error is a terminal.
[[nodiscard]] net::SendEvents tell_on_standard_error();

}  // namespace overlord::ctl
