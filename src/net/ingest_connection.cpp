#include "ingest_connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>

#include "overlord/event/decode.hpp"

namespace overlord::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// After the last answer the peer gets this long to close. Closing with its bytes unread would send
// a reset, and a reset can overtake the answers.
constexpr std::uint64_t kLingerMs = 1'000;

}  // namespace

IngestConnection::IngestConnection(asio::ip::tcp::socket socket,
                                   std::shared_ptr<IngestShared> shared)
    : socket_(std::move(socket)),
      line_timer_(socket_.get_executor()),
      receipt_timer_(socket_.get_executor()),
      shared_(std::move(shared)),
      answers_(shared_->options.answer_bytes_max) {}

IngestConnection::~IngestConnection() {
    end_subscription();
}

void IngestConnection::start() {
    ErrorCode ignored;  // each of these is an optimisation or a courtesy
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    ErrorCode failure;
    socket_.non_blocking(true, failure);
    if (failure) return close();
    wait_readable();
}

// Waits before reading, so that an idle connection holds no buffer: one is shared by all.
void IngestConnection::wait_readable() {
    if (waiting_ || closed_) return;
    waiting_ = true;
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this()](ErrorCode failure) {
                           self->waiting_ = false;
                           if (!failure) self->on_readable();
                       });
}

void IngestConnection::on_readable() {
    if (closed_ || reading_ == Reading::kPaused || reading_ == Reading::kEnded) return;
    std::vector<char>& buffer = shared_->read_buffer;
    ErrorCode failure;
    const std::size_t count = socket_.read_some(asio::buffer(buffer), failure);
    if (failure == asio::error::would_block || failure == asio::error::try_again) {
        return wait_readable();
    }
    if (failure) peer_ended_ = true;
    if (reading_ == Reading::kLingering) return failure ? close() : wait_readable();
    if (failure) return end_of_stream();
    shared_->counters.bytes += count;
    frame({buffer.data(), count});
}

void IngestConnection::frame(std::string_view chunk) {
    framer_.feed(chunk);
    while (reading_ == Reading::kOpen) {
        const std::optional<event::Line> line = framer_.next();
        if (!line) break;
        const Error too_long = line->too_long ? event::too_long_error() : Error{};
        submit(*line, line->too_long ? &too_long : nullptr);
    }
    const std::string_view rest = framer_.take_rest();
    if (reading_ == Reading::kPaused) {
        // While paused, `chunk` is either the shared buffer or the end of pending_ itself.
        if (pending_.empty()) pending_.assign(rest);
        pending_from_ = pending_.size() - rest.size();
    } else {
        std::string().swap(pending_);
    }
    watch_started_line();
    write();
    if (reading_ == Reading::kOpen) wait_readable();
}

void IngestConnection::submit(const event::Line& line, const Error* framing_error) {
    ++shared_->counters.lines;
    acks_.submitted(line.number);
    const bool nothing = framing_error == nullptr && (line.blank() || subscribe(line));
    if (nothing) {
        acks_.resolved(line.number);
        answers_.durable(acks_.durable());
        return;
    }
    const auto room =
        shared_->intake.submit(shared_from_this(), line.number, line.text, framing_error);
    if (room == pipeline::Intake::Room::kNo && reading_ == Reading::kOpen) {
        reading_ = Reading::kPaused;
        ++shared_->counters.paused;
    }
}

// Posted: the intake may be in the middle of telling several connections.
void IngestConnection::room() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->resume(); });
}

void IngestConnection::resume() {
    if (closed_ || reading_ != Reading::kPaused) return;
    reading_ = Reading::kOpen;
    frame(std::string_view(pending_).substr(pending_from_));
}

// A last line without LF is as good as any other if it is an event.
void IngestConnection::end_of_stream() {
    reading_ = Reading::kEnded;
    if (const std::optional<event::Line> line = framer_.finish(); line && !line->blank()) {
        event::Decoder decoder;
        const Result<event::Event> event = decoder.decode(line->text);
        if (line->too_long) {
            const Error error = event::too_long_error();
            submit(*line, &error);
        } else if (!event) {
            const Error error = event::truncated_error(event.error());
            submit(*line, &error);
        } else {
            submit(*line, nullptr);
        }
    }
    write();
}

// The deadline belongs to one line: bytes that trickle in do not move it. It does not run while the
// intake has no room, because then it is not the sender who is slow.
void IngestConnection::watch_started_line() {
    if (reading_ != Reading::kOpen || !framer_.in_line()) {
        started_line_ = 0;
        return;
    }
    const std::uint64_t number = framer_.lines() + 1;
    if (number == started_line_) return;
    started_line_ = number;
    line_deadline_ = steady_clock::now() + milliseconds(shared_->options.line_timeout_ms);
    arm_line_timer();
}

// Armed at most once at a time and not moved with each line: that would cost more than the line.
void IngestConnection::arm_line_timer() {
    if (timer_armed_) return;
    timer_armed_ = true;
    line_timer_.expires_at(line_deadline_);
    line_timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
        self->timer_armed_ = false;
        if (!failure) self->on_line_timer();
    });
}

void IngestConnection::on_line_timer() {
    if (closed_ || reading_ != Reading::kOpen || started_line_ == 0) return;
    if (steady_clock::now() < line_deadline_) return arm_line_timer();
    ++shared_->counters.timeouts;
    reading_ = Reading::kEnded;
    const std::optional<event::Line> line = framer_.finish();
    const Error error = event::timeout_error(shared_->options.line_timeout_ms);
    submit(*line, &error);
    write();
}

