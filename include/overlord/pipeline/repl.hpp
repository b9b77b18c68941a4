// The border between REPL sessions and those who answer goals. Both sides live on the io thread;
// nothing here blocks and nothing here is safe to call from another thread.
//
// A goal's life: ask(), then any number of output() and solution(), at most one of failed(),
// missing() and error(), then finished() exactly once. After a solution with `more` the backend
// waits for next() or stop(). A goal has limits of its own in the backend (time, memory); the
// session counts answers and output and calls stop() beyond its limits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace overlord::pipeline {

struct ReplSolution {
    std::string text;      // as the Prolog top level prints it, without the end: "X = 1,\nY = f(1)"
    std::string bindings;  // the same as one JSON object: {"X":1,"Y":"f(1)"}
    bool more = false;     // there may be another one
};

// Where in the log an answer stands: it is the answer from the state at `record`, which is durable;
// the sizes are those of heads that cover the record, where there are such heads by now.
struct ReplPosition {
    std::uint64_t record = 0;
    std::optional<std::uint64_t> published_size, witnessed_size;
};

// One client. A backend that keeps it beyond a call keeps it weakly: it may go before its goal is
// done, and it must go before the io_context does.
class ReplSession {
public:
    virtual ~ReplSession() = default;
    virtual void output(std::string_view text) = 0;  // what the goal itself printed
    // Of the answer that comes next; it is told with it.
    virtual void position(const ReplPosition& position) = 0;
    virtual void solution(const ReplSolution& solution) = 0;
    virtual void failed() = 0;                          // no (further) solution
    virtual void missing(std::string_view reason) = 0;  // false, because evidence is missing
    virtual void error(std::string_view message) = 0;   // a Prolog message or a limit
    virtual void finished() = 0;                        // the session may ask again
};

class ReplBackend {
public:
    virtual ~ReplBackend() = default;
    // `goal` is a term's text without its end dot, at most 64 KiB. One goal of a session at a time.
    virtual void ask(std::string goal, const std::shared_ptr<ReplSession>& session) = 0;
    // The answer to a solution with `more`.
    virtual void next(ReplSession& session) = 0;
    // No more is wanted, at any time between ask() and finished(); finished() still comes. Also
    // called when the client has gone.
    virtual void stop(ReplSession& session) = 0;
};

}  // namespace overlord::pipeline
