// The client's end of the REPL's Unix socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

inline constexpr int kAnswerTimeoutMs = 30'000;  // the daemon limits a goal to seconds
inline constexpr std::size_t kAnswerBytesMax = 8u << 20;

class Stream {
public:
    // Code: repl.unavailable.
    [[nodiscard]] static Result<Stream> connect(const Path& socket);
    [[nodiscard]] int descriptor() const { return socket_.get(); }
    [[nodiscard]] Status send(std::string_view text);
    // Without its LF; nothing at the end of the stream. Codes: repl.timeout, repl.unavailable.
    [[nodiscard]] Result<std::optional<std::string>> read_line(
        int timeout_ms = kAnswerTimeoutMs);

private:
    explicit Stream(FileHandle socket) : socket_(std::move(socket)) {}
    FileHandle socket_;
    std::string buffer_;
};

}  // namespace overlord::ctl