void IngestConnection::stop_reading() {
    if (receipts_) {  // the sender is told before the drain's own limit cuts it off
        receipts_->wait_ms = std::min(receipts_->wait_ms, shared_->options.drain_timeout_ms / 2);
        if (std::exchange(receipts_->waiting, false)) wait_for_receipts();
    }
    if (closed_ || reading_ == Reading::kEnded || reading_ == Reading::kLingering) return;
    reading_ = Reading::kEnded;
    std::string().swap(pending_);  // was not taken; its sender has no `durable` for it
    write();
}

void IngestConnection::resolved(std::uint64_t line, const pipeline::LineResult& result) {
    if (closed_) return;
    acks_.resolved(line);
    if (receipts_) receipts_->records = std::max(receipts_->records, result.records);
    answers_.durable(acks_.durable());
    if (result.rejected && !answers_.reject(line, result, writing_.size())) {
        ++shared_->counters.suppressed;
    }
}

void IngestConnection::flush() {
    write();
}

void IngestConnection::write() {
    if (closed_ || !writing_.empty()) return;
    update_receipts();
    writing_ = answers_.take();
    if (writing_.empty()) return finish_if_answered();
    if (reading_ == Reading::kEnded) end_timer(shared_->options.answer_timeout_ms);
    asio::async_write(socket_, asio::buffer(writing_),
                      [self = shared_from_this()](ErrorCode failure, std::size_t) {
                          self->on_written(bool(failure));
                      });
}

void IngestConnection::on_written(bool failed) {
    writing_.clear();
    if (reading_ == Reading::kEnded) line_timer_.cancel();  // it was for this write
    if (failed) return close();  // the peer is gone; what it sent is still dealt with
    write();
}

void IngestConnection::finish_if_answered() {
    if (reading_ != Reading::kEnded || !acks_.all_resolved()) return;
    if (receipts_open()) return wait_for_receipts();
    ErrorCode ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    if (peer_ended_) return close();
    reading_ = Reading::kLingering;
    end_timer(kLingerMs);
    wait_readable();
}

// ---------------------------------------------------------------------------------------------
// Receipts of later states

// Is this first line a subscription? It counts like a blank one and becomes no record.
bool IngestConnection::subscribe(const event::Line& line) {
    if (line.number != 1 || shared_->options.heads == nullptr) return false;
    const std::optional<ReceiptStates> asked = parse_receipts(line.text);
    if (!asked) return false;
    receipts_.emplace();
    receipts_->asked = *asked;
    receipts_->wait_ms = shared_->options.receipt_timeout_ms;
    if (asked->witnessed && !shared_->options.witnesses) {
        receipts_->asked.witnessed = false;
        answers_.notice("receipts.unwitnessed", "this log has no witnesses");
    }
    receipts_->subscription =
        shared_->options.heads->subscribe([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->write();
        });
    return true;
}

// Brings the answers up to the heads of this moment. The highest record of all resolved lines
// stands for those that are acknowledged in order, so that a receipt may be late but never early.
void IngestConnection::update_receipts() {
    if (!receipts_) return;
    const pipeline::HeadBoard& heads = *shared_->options.heads;
    const auto bring_up = [&](ReceiptTracker& tracker, const pipeline::LogHead& head) {
        tracker.durable(acks_.durable(), receipts_->records);
        if (head.size.value > 0) tracker.reach(head.records);
        return tracker.reached();
    };
    if (receipts_->asked.published)
        answers_.published(bring_up(receipts_->published, heads.published()),
                           heads.published().size.value);
    if (receipts_->asked.witnessed)
        answers_.witnessed(bring_up(receipts_->witnessed, heads.witnessed()),
                           heads.witnessed().size.value);
}

bool IngestConnection::receipts_open() const {
    if (!receipts_) return false;
    const std::uint64_t all = acks_.durable();
    return (receipts_->asked.published && receipts_->published.reached() < all) ||
           (receipts_->asked.witnessed && receipts_->witnessed.reached() < all);
}

void IngestConnection::wait_for_receipts() {
    if (std::exchange(receipts_->waiting, true)) return;
    receipt_timer_.expires_after(milliseconds(receipts_->wait_ms));
    receipt_timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
        if (!failure) self->give_up_receipts();
    });
}

// The sender is told how far its lines came, and then that this was all.
void IngestConnection::give_up_receipts() {
    if (closed_ || !receipts_) return;
    const auto state = [this](const char* name, const ReceiptTracker& tracker) {
        return std::string(name) + " up to line " + std::to_string(tracker.reached());
    };
    std::string reason;
    if (receipts_->asked.published) reason = state("published", receipts_->published);
    if (receipts_->asked.witnessed)
        reason += (reason.empty() ? "" : ", ") + state("witnessed", receipts_->witnessed);
    reason += " of " + std::to_string(acks_.durable()) + " after a wait of " +
              std::to_string(receipts_->wait_ms) + " ms";
    answers_.notice("receipts.timeout", reason);
    end_subscription();
    write();
}

void IngestConnection::end_subscription() {
    if (!receipts_) return;
    shared_->options.heads->unsubscribe(receipts_->subscription);
    receipts_.reset();
}

// Moving the deadline cancels the earlier wait, also one for a started line.
void IngestConnection::end_timer(std::uint64_t timeout_ms) {
    line_timer_.expires_after(milliseconds(timeout_ms));
    line_timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
        if (!failure) self->close();
    });
}

void IngestConnection::close() {
    if (closed_) return;
    closed_ = true;
    line_timer_.cancel();
    receipt_timer_.cancel();
    end_subscription();
    ErrorCode ignored;
    socket_.close(ignored);
    if (shared_->closed) shared_->closed(shared_from_this());
}

}  // namespace overlord::net
