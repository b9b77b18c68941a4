#include "overlord/base/url.hpp"

#include <algorithm>

namespace overlord {
namespace {

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || text.front() == '0') return false;
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65'535;
}

// Nothing that would end a request line or a header field early, and no credentials.
bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c < '\x7f' && c != '@'; });
}

}  // namespace

std::string Url::host_port() const {
    const bool six = host.find(':') != host.npos;
    return (six ? "[" + host + "]" : host) + ":" + port;
}

std::string Url::target(std::string_view below) const {
    return (path == "/" ? "" : path) + std::string(below);
}

bool is_url(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

Result<Url> parse_url(std::string_view text) {
    const Error bad{"url.syntax",
                    "\"" + std::string(text) + "\" is not http[s]://HOST[:PORT][/PATH]"};
    if (!is_url(text) || !is_clean(text)) return bad;
    Url url;
    url.scheme = text.substr(0, text.find(':'));
    text.remove_prefix(url.scheme.size() + 3);
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view authority = text.substr(0, slash);
    url.path = text.substr(slash);
    while (url.path.size() > 1 && url.path.back() == '/') url.path.pop_back();
    if (url.path.empty()) url.path = "/";
    if (url.path.find_first_of("?#") != std::string::npos) return bad;
    const bool brackets = authority.starts_with('[');
    const std::size_t bracket = brackets ? authority.find(']') : 0;
    if (bracket == authority.npos) return bad;
    const std::size_t colon = authority.find(':', bracket);
    url.host = brackets ? authority.substr(1, bracket - 1) : authority.substr(0, colon);
    if (brackets && bracket + 1 != std::min(colon, authority.size())) return bad;
    url.port = url.scheme == "https" ? "443" : "80";
    if (colon != authority.npos) url.port = authority.substr(colon + 1);
    if (url.host.empty() || !is_port(url.port)) return bad;
    return url;
}

}  // namespace overlord
