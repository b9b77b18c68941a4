#include "overlord/net/unix_listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace overlord::net {
namespace {

FileHandle unix_stream_socket() {
    return FileHandle(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

Error in_use(const Path& path, std::string_view why) {
    return {"net.in_use", path.string() + " " + std::string(why)};
}

// Removes what a crashed process left, and nothing else.
Status remove_stale(const Path& path, const sockaddr_un& address) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? Status() : io_error("look at " + path.string(), errno);
    }
    if (!S_ISSOCK(status.st_mode)) return in_use(path, "is there and is no socket");
    FileHandle probe = unix_stream_socket();
    if (!probe.open()) return io_error("open a socket", errno);
    const int connected =
        connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (connected == 0 || errno == EAGAIN) return in_use(path, "is served by another process");
    if (errno != ECONNREFUSED) return io_error("connect to " + path.string(), errno);
    if (unlink(path.c_str()) != 0) return io_error("remove " + path.string(), errno);
    return {};
}

}  // namespace

Result<FileHandle> listen_unix(const Path& path, unsigned mode) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = path.string();
    if (name.empty() || name.size() >= sizeof address.sun_path) {
        return Error{"net.address", "socket path \"" + name + "\": must have 1 to " +
                                        std::to_string(sizeof address.sun_path - 1) + " bytes"};
    }
    std::memcpy(address.sun_path, name.data(), name.size());
    if (Status good = remove_stale(path, address); !good) return std::move(good).error();

    FileHandle socket = unix_stream_socket();
    if (!socket.open()) return io_error("open a socket", errno);
    // The socket file takes its mode from the descriptor's at bind(), so it is never open to more.
    if (fchmod(socket.get(), 0600) != 0) return io_error("set the mode of a socket", errno);
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return io_error("bind " + name, errno);
    }
    if (chmod(name.c_str(), static_cast<mode_t>(mode)) != 0) {
        return io_error("set the mode of " + name, errno);
    }
    if (listen(socket.get(), SOMAXCONN) != 0) return io_error("listen on " + name, errno);
    return socket;
}

}  // namespace overlord::net
