// Addresses of the form http[s]://HOST[:PORT][/PATH], without query and fragment: where published
// logs, witnesses and time stamping authorities are asked. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "overlord/base/result.hpp"

namespace overlord {

struct Url {
    std::string scheme;  // "http" or "https"
    std::string host;    // a name or a numeric address without brackets
    std::string port;
    std::string path;  // begins with a slash, does not end with one unless it is "/"

    [[nodiscard]] std::string host_port() const;  // as a Host field has it
    // The path with `below`, which begins with a slash, under it.
    [[nodiscard]] std::string target(std::string_view below) const;
};

[[nodiscard]] bool is_url(std::string_view text);
[[nodiscard]] Result<Url> parse_url(std::string_view text);  // code url.syntax

}  // namespace overlord
