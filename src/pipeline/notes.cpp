// What the daemon says about its sources: missing numbers, restarts, heartbeats. They are inputs to
// the engine like audits, so that a replay finds them at their places, and they are made between
// batches, so that each speaks about exactly the records before it.
#include <algorithm>
#include <utility>

#include "ledger_thread.hpp"

namespace overlord::pipeline {

// The source's name is needed once, so that lines do not have to carry it.
SourceBook::Line LedgerThread::source_line(const Arrival& arrival) {
    SourceBook::Line line{arrival.key.source, {}, arrival.sequence};
    if (line.key == 0 || state.sources.knows(line.key)) return line;
    if (const Result<event::Event> event = decoder_.decode(arrival.raw)) line.name = event->source;
    return line;
}

// Log time; kNever when nothing is under way.
TimeNs LedgerThread::notes_due_at() {
    TimeNs due = evaluate::kNever;
    const TimeNs oldest = state.sources.oldest_unwritten();
    if (oldest != SequenceTracker::kNothing) due = oldest + options_.gap_grace;
    const std::optional<TimeNs> counting = state.sources.counting_since();
    if (options_.heartbeat_interval > 0 && counting)
        due = std::min(due, *counting + options_.heartbeat_interval);
    return due;
}

// Nothing is in flight. If we crash before the records are durable, they are due again after the
// recovery; if we crash after it, the records say that they were made.
Status LedgerThread::record_notes(Occasion occasion) {
    if (!deferred_.empty()) return {};  // these lines came first
    const auto run = [this](const std::vector<std::string>& bodies) -> Status {
        std::vector<evaluate::Item> items;
        for (const std::string& body : bodies) {
            evaluate::Item& item = items.emplace_back();
            item.kind = evaluate::Item::Kind::kNote;
            item.text = body;
        }
        Result<RecordIndex> record = run_items(std::move(items));
        return record ? Status() : Status(record.error());
    };
    const TimeNs now = log_time();
    for (;;) {
        const TimeNs oldest = state.sources.oldest_unwritten();
        const bool due = oldest != SequenceTracker::kNothing && oldest + options_.gap_grace <= now;
        if (!due && !state.sources.crowded()) break;
        const std::vector<std::string> bodies = state.sources.due_notes(now - options_.gap_grace);
        if (bodies.empty()) break;
        if (Status recorded = run(bodies); !recorded) return recorded;
    }
    const std::optional<TimeNs> counting = state.sources.counting_since();
    if (options_.heartbeat_interval <= 0 || !counting) return {};
    if (occasion != Occasion::kStop && *counting + options_.heartbeat_interval > now) return {};
    return run({state.sources.heartbeat()});
}

}  // namespace overlord::pipeline
