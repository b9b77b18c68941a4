// A blocking HTTP client for one request at a time: the daemon's API and published logs.
#pragma once

#include <string>
#include <string_view>

#include "overlord/base/result.hpp"
#include "overlord/base/url.hpp"

namespace overlord::ctl {

inline constexpr std::size_t kHttpBodyBytesMax = 32u << 20;

// The body of a 200. Codes: http.unavailable (kRetry: no answer in time, or none that is HTTP),
// http.not_found (404), http.status (any other), http.tls (the certificate is not trusted).
[[nodiscard]] Result<std::string> http_get(const Url& server, std::string_view path);

}  // namespace overlord::ctl
