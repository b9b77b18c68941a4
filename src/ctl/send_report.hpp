// How sending is told about, by `send` and `probe`.
#pragma once

#include <string>

#include "overlord/net/send_client.hpp"

namespace overlord::ctl {

// One object without LF; states beyond what was waited for are left out.
[[nodiscard]] std::string to_json(const net::SendSummary& summary, net::SendState wait);
[[nodiscard]] std::string to_text(const net::SendReject& reject);    // without LF
// Rejects and lost connections as they come; progress where standard error is a terminal.
[[nodiscard]] net::SendEvents tell_on_standard_error();

}  // namespace overlord::ctl
