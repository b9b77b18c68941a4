// What the sending client keeps: the lines of its input that are not durable yet. No sockets here.
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
    explicit SendWindow(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Input side. A line without end is kept only as far as the daemon reads before it refuses it.
    [[nodiscard]] bool has_room() const { return bytes_.size() - front_ < bytes_max_; }
    void take(std::string_view input);
    void end_of_input();  // a last line without LF gets one

    // Socket side.
    [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(sent_); }
    void sent(std::size_t count);
    void connection_lost();  // everything that is not durable is unsent again

    // One answer of the daemon. True: `durable` came. Codes: send.protocol; send.refused, class
    // kRetry, when the daemon will not serve this connection.
    [[nodiscard]] Result<bool> answer(std::string_view line, const SendEvents& events);

    [[nodiscard]] bool all_durable() const { return lines_.empty() && started_.empty(); }
    [[nodiscard]] const SendSummary& summary() const { return summary_; }

private:
    struct PendingLine {
        std::size_t bytes;  // with its LF
        bool blank;
    };

    void complete(std::string_view line);
    [[nodiscard]] Status durable(std::uint64_t of_connection, const SendEvents& events);
    void tell_rejects(const SendEvents& events);
    void compact();

    std::size_t bytes_max_;
    std::string started_;  // input after the last LF
    std::string bytes_;    // lines_, one after the other, from front_
    std::size_t front_ = 0;
    std::size_t sent_ = 0;               // offset in bytes_
    std::deque<PendingLine> lines_;      // not durable
    std::size_t lines_sent_ = 0;         // of lines_, whole
    std::size_t lines_sent_end_ = 0;     // offset in bytes_ where those end
    std::uint64_t durable_lines_ = 0;    // of the input, blank ones too
    std::uint64_t sent_lines_ = 0;       // of the input, blank ones too: the most ever sent
    std::uint64_t connection_base_ = 0;  // durable_lines_ when the connection was made
    std::uint64_t suppressed_ = 0;       // told and not covered by a durable yet
    std::vector<SendReject> rejects_;    // told and not covered by a durable yet
    SendSummary summary_;
};

}  // namespace overlord::net
