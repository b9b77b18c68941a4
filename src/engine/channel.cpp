#include "channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace overlord::engine {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18;
constexpr std::size_t kDescriptorsMax = 16;  // in one read; a query brings two

Error fail(const char* clause) {
    Error error = io_error(clause, errno);
    error.code = std::string("channel.") + clause;
    return error;
}

}  // namespace

Channel::~Channel() {
    for (const int descriptor : descriptors_) ::close(descriptor);
}

Result<bool> Channel::fill(std::size_t needed) {
    while (end_ - begin_ < needed) {
        if (begin_ > 0) {
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
            end_ -= begin_;
            begin_ = 0;
        }
        if (buffer_.size() < std::max(needed, kReadBytes))
            buffer_.resize(std::max(needed, kReadBytes));
        iovec part{buffer_.data() + end_, buffer_.size() - end_};
        alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorsMax * sizeof(int))];
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno != ECONNRESET) return fail("receive");
        if (got <= 0) return false;
        for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
            const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int descriptor = -1;
                std::memcpy(&descriptor, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                descriptors_.push_back(descriptor);
            }
        }
        end_ += static_cast<std::size_t>(got);
    }
    return true;
}

Result<std::optional<Frame>> Channel::receive() {
    const Result<bool> some = fill(evaluate::kFrameHeaderBytes);
    if (!some) return some.error();
    if (!*some) return std::optional<Frame>();
    const auto header = evaluate::decode_frame_header(
        ByteView(buffer_).subspan(begin_, evaluate::kFrameHeaderBytes));
    if (!header) return header.error();
    const Result<bool> whole = fill(evaluate::kFrameHeaderBytes + header->length);
    if (!whole) return whole.error();
    if (!*whole) return std::optional<Frame>();
    Frame frame;
    frame.type = header->type;
    const auto from =
        buffer_.begin() + static_cast<std::ptrdiff_t>(begin_ + evaluate::kFrameHeaderBytes);
    frame.payload.assign(from, from + header->length);
    begin_ += evaluate::kFrameHeaderBytes + header->length;
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_.size() > 64 * kReadBytes) Bytes().swap(buffer_);  // a snapshot went through
    }
    return std::optional<Frame>(std::move(frame));
}

Status Channel::send(std::uint8_t type, ByteView payload) {
    OVERLORD_ASSERT(payload.size() <= evaluate::kFrameBytesMax);
    std::uint8_t header[evaluate::kFrameHeaderBytes];
    for (std::size_t i = 0; i < 4; ++i) {
        header[i] = static_cast<std::uint8_t>(payload.size() >> (8 * i));
    }
    header[4] = type;
    iovec parts[2] = {{header, sizeof header},
                      {const_cast<std::uint8_t*>(payload.data()), payload.size()}};
    std::size_t left = sizeof header + payload.size();
    while (left > 0) {
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return fail("send");
        left -= static_cast<std::size_t>(sent);
        std::size_t done = static_cast<std::size_t>(sent);
        for (iovec& part : parts) {
            const std::size_t step = std::min(done, part.iov_len);
            part.iov_base = static_cast<std::uint8_t*>(part.iov_base) + step;
            part.iov_len -= step;
            done -= step;
        }
    }
    return {};
}

std::optional<FileHandle> Channel::take_descriptor() {
    if (descriptors_.empty()) return std::nullopt;
    FileHandle descriptor(descriptors_.front());
    descriptors_.pop_front();
    return descriptor;
}

}  // namespace overlord::engine
