// Receipts beyond `durable`: which states a sender asked for, and how far its lines have come in
// one of them (docs/formats/events.md). No sockets here.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace overlord::net {

struct ReceiptStates {
    bool published = false;
    bool witnessed = false;
};

// `{"receipts":["published","witnessed"]}`: one member, one or both states, none twice. Anything
// else is a line like any other.
[[nodiscard]] std::optional<ReceiptStates> parse_receipts(std::string_view line);

// How many of a connection's first lines stand under a head. Told of every head and every durable
// line, it never runs ahead: where it has to be coarse it waits for a later record.
class ReceiptTracker {
public:
    // A witness that is away for hours must cost no memory: beyond this many steps every second one
    // is merged into the next.
    static constexpr std::size_t kStepsMax = 1024;

    // Lines [1, line] are durable, and their records are among [0, records).
    void durable(std::uint64_t line, std::uint64_t records);
    // A head covers the records [0, records).
    void reach(std::uint64_t records);

    // Lines [1, reached()] stand under the head.
    [[nodiscard]] std::uint64_t reached() const { return reached_; }
    [[nodiscard]] std::size_t steps() const { return steps_.size(); }

private:
    struct Step {
        std::uint64_t line;
        std::uint64_t records;
    };
    std::deque<Step> steps_;  // not reached, in order
    std::uint64_t durable_ = 0;
    std::uint64_t reached_ = 0;
};

}  // namespace overlord::net
