// Listeners on loopback, on ports that the kernel picks, each served by a thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "overlord/base/file.hpp"

namespace overlord::ctl {

inline std::string address_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

// Accepts nothing: a connection is answered by the kernel, which is what a probe asks for.
class Listener {
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(socket_.get(), 128) == 0);
        address_ = address_of(socket_.get());
    }
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] int descriptor() const { return socket_.get(); }
    void close() { socket_ = FileHandle(); }

private:
    FileHandle socket_;
    std::string address_;
};

// Serves each connection with `serve(descriptor)`, one at a time, until it is destroyed.
class Server {
public:
    using Serve = std::function<void(int)>;
    Server(int listener, Serve serve)
        : listener_(listener), thread_([this, serve] {
              while (true) {
                  const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
                  if (peer < 0) return;
                  serve(peer);
                  ::close(peer);
              }
          }) {}
    ~Server() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
    }

private:
    int listener_;
    std::thread thread_;
};

inline FileHandle listen_unix(const Path& path) {
    FileHandle socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket.get(), 8) == 0);
    return socket;
}

// Up to and including `end`; what came where the peer closes before.
inline std::string read_until(int descriptor, std::string_view end) {
    std::string text;
    char byte = 0;
    while (!text.ends_with(end) && ::read(descriptor, &byte, 1) == 1) text += byte;
    return text;
}

inline void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace overlord::ctl
