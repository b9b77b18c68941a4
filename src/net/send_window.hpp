// What the sending client keeps: the lines of its input that have not come as far as it waits for.
// No sockets here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/net/send_client.hpp"

namespace overlord::net {

class SendWindow {
public:
    explicit SendWindow(std::size_t bytes_max, SendState wait = SendState::kDurable)
        : bytes_max_(bytes_max), wait_(wait), settle_at_(wait) {}

    // What a connection begins with, its line 1; empty where `durable` is all that is waited for.
    [[nodiscard]] std::string_view subscription() const;

    // Input side. A line without end is kept only as far as the daemon reads before it refuses it.
    [[nodiscard]] bool has_room() const { return bytes_.size() - front_ < bytes_max_; }
    void take(std::string_view input);
    void end_of_input();  // a last line without LF gets one

    // Socket side.
    [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(sent_); }
    void sent(std::size_t count);
    void connection_lost();  // everything that is not done with is unsent again

    // One answer of the daemon. True: a receipt came. Codes: send.protocol; send.refused, class
    // kRetry, when the daemon will not serve this connection.
    [[nodiscard]] Result<bool> answer(std::string_view line, const SendEvents& events);

    [[nodiscard]] bool all_durable() const {
        return durable_lines_ == settled_lines_ + lines_.size() && started_.empty();
    }
    // Why lines are done with before they have come as far as was asked for; empty: they are not.
    [[nodiscard]] const std::string& short_of_wait() const { return short_of_wait_; }
    [[nodiscard]] bool all_settled() const { return lines_.empty() && started_.empty(); }
    [[nodiscard]] const SendSummary& summary() const { return summary_; }

private:
    struct PendingLine {
        std::size_t bytes;  // with its LF
        bool blank;
        bool rejected = false;  // as far as it was told
    };

    void complete(std::string_view line);
    [[nodiscard]] Result<std::uint64_t> input_line(std::uint64_t of_connection) const;
    [[nodiscard]] Status durable(std::uint64_t of_connection, const SendEvents& events);
    [[nodiscard]] Status reached(SendState state, std::uint64_t of_connection);
    void tell_rejects(const SendEvents& events);
    void settle(std::uint64_t total);
    void compact();

    std::size_t bytes_max_;
    SendState wait_;        // what the daemon is asked for
    SendState settle_at_;   // when a line is done with; less where the daemon cannot give more
    std::string short_of_wait_;
    std::string started_;  // input after the last LF
    std::string bytes_;    // lines_, one after the other, from front_
    std::size_t front_ = 0;
    std::size_t sent_ = 0;               // offset in bytes_
    std::deque<PendingLine> lines_;      // not as far as wait_ says
    std::size_t lines_sent_ = 0;         // of lines_, whole
    std::size_t lines_sent_end_ = 0;     // offset in bytes_ where those end
    // Lines of the input, blank ones too.
    std::uint64_t settled_lines_ = 0;    // done with: those before lines_
    std::uint64_t durable_lines_ = 0;    // at least the settled ones
    std::uint64_t published_lines_ = 0, witnessed_lines_ = 0;
    std::uint64_t sent_lines_ = 0;       // the most ever sent
    std::uint64_t connection_base_ = 0;  // settled_lines_ when the connection was made
    std::uint64_t suppressed_ = 0;       // told and not covered by a durable yet
    std::vector<SendReject> rejects_;    // told and not covered by a durable yet
    SendSummary summary_;
};

}  // namespace overlord::net
