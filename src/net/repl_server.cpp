#include "overlord/net/repl_server.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <unordered_set>
#include <vector>

#include "overlord/net/unix_listener.hpp"
#include "repl_session.hpp"

namespace overlord::net {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptRetry{100};

}  // namespace

class ReplServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(stream_protocol::acceptor acceptor, std::shared_ptr<ReplShared> shared)
        : acceptor_(std::move(acceptor)),
          retry_(acceptor_.get_executor()),
          shared_(std::move(shared)) {}

    void start() {
        shared_->closed = [weak = weak_from_this()](const auto& session) {
            if (const auto self = weak.lock()) self->sessions_.erase(session);
        };
        accept();
    }

    void stop() {
        if (stopped_) return;
        stopped_ = true;
        ErrorCode ignored;
        acceptor_.close(ignored);
        retry_.cancel();
        unlink(shared_->options.socket.c_str());
        const std::vector<Session> open(sessions_.begin(), sessions_.end());
        for (const Session& session : open) session->close();
    }

    std::size_t sessions() const { return sessions_.size(); }

private:
    using Session = std::shared_ptr<ReplConnection>;

    void accept() {
        acceptor_.async_accept(
            [self = shared_from_this()](ErrorCode failure, stream_protocol::socket socket) {
                if (self->stopped_) return;
                if (failure) return self->accept_later();
                self->take(std::move(socket));
                self->accept();
            });
    }

    // Descriptors ran out: others must close first.
    void accept_later() {
        retry_.expires_after(kAcceptRetry);
        retry_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure && !self->stopped_) self->accept();
        });
    }

    void take(stream_protocol::socket socket) {
        const auto session = std::make_shared<ReplConnection>(std::move(socket), shared_);
        if (sessions_.size() >= shared_->options.sessions_max) {
            return session->refuse("all " + std::to_string(shared_->options.sessions_max) +
                                   " sessions are in use; try again later");
        }
        sessions_.insert(session);
        session->start();
    }

    stream_protocol::acceptor acceptor_;
    asio::steady_timer retry_;
    std::shared_ptr<ReplShared> shared_;
    std::unordered_set<Session> sessions_;
    bool stopped_ = false;
};

Result<std::unique_ptr<ReplServer>> ReplServer::start(asio::io_context& io,
                                                      pipeline::ReplBackend& backend,
                                                      const ReplOptions& options) {
    Result<FileHandle> listening = listen_unix(options.socket, options.mode);
    if (!listening) return with_context(listening.error(), "repl");
    stream_protocol::acceptor acceptor(io);
    ErrorCode failure;
    acceptor.assign(stream_protocol(), listening->get(), failure);
    if (failure) return io_error("repl: listen on " + options.socket.string(), failure.value());
    [[maybe_unused]] const int owned_by_acceptor = listening->release();
    auto shared = std::make_shared<ReplShared>(ReplShared{backend, options, {}});
    auto impl = std::make_shared<Impl>(std::move(acceptor), std::move(shared));
    impl->start();
    return std::unique_ptr<ReplServer>(new ReplServer(std::move(impl)));
}

ReplServer::ReplServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReplServer::~ReplServer() {
    impl_->stop();
}

std::size_t ReplServer::sessions() const {
    return impl_->sessions();
}
void ReplServer::stop() {
    impl_->stop();
}

}  // namespace overlord::net
