// Frames over a Unix stream socket, blocking, with descriptors that come along (SCM_RIGHTS).
#pragma once

#include <deque>
#include <optional>

#include "overlord/base/file.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::engine {

struct Frame {
    std::uint8_t type = 0;
    Bytes payload;
};

class Channel {
public:
    explicit Channel(FileHandle socket) : socket_(std::move(socket)) {}
    Channel(Channel&& other) = default;
    ~Channel();

    // The next frame; nothing when the peer has closed. Code channel.receive, class kFatal, when
    // the stream is no sequence of frames or the socket fails.
    [[nodiscard]] Result<std::optional<Frame>> receive();
    // Everything in one write where the socket takes it. Code channel.send when the peer is gone.
    [[nodiscard]] Status send(std::uint8_t type, ByteView payload);
    // The oldest descriptor that came along and was not taken yet.
    [[nodiscard]] std::optional<FileHandle> take_descriptor();
    [[nodiscard]] int descriptor() const { return socket_.get(); }

private:
    [[nodiscard]] Result<bool> fill(std::size_t needed);  // false at the end of the stream

    FileHandle socket_;
    Bytes buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::deque<int> descriptors_;
};

}  // namespace overlord::engine
