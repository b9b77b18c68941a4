#include "overlord/net/admin_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <unordered_set>

#include "admin_request.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/net/unix_listener.hpp"

namespace overlord::net {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptRetry{100};

// Whoever connected, at the time of connect(2); root where the kernel does not say would be wrong.
Result<ucred> peer_of(stream_protocol::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return io_error("ask who is at the administration socket", errno);
    }
    return peer;
}

using Registry = std::map<std::string, AdminCommand, std::less<>>;

Status check_members(const AdminCommand& command, const AdminRequest& request) {
    for (const auto& [name, value] : request.members) {
        const auto& known = command.members;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        return Error{"admin.request", "\"" + name + "\" is not known to " + command.name};
    }
    return {};
}

}  // namespace

namespace {

// One connection: reads a line, has it answered, writes the answer, ends.
class AdminConnection : public std::enable_shared_from_this<AdminConnection> {
public:
    using Closed = std::function<void(const std::shared_ptr<AdminConnection>&)>;

    AdminConnection(stream_protocol::socket socket, const Registry& registry, Closed closed)
        : socket_(std::move(socket)),
          timer_(socket_.get_executor()),
          registry_(registry),
          closed_(std::move(closed)) {}

    void start(std::chrono::milliseconds timeout) {
        const Result<ucred> peer = peer_of(socket_);
        if (!peer) return refuse(peer.error());
        peer_ = *peer;
        if (peer_.uid != 0 && peer_.uid != ::geteuid()) {
            refuse_request({"admin.peer", "only root and the daemon's own user may change it"});
        }
        timer_.expires_after(timeout);
        timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure) self->close();
        });
        read();
    }

    // Whatever is asked. The request is read first: an answer into a half-sent one could get lost.
    void refuse_request(Error error) { refusal_ = std::move(error); }

    void close() {
        if (std::exchange(finished_, true)) return;
        ErrorCode ignored;
        socket_.close(ignored);
        timer_.cancel();
        closed_(shared_from_this());
    }

private:
    void refuse(const Error& error) { answer(admin_refusal(error)); }

    void read() {
        asio::async_read_until(
            socket_, asio::dynamic_buffer(line_, kAdminLineBytesMax), '\n',
            [self = shared_from_this()](ErrorCode failure, std::size_t length) {
                if (self->finished_) return;
                if (failure == asio::error::not_found) {
                    return self->answer(admin_refusal(
                        {"admin.request", "a request has at most " +
                                              std::to_string(kAdminLineBytesMax) + " bytes"}));
                }
                if (failure) return self->close();
                self->timer_.cancel();
                self->take(std::string_view(self->line_).substr(0, length - 1));
            });
    }

    void take(std::string_view line) {
        if (refusal_) return refuse(*refusal_);
        Result<AdminRequest> request = parse_admin_request(line);
        if (!request) return refuse(request.error());
        request->uid = peer_.uid;
        request->pid = peer_.pid;
        const auto found = registry_.find(request->command);
        if (found == registry_.end()) {
            std::string names;
            for (const auto& [name, command] : registry_) {
                names += (names.empty() ? "" : ", ") + name;
            }
            return refuse({"admin.unknown",
                           "there is no command " + request->command + "; there are: " + names});
        }
        if (Status known = check_members(found->second, *request); !known) {
            return refuse(known.error());
        }
        found->second.handler(*request, [self = shared_from_this()](Result<std::string> members) {
            if (!members) return self->refuse(members.error());
            self->answer("{\"ok\":true" + (members->empty() ? "" : "," + *members) + "}");
        });
    }

    void answer(std::string line) {
        if (finished_ || std::exchange(answered_, true)) return;
        outgoing_ = std::move(line) + "\n";
        asio::async_write(
            socket_, asio::buffer(outgoing_),
            [self = shared_from_this()](ErrorCode, std::size_t) { self->close(); });
    }

    stream_protocol::socket socket_;
    asio::steady_timer timer_;
    const Registry& registry_;  // of the server, which closes its connections before it goes
    Closed closed_;
    ucred peer_{};
    std::optional<Error> refusal_;
    std::string line_;
    std::string outgoing_;
    bool answered_ = false, finished_ = false;
};

}  // namespace

class AdminServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(stream_protocol::acceptor acceptor, AdminOptions options)
        : acceptor_(std::move(acceptor)),
          retry_(acceptor_.get_executor()),
          options_(std::move(options)) {}

    void add(AdminCommand command) {
        std::string name = command.name;
        OVERLORD_ASSERT(registry_.emplace(std::move(name), std::move(command)).second);
    }

    void accept() {
        acceptor_.async_accept(
            [self = shared_from_this()](ErrorCode failure, stream_protocol::socket socket) {
                if (self->stopped_) return;
                if (failure) return self->accept_later();
                self->take(std::move(socket));
                self->accept();
            });
    }

    void stop() {
        if (std::exchange(stopped_, true)) return;
        ErrorCode ignored;
        acceptor_.close(ignored);
        retry_.cancel();
        unlink(options_.socket.c_str());
        const std::vector<Connection> open(connections_.begin(), connections_.end());
        for (const Connection& connection : open) connection->close();
    }

private:
    using Connection = std::shared_ptr<AdminConnection>;

    // Descriptors ran out: others must close first.
    void accept_later() {
        retry_.expires_after(kAcceptRetry);
        retry_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure && !self->stopped_) self->accept();
        });
    }

    void take(stream_protocol::socket socket) {
        const auto closed = [weak = weak_from_this()](const Connection& connection) {
            if (const auto self = weak.lock()) self->connections_.erase(connection);
        };
        const auto connection =
            std::make_shared<AdminConnection>(std::move(socket), registry_, closed);
        const bool full = connections_.size() >= options_.connections_max;
        connections_.insert(connection);
        if (full) connection->refuse_request({"admin.busy", "too many requests at a time"});
        connection->start(std::chrono::milliseconds(options_.request_timeout_ms));
    }

    stream_protocol::acceptor acceptor_;
    asio::steady_timer retry_;
    AdminOptions options_;
    Registry registry_;
    std::unordered_set<Connection> connections_;
    bool stopped_ = false;
};

Result<std::unique_ptr<AdminServer>> AdminServer::start(asio::io_context& io,
                                                        const AdminOptions& options) {
    Result<FileHandle> listening = listen_unix(options.socket, 0600);
    if (!listening) return with_context(listening.error(), "admin");
    stream_protocol::acceptor acceptor(io);
    ErrorCode failure;
    acceptor.assign(stream_protocol(), listening->get(), failure);
    if (failure) return io_error("admin: listen on " + options.socket.string(), failure.value());
    [[maybe_unused]] const int owned_by_acceptor = listening->release();
    auto impl = std::make_shared<Impl>(std::move(acceptor), options);
    impl->accept();
    return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

AdminServer::AdminServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() {
    stop();
}

void AdminServer::add(AdminCommand command) {
    impl_->add(std::move(command));
}

void AdminServer::stop() {
    impl_->stop();
}

}  // namespace overlord::net
