#include "repl_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

namespace overlord::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

}  // namespace

ReplConnection::ReplConnection(Socket socket, std::shared_ptr<ReplShared> shared)
    : socket_(std::move(socket)),
      idle_timer_(socket_.get_executor()),
      shared_(std::move(shared)),
      answers_(shared_->options) {}

void ReplConnection::start() {
    arm_idle_timer();
    advance();
}

void ReplConnection::refuse(std::string_view why) {
    send(answers_.notice(why));
    state_ = State::kClosing;
    write();
}

// Does what can be done with the input that is there; called whenever something has changed.
void ReplConnection::advance() {
    for (;;) {
        const bool moved = state_ == State::kReading    ? take_goal()
                           : state_ == State::kChoosing ? take_choice()
                                                        : false;
        if (!moved) break;
    }
    write();
    read();
}

// False: there is no goal yet, or the one before has not been written out.
bool ReplConnection::take_goal() {
    if (!outgoing_.empty() || !writing_.empty()) return false;
    std::optional<std::string> goal = reader_.next_goal();
    if (goal) {
        prompted_ = false;
        ask(*std::move(goal));
        return true;
    }
    if (reader_.too_long()) {
        send(answers_.notice("a goal of more than " + std::to_string(kGoalBytesMax) + " bytes"));
        state_ = State::kClosing;
    } else if (reader_.finished()) {
        state_ = State::kClosing;
    } else if (!prompted_) {
        prompted_ = true;
        send(answers_.prompt());
    }
    return false;
}

void ReplConnection::ask(std::string goal) {
    if (goal == "halt") {
        state_ = State::kClosing;
    } else if (goal == "help") {
        send(answers_.help());
    } else if (goal == ":json" || goal == ":text") {
        answers_.set_mode(goal == ":json" ? ReplAnswers::Mode::kJson : ReplAnswers::Mode::kText);
    } else if (goal.size() > kGoalBytesMax) {
        send(answers_.notice("a goal of more than " + std::to_string(kGoalBytesMax) + " bytes"));
    } else if (goal.starts_with(':') && goal.size() > 1 && goal[1] != '-') {
        send(answers_.notice("unknown command " + goal + "; there are :json and :text"));
    } else if (!goal.empty()) {
        state_ = State::kRunning;
        answers_.begin_goal();
        shared_->backend.ask(std::move(goal), shared_from_this());
    }
}

// False: the client has not chosen yet.
bool ReplConnection::take_choice() {
    const std::optional<std::string> line = reader_.next_line();
    if (!line && !reader_.finished()) return false;
    if (line == ";") {
        state_ = State::kRunning;
        send(answers_.next());
        shared_->backend.next(*this);
        return true;
    }
    // On a pipe the next goal may follow without an end to the answer before.
    if (line && !line->empty() && line != ".") reader_.unread_line(*line);
    send(answers_.stop());
    stop_goal();
    return true;
}

void ReplConnection::stop_goal() {
    state_ = State::kStopping;
    shared_->backend.stop(*this);
}

void ReplConnection::enforce_limits() {
    const std::string limit = answers_.limit_reached();
    if (limit.empty() || !running()) return;
    if (state_ == State::kChoosing) send(answers_.stop());
    send(answers_.notice(limit));
    stop_goal();
}

void ReplConnection::output(std::string_view text) {
    if (state_ != State::kRunning) return;
    send(answers_.output(text));
    enforce_limits();
    write();
}

void ReplConnection::position(const pipeline::ReplPosition& position) {
    answers_.position(position);
}

void ReplConnection::solution(const pipeline::ReplSolution& solution) {
    if (state_ != State::kRunning) return;
    send(answers_.solution(solution));
    if (solution.more) {
        state_ = State::kChoosing;
        enforce_limits();
    }
    // Posted: the backend may be in the middle of a call of ours.
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->advance(); });
}

void ReplConnection::failed() {
    if (state_ != State::kRunning) return;
    send(answers_.failed());
    write();
}

void ReplConnection::missing(std::string_view reason) {
    if (state_ != State::kRunning) return;
    send(answers_.missing(reason));
    write();
}

void ReplConnection::error(std::string_view message) {
    if (!running()) return;
    if (state_ == State::kChoosing) send(answers_.stop());  // its worker ended while it waited
    send(answers_.error(message));
    write();
}

void ReplConnection::finished() {
    if (!running() && state_ != State::kStopping) return;
    state_ = State::kReading;
    arm_idle_timer();
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->advance(); });
}

// One read at a time, and none while the client is far ahead of its answers.
void ReplConnection::read() {
    const bool ahead = state_ != State::kReading && reader_.buffered() > kGoalBytesMax;
    if (reading_ || input_ended_ || ahead) return;
    if (state_ == State::kClosing || state_ == State::kClosed) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](ErrorCode failure, std::size_t count) {
                                self->reading_ = false;
                                if (self->state_ == State::kClosed) return;
                                if (failure && failure != asio::error::eof) return self->close();
                                self->on_read(failure ? 0 : count);
                            });
}

void ReplConnection::on_read(std::size_t count) {
    if (count == 0) {
        input_ended_ = true;
        reader_.end();
    } else {
        reader_.feed({chunk_.data(), count});
        arm_idle_timer();
    }
    advance();
}

void ReplConnection::send(std::string_view text) {
    outgoing_ += text;
}

void ReplConnection::write() {
    if (!writing_.empty() || state_ == State::kClosed) return;
    if (outgoing_.empty()) {
        if (state_ == State::kClosing) close();
        return;
    }
    writing_.swap(outgoing_);
    asio::async_write(socket_, asio::buffer(writing_),
                      [self = shared_from_this()](ErrorCode failure, std::size_t) {
                          self->writing_.clear();
                          if (failure) return self->close();
                          self->advance();
                      });
}

// Moving the deadline cancels the wait before it.
void ReplConnection::arm_idle_timer() {
    idle_timer_.expires_after(std::chrono::milliseconds(shared_->options.idle_timeout_ms));
    idle_timer_.async_wait([self = shared_from_this()](ErrorCode failure) {
        if (failure || self->state_ == State::kRunning) return;
        self->close();
    });
}

void ReplConnection::close() {
    if (state_ == State::kClosed) return;
    const bool was_running = running();
    state_ = State::kClosed;
    idle_timer_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
    if (was_running) shared_->backend.stop(*this);
    if (shared_->closed) shared_->closed(shared_from_this());
}

}  // namespace overlord::net
