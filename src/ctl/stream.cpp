#include "stream.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace overlord::ctl {
namespace {

Error unavailable(const std::string& what) {
    return Error{"repl.unavailable", what, ErrorClass::kRetry};
}

}  // namespace

Result<Stream> Stream::connect(const Path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = socket.string();
    if (name.size() >= sizeof address.sun_path) {
        return Error{"usage", "the socket's path is too long: " + name};
    }
    std::memcpy(address.sun_path, name.data(), name.size());
    FileHandle handle(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!handle.open()) return unavailable("socket: " + io_error("", errno).message);
    if (::connect(handle.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return unavailable("no daemon answers at " + io_error(name, errno).message);
    }
    return Stream(std::move(handle));
}

Status Stream::send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unavailable("the daemon closed the session");
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<std::optional<std::string>> Stream::read_line(int timeout_ms) {
    while (true) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return std::optional<std::string>(std::move(line));
        }
        if (buffer_.size() > kAnswerBytesMax) return unavailable("the answer has no end");
        pollfd waiting{socket_.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, timeout_ms);
        if (ready == 0) return Error{"repl.timeout", "the daemon does not answer"};
        std::array<char, 65536> chunk;
        const ssize_t count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unavailable("the daemon closed the session");
        if (count == 0) return std::optional<std::string>();
        buffer_.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace overlord::ctl
