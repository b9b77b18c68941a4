#include "overlord/witness/timestamper.hpp"

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http_link.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/crypto/timestamp.hpp"

namespace overlord::witness {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kUntilPublished{1'000};

}  // namespace

class Timestamper::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, TimestamperOptions options, Url url)
        : options_(std::move(options)), link_(io, url), timer_(io), target_(url.path) {}

    asio::awaitable<void> run();
    void stop() {
        stopped_ = true;
        timer_.cancel();
        link_.close();
    }
    StampedState state_;

private:
    asio::awaitable<void> stamp(TimestamperOptions::Published published);
    Status keep(const TimestamperOptions::Published& published, ByteView response) const;
    void failed(const std::string& problem);

    TimestamperOptions options_;
    HttpLink link_;
    asio::steady_timer timer_;
    std::string target_;
    bool stopped_ = false;
};

asio::awaitable<void> Timestamper::Impl::run() {
    const auto self = shared_from_this();
    while (!stopped_) {
        const TimestamperOptions::Published published = options_.published();
        const bool nothing = published.size.value == 0;
        if (!nothing && published.size.value != state_.size) co_await stamp(published);
        if (stopped_) co_return;
        timer_.expires_after(nothing ? kUntilPublished : milliseconds(options_.interval_ms));
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

asio::awaitable<void> Timestamper::Impl::stamp(TimestamperOptions::Published published) {
    const Result<Bytes> request =
        crypto::timestamp_request(crypto::sha256(as_bytes(published.note)));
    if (!request) co_return failed(request.error().message);
    HttpRequest http;
    http.target = target_;
    http.content_type = "application/timestamp-query";
    http.body = as_text(*request);
    http.answer_bytes_max = crypto::kTimestampBytesMax;
    const Result<HttpAnswer> answer =
        co_await link_.exchange(std::move(http), milliseconds(options_.timeout_ms));
    if (stopped_) co_return;
    if (!answer) co_return failed(answer.error().message);
    if (answer->status != 200) {
        co_return failed("it answers " + std::to_string(answer->status));
    }
    const Result<crypto::Timestamp> stamp =
        crypto::check_timestamp(*request, as_bytes(answer->body));
    if (!stamp) co_return failed(stamp.error().message);
    const Status kept = keep(published, as_bytes(answer->body));
    if (!kept) co_return failed(kept.error().message);
    if (!state_.problem.empty() && options_.warn) options_.warn("the time stamps come again");
    state_ = {published.size.value, stamp->time, state_.tokens + 1, state_.failures, ""};
}

// The bytes first: a token never stands there without what it covers.
Status Timestamper::Impl::keep(const TimestamperOptions::Published& published,
                               ByteView response) const {
    const std::string size = std::to_string(published.size.value);
    if (Status made = make_directories(options_.directory, 0755); !made) return made;
    const Status note = write_file_durable(options_.directory / (size + ".checkpoint"),
                                           as_bytes(published.note), 0644);
    if (!note) return note;
    return write_file_durable(options_.directory / (size + ".tsr"), response, 0644);
}

void Timestamper::Impl::failed(const std::string& problem) {
    ++state_.failures;
    if (state_.problem.empty() && options_.warn)
        options_.warn("no time stamp from " + options_.url + ": " + problem);
    state_.problem = problem;
}

Result<std::unique_ptr<Timestamper>> Timestamper::start(asio::io_context& io,
                                                        TimestamperOptions options) {
    Result<Url> url = parse_url(options.url);
    if (!url) return std::move(url).error();
    auto impl = std::make_shared<Impl>(io, std::move(options), *std::move(url));
    asio::co_spawn(io, [impl] { return impl->run(); }, asio::detached);
    return std::unique_ptr<Timestamper>(new Timestamper(std::move(impl)));
}

Timestamper::Timestamper(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Timestamper::~Timestamper() { impl_->stop(); }
const StampedState& Timestamper::state() const { return impl_->state_; }
void Timestamper::stop() { impl_->stop(); }

}  // namespace overlord::witness
