// Feeds recorded inputs to an engine again and compares what it answers with what was recorded: the
// heart of recovery and of replay, one piece of code for both.
//
// Events, rejects, audits, erasures, starts, stops, and what the daemon notes about its sources are
// inputs; ticks, silences and verdicts are outputs. Records of one log time were one batch and are
// fed as one. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/strong.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/pipeline/engine_process.hpp"

namespace overlord::pipeline {

// What an output's record carries after its body: the event's bytes, or length and text of a line
// that was refused.
[[nodiscard]] std::string reject_payload(std::uint64_t line_bytes, std::string_view line);

// The item that makes an erase record, live and in replay.
[[nodiscard]] evaluate::Item erase_item(const ledger::EraseMembers& members);

struct Mismatch {
    RecordIndex n;
    std::string recorded;  // empty: the journal has no such record
    std::string derived;   // empty: the engine makes no such record
};

class RecordFeed {
public:
    struct Handlers {
        std::function<void(const Mismatch&)> mismatch;
        std::function<void(const evaluate::StateOutput&)> state;
    };
    // The engine's next record is `next`.
    RecordFeed(EngineProcess& engine, evaluate::ClockSource clock, RecordIndex next,
               Handlers handlers);

    // The next record of the journal. `record` is copied.
    [[nodiscard]] Status feed(std::string_view record);
    // After the last one (or before asking for a claim): everything fed is evaluated and compared.
    [[nodiscard]] Status flush();

    // The same, and on the wall clock time goes on to `at`.
    [[nodiscard]] Status advance(TimeNs at);

    // The digests of the state that are under way come now. What was fed and not evaluated is
    // given up: this is the end, after flush(), or where records are lost.
    [[nodiscard]] Status finish_states();

    // Records that the engine derives from the last inputs and the journal lacks, because the
    // process ended between their batch's frames. Recovery appends them.
    [[nodiscard]] std::vector<std::string> take_surplus();

    [[nodiscard]] RecordIndex next() const { return next_; }
    [[nodiscard]] TimeNs next_due() const { return next_due_; }
    // Log time of the last record fed.
    [[nodiscard]] TimeNs at() const { return at_; }

private:
    [[nodiscard]] Status run_batch();
    [[nodiscard]] Status run(evaluate::Batch batch);
    void match();

    EngineProcess& engine_;
    evaluate::ClockSource clock_;
    Handlers handlers_;
    RecordIndex next_;  // of the next derived record
    TimeNs at_ = 0;
    TimeNs next_due_ = evaluate::kNever;
    std::uint64_t batch_id_ = 0;
    evaluate::Batch pending_;
    std::vector<std::string> payloads_;  // of pending_.items
    std::deque<std::string> recorded_;   // not yet compared
    std::deque<std::string> surplus_;    // derived, not yet compared
};

}  // namespace overlord::pipeline
