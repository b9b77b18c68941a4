// The border between connections and the main path. Both sides live on the io thread; nothing here
// blocks and nothing here is safe to call from another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "overlord/base/result.hpp"

namespace overlord::pipeline {

// How one line of a connection ended. A rejected line carries what its sender is told.
struct LineResult {
    bool rejected = false;
    bool duplicate = false;
    std::string id;      // the event's id where it could be read, else empty
    std::string code;    // only when rejected: "schema.missing_field"
    std::string reason;  // only when rejected: "data.duration_ms is required"
    // What stands for the line in the log is among the records [0, records): a head over those
    // covers it. Of a duplicate: all that there were when it was recognised.
    std::uint64_t records = 0;
};

// One sender's side; implemented by a connection. Held weakly: it may go before its lines are done.
class Submitter {
public:
    virtual ~Submitter() = default;
    // Line number `line` (from 1, in the order of submission) is in the log and on the disk, or is
    // a duplicate of one that is. Called once per submitted line, in any order between lines.
    virtual void resolved(std::uint64_t line, const LineResult& result) = 0;
    // A batch of resolved() calls is over: a good moment to answer the peer.
    virtual void flush() = 0;
    // There is room again after submit() said that there is none.
    virtual void room() = 0;
};

class Intake {
public:
    virtual ~Intake() = default;

    enum class Room { kYes, kNo };

    // Takes one framed line (without its LF; `raw` is copied). A line that framing already refused
    // comes with that error; it becomes a reject record all the same. kNo: the line was taken, and
    // the connection stops reading its socket until room() is called.
    virtual Room submit(const std::shared_ptr<Submitter>& from, std::uint64_t line,
                        std::string_view raw, const Error* framing_error) = 0;
};

}  // namespace overlord::pipeline
