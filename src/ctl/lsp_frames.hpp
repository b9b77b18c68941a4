// The frames of the Language Server Protocol (3.17, "Base Protocol"): header lines, an empty line,
// a body of Content-Length bytes. Memory: one body, at most kLspBodyBytesMax; a longer one is read
// past and told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overlord::ctl {

inline constexpr std::size_t kLspBodyBytesMax = std::size_t{64} << 20;  // a pack has at most 1 MiB
inline constexpr std::size_t kLspHeaderBytesMax = 8 << 10;              // clients send some 30

struct LspFrame {
    std::string body;
    std::string error;  // why there is no body: what came is no frame
};

class LspFramer {
public:
    void feed(std::string_view bytes) { buffer_ += bytes; }
    // The next frame, or nothing until more bytes come.
    [[nodiscard]] std::optional<LspFrame> next();

private:
    [[nodiscard]] std::optional<LspFrame> header();
    [[nodiscard]] LspFrame bad(std::string why, std::size_t bytes);

    std::string buffer_;
    std::optional<std::size_t> length_;  // of the body that is being read
    std::size_t skip_ = 0;               // bytes of a body that is too long
};

[[nodiscard]] std::string lsp_frame(std::string_view body);

}  // namespace overlord::ctl
