#include "lsp_frames.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace overlord::ctl {
namespace {

// The value of Content-Length in a block of header lines; nothing when there is none that counts.
std::optional<std::size_t> content_length(std::string_view block) {
    constexpr std::string_view kName = "content-length:";
    while (!block.empty()) {
        const std::size_t end = std::min(block.find("\r\n"), block.size());
        std::string_view line = block.substr(0, end);
        block.remove_prefix(std::min(end + 2, block.size()));
        std::string name(line.substr(0, kName.size()));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (name != kName) continue;
        line.remove_prefix(kName.size());
        const std::size_t from = line.find_first_not_of(' ');
        if (from == std::string_view::npos) return std::nullopt;
        line.remove_prefix(from);
        std::size_t value = 0;
        const auto [rest, failed] = std::from_chars(line.data(), line.data() + line.size(), value);
        if (failed != std::errc() || rest != line.data() + line.size()) return std::nullopt;
        return value;
    }
    return std::nullopt;
}

}  // namespace

std::optional<LspFrame> LspFramer::next() {
    const std::size_t skipped = std::min(skip_, buffer_.size());
    buffer_.erase(0, skipped);
    skip_ -= skipped;
    if (skip_ > 0) return std::nullopt;
    if (!length_) {
        if (std::optional<LspFrame> refused = header()) return refused;
    }
    if (!length_ || buffer_.size() < *length_) return std::nullopt;
    LspFrame frame;
    frame.body = buffer_.substr(0, *length_);
    buffer_.erase(0, *length_);
    length_.reset();
    return frame;
}

// Reads a block of header lines when all of it is there; gives a frame only to refuse it.
std::optional<LspFrame> LspFramer::header() {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (buffer_.size() <= kLspHeaderBytesMax) return std::nullopt;
        return bad("no header ends within 8 KiB", buffer_.size());
    }
    const std::optional<std::size_t> length =
        content_length(std::string_view(buffer_).substr(0, end));
    if (!length) return bad("a header without a Content-Length", end + 4);
    if (*length > kLspBodyBytesMax) {
        skip_ = *length;
        return bad("a message of more than 64 MiB", end + 4);
    }
    buffer_.erase(0, end + 4);
    length_ = *length;
    return std::nullopt;
}

LspFrame LspFramer::bad(std::string why, std::size_t bytes) {
    buffer_.erase(0, bytes);
    return {"", std::move(why)};
}

std::string lsp_frame(std::string_view body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace overlord::ctl
