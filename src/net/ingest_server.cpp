#include <unordered_set>

#include "ingest_connection.hpp"
#include "json_text.hpp"
#include "listen_tcp.hpp"

namespace overlord::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::uint64_t kAcceptRetryMs = 100;  // descriptors ran out: others must close first

// The sender that is one too many learns why, if its socket takes one line at once.
void refuse(tcp::socket socket, std::size_t connections_max) {
    std::string line = "{\"code\":\"ingest.connections\",\"reason\":";
    append_json_string(line, "all " + std::to_string(connections_max) +
                                 " connections are in use; try again later");
    line += "}\n";
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(line), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

class IngestServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(tcp::acceptor acceptor, Endpoint endpoint, std::shared_ptr<IngestShared> shared)
        : acceptor_(std::move(acceptor)),
          timer_(acceptor_.get_executor()),
          endpoint_(std::move(endpoint)),
          shared_(std::move(shared)) {}

    void start() {
        shared_->closed = [weak = weak_from_this()](const auto& connection) {
            if (const auto self = weak.lock()) self->remove(connection);
        };
        accept();
    }

    void stop(std::function<void()> drained) {
        if (drained_) return;
        drained_ = std::move(drained);
        stopping_ = true;
        close_acceptor();
        timer_.expires_after(milliseconds(shared_->options.drain_timeout_ms));
        timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure) self->close_all();
        });
        for (const auto& connection : snapshot()) connection->stop_reading();
        tell_if_drained();
    }

    void close_all() {
        stopping_ = true;
        close_acceptor();
        for (const auto& connection : snapshot()) connection->close();
    }

    const Endpoint& endpoint() const { return endpoint_; }
    IngestCounters counters() const {
        IngestCounters counters = shared_->counters;
        counters.connections_open = connections_.size();
        return counters;
    }

private:
    using Connection = std::shared_ptr<IngestConnection>;

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](ErrorCode failure, tcp::socket socket) {
            if (self->stopping_ || failure == asio::error::operation_aborted) return;
            if (failure) return self->accept_later();
            self->take(std::move(socket));
            self->accept();
        });
    }

    void accept_later() {
        timer_.expires_after(milliseconds(kAcceptRetryMs));
        timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure && !self->stopping_) self->accept();
        });
    }

    void take(tcp::socket socket) {
        if (connections_.size() >= shared_->options.connections_max) {
            ++shared_->counters.connections_refused;
            return refuse(std::move(socket), shared_->options.connections_max);
        }
        ++shared_->counters.connections_total;
        const auto connection = std::make_shared<IngestConnection>(std::move(socket), shared_);
        connections_.insert(connection);
        connection->start();
    }

    void remove(const Connection& connection) {
        connections_.erase(connection);
        tell_if_drained();
    }

    // Posted, so that the caller of stop() is not called back before stop() has returned.
    void tell_if_drained() {
        if (!drained_ || told_ || !connections_.empty()) return;
        told_ = true;
        timer_.cancel();
        asio::post(acceptor_.get_executor(), drained_);
    }

    void close_acceptor() {
        ErrorCode ignored;
        acceptor_.close(ignored);
    }

    std::vector<Connection> snapshot() const { return {connections_.begin(), connections_.end()}; }

    tcp::acceptor acceptor_;
    asio::steady_timer timer_;  // retries of accepting, then the drain
    Endpoint endpoint_;
    std::shared_ptr<IngestShared> shared_;
    std::unordered_set<Connection> connections_;
    std::function<void()> drained_;
    bool stopping_ = false;
    bool told_ = false;
};

Result<std::unique_ptr<IngestServer>> IngestServer::start(asio::io_context& io,
                                                          pipeline::Intake& intake,
                                                          const IngestOptions& options) {
    Result<Endpoint> endpoint = parse_endpoint(options.listen);
    if (!endpoint) return with_context(endpoint.error(), "ingest");
    if (!endpoint->loopback) {
        return Error{"ingest.tls_required",
                     "ingest address \"" + options.listen +
                         "\": beyond loopback only with TLS, which is not configured"};
    }
    Result<tcp::acceptor> acceptor = listen_tcp(io, *endpoint);
    if (!acceptor) return with_context(acceptor.error(), "ingest");
    auto shared = std::make_shared<IngestShared>(IngestShared{intake, options, {}, {}, {}});
    shared->read_buffer.resize(options.read_bytes);
    auto impl =
        std::make_shared<Impl>(*std::move(acceptor), *std::move(endpoint), std::move(shared));
    impl->start();
    return std::unique_ptr<IngestServer>(new IngestServer(std::move(impl)));
}

IngestServer::IngestServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
IngestServer::~IngestServer() {
    impl_->close_all();
}

const Endpoint& IngestServer::endpoint() const {
    return impl_->endpoint();
}
void IngestServer::stop(std::function<void()> drained) {
    impl_->stop(std::move(drained));
}
IngestCounters IngestServer::counters() const {
    return impl_->counters();
}

}  // namespace overlord::net
