// One REPL client. Runs on the io thread only.
#pragma once

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "overlord/net/goal_reader.hpp"
#include "overlord/net/repl_server.hpp"
#include "repl_answers.hpp"

namespace overlord::net {

class ReplConnection;

// What the sessions of a server share.
struct ReplShared {
    pipeline::ReplBackend& backend;
    ReplOptions options;
    std::function<void(const std::shared_ptr<ReplConnection>&)> closed;
};

class ReplConnection final : public pipeline::ReplSession,
                             public std::enable_shared_from_this<ReplConnection> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;
    ReplConnection(Socket socket, std::shared_ptr<ReplShared> shared);

    void start();
    void refuse(std::string_view why);  // instead of start()
    void close();                       // at once; stops a running goal

    void output(std::string_view text) override;
    void position(const pipeline::ReplPosition& position) override;
    void solution(const pipeline::ReplSolution& solution) override;
    void failed() override;
    void missing(std::string_view reason) override;
    void error(std::string_view message) override;
    void finished() override;

private:
    enum class State {
        kReading,   // the next goal
        kRunning,   // a goal; the backend has the word
        kChoosing,  // the client has: another solution or none
        kStopping,  // the goal is not wanted any more; finished() will come
        kClosing,   // what is written still goes out
        kClosed,
    };

    void advance();
    [[nodiscard]] bool take_goal();
    [[nodiscard]] bool take_choice();
    void ask(std::string goal);
    void stop_goal();
    void enforce_limits();

    void read();
    void on_read(std::size_t count);
    void send(std::string_view text);
    void write();
    void arm_idle_timer();
    [[nodiscard]] bool running() const {
        return state_ == State::kRunning || state_ == State::kChoosing;
    }

    Socket socket_;
    boost::asio::steady_timer idle_timer_;
    std::shared_ptr<ReplShared> shared_;
    GoalReader reader_;
    ReplAnswers answers_;
    State state_ = State::kReading;
    bool prompted_ = false;
    bool reading_ = false;  // a read is under way
    bool input_ended_ = false;
    std::array<char, 4096> chunk_;
    std::string outgoing_;
    std::string writing_;
};

}  // namespace overlord::net
