#include "loop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

namespace overlord::net::test {
namespace {

int connect_tcp(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return descriptor;
}

}  // namespace

Client::Client(int descriptor) : socket_(descriptor) {
    const timeval limit{20, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Client Client::tcp(std::uint16_t port) {
    return Client(connect_tcp(port));
}

Client Client::unix_socket(const Path& path) {
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor >= 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return Client(descriptor);
}

bool Client::try_send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Client::send(std::string_view text) {
    REQUIRE(try_send(text));
}

void Client::half_close() {
    shutdown(socket_.get(), SHUT_WR);
}

void Client::reset() {
    const linger now{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_ = FileHandle();
}

bool Client::fill() {
    char chunk[65536];
    errno = 0;  // an end leaves it alone, and at_end() asks for it
    const ssize_t count = recv(socket_.get(), chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(count));
    return true;
}

std::string Client::read_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = buffer_.find(end)) == buffer_.npos && fill()) {
    }
    const std::size_t size = at == buffer_.npos ? buffer_.size() : at + end.size();
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
}

std::string Client::read_line() {
    return read_until("\n");
}

std::string Client::read_all() {
    while (fill()) {
    }
    return std::exchange(buffer_, {});
}

bool Client::at_end() {
    return buffer_.empty() && !fill() && errno != EAGAIN && errno != EWOULDBLOCK;
}

}  // namespace overlord::net::test
