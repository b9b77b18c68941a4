// One sender. Owned by the server's set of connections and by its own pending operations; the
// intake holds it weakly. Runs on the io thread only.
#pragma once

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ack_tracker.hpp"
#include "answer_buffer.hpp"
#include "overlord/event/framing.hpp"
#include "overlord/net/ingest.hpp"
#include "receipts.hpp"

namespace overlord::net {

class IngestConnection;

// What the connections of a server share.
struct IngestShared {
    pipeline::Intake& intake;
    IngestOptions options;
    IngestCounters counters;
    std::vector<char> read_buffer;  // for one synchronous read and its framing
    std::function<void(const std::shared_ptr<IngestConnection>&)> closed;
};

class IngestConnection final : public pipeline::Submitter,
                               public std::enable_shared_from_this<IngestConnection> {
public:
    IngestConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<IngestShared> shared);

    ~IngestConnection() override;

    void start();
    void stop_reading();  // answer what was taken, then close
    void close();         // at once

    void resolved(std::uint64_t line, const pipeline::LineResult& result) override;
    void flush() override;
    void room() override;

private:
    enum class Reading {
        kOpen,       // waiting for bytes, or about to
        kPaused,     // the intake has no room
        kEnded,      // end of stream, timeout or stop: nothing more is taken, answers go out
        kLingering,  // all is answered; what still comes is thrown away until the peer closes
    };

    void wait_readable();
    void on_readable();
    void frame(std::string_view chunk);
    void submit(const event::Line& line, const Error* framing_error);
    void resume();
    void end_of_stream();
    void watch_started_line();
    void arm_line_timer();
    void on_line_timer();
    void end_timer(std::uint64_t timeout_ms);
    void write();
    void on_written(bool failed);
    void finish_if_answered();
    bool subscribe(const event::Line& line);
    void update_receipts();
    [[nodiscard]] bool receipts_open() const;
    void wait_for_receipts();
    void give_up_receipts();
    void end_subscription();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer line_timer_;     // of a started line; then of the end
    boost::asio::steady_timer receipt_timer_;  // after the end of the lines
    std::shared_ptr<IngestShared> shared_;
    event::LineFramer framer_;
    AckTracker acks_;
    AnswerBuffer answers_;
    std::string writing_;  // being sent
    std::string pending_;  // read and not framed, while paused
    std::size_t pending_from_ = 0;
    Reading reading_ = Reading::kOpen;
    bool peer_ended_ = false;
    bool waiting_ = false;      // a wait for readability is under way
    bool timer_armed_ = false;  // line_timer_ is running for a started line
    bool closed_ = false;
    std::uint64_t started_line_ =
        0;  // number of the started line that the deadline is for; 0: none
    std::chrono::steady_clock::time_point line_deadline_;

    // What a sender that asked for receipts has. Without `asked` nothing here is used.
    struct Receipts {
        ReceiptStates asked;
        ReceiptTracker published, witnessed;
        std::uint64_t subscription = 0;  // at the HeadBoard
        std::uint64_t records = 0;       // the resolved lines' records are among [0, records)
        std::uint64_t wait_ms = 0;       // at the end of the lines
        bool waiting = false;
    };
    std::optional<Receipts> receipts_;
};

}  // namespace overlord::net
