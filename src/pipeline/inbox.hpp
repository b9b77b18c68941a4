// What the io thread hands to the ledger thread: arrived lines and commands, in order, bounded.
//
// The io thread never waits here: put() says whether there is room left, and the sockets are not
// read until there is again. Commands (a query, an attestation, stop) always fit; their number is
// bounded by the sessions that can be open.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dedupe.hpp"
#include "overlord/base/time.hpp"
#include "overlord/pipeline/intake.hpp"

namespace overlord::pipeline {

// One line on its way through the pipeline.
struct Arrival {
    std::shared_ptr<Submitter> from;  // travels along; touched on the io thread only
    std::uint64_t line = 0;
    std::string raw;         // the event's exact bytes, or the line that was refused
    std::string id, system;  // of an event
    EventKey key;            // of an event, and of a reject whose event could be read; else zeros
    std::optional<std::uint64_t> sequence;
    std::optional<Error> refused;  // by framing or decoding
    TimeNs arrived = 0;            // monotonic
    std::uint64_t records = 0;     // its record is among [0, records); see LineResult
};

using Command = std::function<void()>;  // run on the ledger thread, with nothing in flight

// A batch fits one frame of the journal (8 MiB, lines that were refused in base64), so that all of
// it survives a crash or none.
inline constexpr std::size_t kTakenBytesMax = 4u << 20;

class Inbox {
public:
    explicit Inbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // io thread. False: taken, but the inbox is full now; on_room is called (on the ledger thread)
    // once it has drained to half.
    bool put(Arrival arrival);
    void put(Command command);
    void on_room(std::function<void()> callback);  // before the first put

    // Ledger thread. Up to `max` arrivals or kTakenBytesMax, or one command when it is its turn, or
    // nothing when `wait_ns` have passed.
    struct Taken {
        std::vector<Arrival> arrivals;
        Command command;  // empty when there is none
    };
    [[nodiscard]] Taken take(std::size_t max, DurationNs wait_ns);

    [[nodiscard]] std::size_t waiting() const;

private:
    struct Item {
        Arrival arrival;
        Command command;
    };

    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Item> items_;
    std::size_t bytes_ = 0;
    bool full_ = false;
    std::function<void()> room_;
};

}  // namespace overlord::pipeline
