#include "overlord/net/send_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "overlord/base/file.hpp"
#include "overlord/event/framing.hpp"
#include "overlord/net/endpoint.hpp"
#include "send_window.hpp"

namespace overlord::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr milliseconds kBackoffFirst{50};
constexpr milliseconds kBackoffMax{2'000};

Error unavailable(const std::string& to, const std::string& why) {
    return {"send.unavailable", "send to " + to + ": " + why, ErrorClass::kRetry};
}

std::string reason(int errno_value) {
    return std::strerror(errno_value);
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

SocketAddress address_of(const Endpoint& endpoint) {
    SocketAddress address;
    if (endpoint.host.find(':') != endpoint.host.npos) {
        auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(endpoint.port);
        inet_pton(AF_INET6, endpoint.host.c_str(), &six->sin6_addr);
        address.size = sizeof(sockaddr_in6);
    } else {
        auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
        four->sin_family = AF_INET;
        four->sin_port = htons(endpoint.port);
        inet_pton(AF_INET, endpoint.host.c_str(), &four->sin_addr);
        address.size = sizeof(sockaddr_in);
    }
    return address;
}

class Sender {
public:
    Sender(int input, const SendOptions& options, const SendEvents& events, Endpoint endpoint)
        : input_(input),
          options_(options),
          events_(events),
          endpoint_(std::move(endpoint)),
          window_(options.window_bytes, options.wait),
          buffer_(kReadBytes, '\0') {}

    SendReport run() {
        Status status = send_all();
        return {std::move(status), window_.summary()};
    }

private:
    Status send_all();
    Status connect();
    Status step();
    Status read_input();
    Status write_socket();
    Status read_socket();
    Status lost(const std::string& why);
    int patience_ms();

    int input_;
    const SendOptions& options_;
    const SendEvents& events_;
    Endpoint endpoint_;
    SendWindow window_;
    std::string buffer_;
    bool input_ended_ = false;
    FileHandle socket_;
    event::LineFramer answers_;
    std::optional<steady_clock::time_point> lost_since_;  // no progress since this loss
    std::optional<steady_clock::time_point> receipt_deadline_;  // all is durable
    milliseconds delay_ = kBackoffFirst;
};

Status Sender::send_all() {
    if (Status connected = connect(); !connected) return connected;
    while (!input_ended_ || !window_.all_settled()) {
        Status good = step();
        if (!good && good.error().kind == ErrorClass::kRetry) good = lost(good.error().message);
        if (!good) return good;
    }
    if (window_.short_of_wait().empty()) return {};
    return Error{"send.unreached", window_.short_of_wait()};
}

Status Sender::connect() {
    const SocketAddress address = address_of(endpoint_);
    FileHandle socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.open()) return unavailable(options_.to, reason(errno));
    const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(socket.get(), to, address.size) != 0) {
        return unavailable(options_.to, reason(errno));
    }
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) {
        return unavailable(options_.to, reason(errno));
    }
    // A fresh socket has room for so little.
    const std::string_view first = window_.subscription();
    if (send(socket.get(), first.data(), first.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(first.size())) {
        return unavailable(options_.to, "the connection takes no subscription");
    }
    socket_ = std::move(socket);
    answers_ = event::LineFramer();
    receipt_deadline_.reset();
    return {};
}

// How long to wait for the next receipt, in ms; -1: for ever. Only what is durable already has a
// limit: until then the daemon may have its reasons, and a lost connection is noticed.
int Sender::patience_ms() {
    if (!input_ended_ || !window_.all_durable()) return -1;
    const auto now = steady_clock::now();
    if (!receipt_deadline_) receipt_deadline_ = now + milliseconds(options_.receipt_timeout_ms);
    const auto left = std::chrono::ceil<milliseconds>(*receipt_deadline_ - now).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
}

// Waits until something can be done and does it. Errors of class kRetry: the connection is lost.
Status Sender::step() {
    const bool reading = !input_ended_ && window_.has_room();
    const short wanted = window_.unsent().empty() ? POLLIN : POLLIN | POLLOUT;
    std::array<pollfd, 2> ready = {pollfd{socket_.get(), wanted, 0},
                                   pollfd{reading ? input_ : -1, POLLIN, 0}};
    const int patience = patience_ms();
    const int count = poll(ready.data(), ready.size(), patience);
    if (count < 0 && errno != EINTR) return io_error("wait for the daemon", errno);
    if (count == 0 && patience >= 0) {
        return Error{"send.unreached", "all is durable, but no further receipt has come for " +
                                           std::to_string(options_.receipt_timeout_ms) + " ms"};
    }
    if ((ready[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        if (Status good = read_socket(); !good) return good;
    }
    if ((ready[0].revents & POLLOUT) != 0) {
        if (Status good = write_socket(); !good) return good;
    }
    return ready[1].revents != 0 ? read_input() : Status();
}

Status Sender::read_input() {
    const ssize_t count = read(input_, buffer_.data(), buffer_.size());
    if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) return {};
        return Error{"send.input", "read the input: " + reason(errno)};
    }
    if (count == 0) {
        input_ended_ = true;
        window_.end_of_input();
    } else {
        window_.take({buffer_.data(), static_cast<std::size_t>(count)});
    }
    return {};
}

Status Sender::write_socket() {
    const std::string_view unsent = window_.unsent();
    const ssize_t count = send(socket_.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) return {};
        return unavailable(options_.to, reason(errno));
    }
    window_.sent(static_cast<std::size_t>(count));
    return {};
}

Status Sender::read_socket() {
    const ssize_t count = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) return {};
        return unavailable(options_.to, reason(errno));
    }
    if (count == 0) return unavailable(options_.to, "the daemon closed the connection");
    answers_.feed({buffer_.data(), static_cast<std::size_t>(count)});
    while (const std::optional<event::Line> line = answers_.next()) {
        const Result<bool> progress = window_.answer(line->text, events_);
        if (!progress) return progress.error();
        if (!*progress) continue;
        lost_since_.reset();
        receipt_deadline_.reset();
        delay_ = kBackoffFirst;
    }
    return {};
}

// Connects again, later and later. Gives up when nothing has become durable for too long, also
// where connections are made and lost again.
Status Sender::lost(const std::string& why) {
    socket_ = FileHandle();
    window_.connection_lost();
    if (events_.reconnecting) events_.reconnecting(why);
    if (!lost_since_) lost_since_ = steady_clock::now();
    for (;;) {
        if (steady_clock::now() - *lost_since_ > milliseconds(options_.give_up_ms)) {
            return Error{"send.unavailable", why};
        }
        poll(nullptr, 0, static_cast<int>(delay_.count()));
        delay_ = std::min(delay_ * 2, kBackoffMax);
        if (Status connected = connect()) return connected;
    }
}

}  // namespace

SendReport send_lines(int input, const SendOptions& options, const SendEvents& events) {
    Result<Endpoint> endpoint = parse_endpoint(options.to);
    if (!endpoint) return {std::move(endpoint).error(), {}};
    return Sender(input, options, events, *std::move(endpoint)).run();
}

}  // namespace overlord::net
