#include "engine_keeper.hpp"

#include <utility>

#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {
namespace {

constexpr std::size_t kDeathsRemembered = 1024;  // distinct items; a flood of killers is an attack

Hash item_digest(const evaluate::Item& item) {
    return crypto::sha256(as_bytes(item.text));
}

}  // namespace

EngineKeeper::EngineKeeper(Options options, Counters& counters, Said warn, Clock& clock)
    : options_(std::move(options)),
      counters_(counters),
      warn_(std::move(warn)),
      snapshots_(options_.state_dir / "snapshots", options_.build),
      writer_(snapshots_, clock) {}

Result<std::vector<std::string>> EngineKeeper::start(RecordIndex end, const Visitor& visitor) {
    if (Status written = writer_.wait(); !written) return written.error();
    Result<std::vector<RecordIndex>> stored = snapshots_.list(end);
    if (!stored) return stored.error();
    for (const RecordIndex records : *stored) {
        const Result<StoredSnapshot> snapshot = read_snapshot(records);
        Result<std::vector<std::string>> up =
            snapshot ? bring_up(&*snapshot, end, visitor)
                     : Result<std::vector<std::string>>(snapshot.error());
        if (up || !up.error().code.starts_with("snapshot.")) return up;
        warn_("snapshot of record " + std::to_string(records.value) +
              " is passed over: " + up.error().message);
    }
    return bring_up(nullptr, end, visitor);
}

// One that the log knows must be the one that the log knows. One that it does not know was written
// right before the end: its entry had not been sealed.
Result<StoredSnapshot> EngineKeeper::read_snapshot(RecordIndex records) const {
    Result<StoredSnapshot> snapshot = snapshots_.read(records);
    if (!snapshot) return snapshot;
    const Result<std::optional<SnapshotEntry>> logged =
        find_snapshot_entry(options_.state_dir / "journal", records);
    if (!logged) return logged.error();
    if (!logged->has_value() || (*logged)->file == snapshot->file) return snapshot;
    return Error{"snapshot.contradicted", "the log names another one at this record"};
}

Result<std::vector<std::string>> EngineKeeper::bring_up(const StoredSnapshot* snapshot,
                                                        RecordIndex end, const Visitor& visitor) {
    engine_.reset();
    Result<EngineProcess> started =
        EngineProcess::start(options_.state_dir / "crash.marker", options_.load);
    if (!started) return started.error();
    engine_.emplace(std::move(*started));
    ++counters_.engine_starts;

    RecordIndex next{0};
    if (snapshot != nullptr) {
        Result<evaluate::RestoredMessage> restored = engine_->restore(snapshot->engine);
        if (!restored) return restored.error();
        if (!restored->accepted)
            return Error{"snapshot.unusable", restored->reason, ErrorClass::kReject};
        next = snapshot->records;
    }
    if (Status begun = visitor.begin(snapshot == nullptr ? ByteView() : ByteView(snapshot->state));
        !begun)
        return begun.error();

    std::uint64_t differing = 0;
    RecordFeed::Handlers handlers;
    handlers.state = visitor.state;
    handlers.mismatch = [&](const Mismatch& mismatch) {
        if (differing++ == 0)
            warn_("record " + std::to_string(mismatch.n.value) +
                  " is derived differently now (another build?); recorded: " +
                  mismatch.recorded.substr(0, 300) +
                  " derived: " + mismatch.derived.substr(0, 300));
    };
    RecordFeed feed(*engine_, options_.load.config.clock, next, handlers);
    Result<ledger::JournalReader> reader =
        ledger::JournalReader::open(options_.state_dir / "journal", next);
    if (!reader) return reader.error();
    while (next < end) {
        Result<std::optional<ledger::RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!*line) break;
        if ((*line)->erased)
            return Error{"journal.erased",
                         "record " + std::to_string((*line)->n.value) +
                             " was erased, so the state behind it comes from a snapshot only, and "
                             "none in snapshots/ can be used: put one back from a copy",
                         ErrorClass::kFatal};
        if (Status seen = visitor.record(**line); !seen) return seen.error();
        if (Status fed = feed.feed((*line)->text); !fed)
            return with_context(fed.error(),
                                "evaluate record " + std::to_string((*line)->n.value) + " again");
        next = RecordIndex{(*line)->n.value + 1};
    }
    if (Status flushed = feed.flush(); !flushed) return flushed.error();
    if (differing > 0)
        warn_(std::to_string(differing) + " records in all are derived differently now");
    return feed.take_surplus();
}

void EngineKeeper::send(evaluate::Batch& batch) {
    sent_ = &batch;
    sent_whole_ = engine_->send(batch).has_value();  // a dead engine is receive()'s business
}

Result<evaluate::Outcome> EngineKeeper::receive(RecordIndex durable) {
    for (;;) {
        if (sent_whole_) {
            Result<evaluate::Outcome> outcome = engine_->receive();
            if (outcome || outcome.error().code != "engine.died") {
                deaths_in_a_row_ = 0;
                sent_ = nullptr;
                return outcome;
            }
        }
        if (Status restarted = restart(durable); !restarted) return restarted.error();
        sent_whole_ = engine_->send(*sent_).has_value();
    }
}

Status EngineKeeper::restart(RecordIndex durable) {
    const evaluate::Marker marker = engine_->marker();
    const std::string how = engine_->end();
    if (++deaths_in_a_row_ > kDeathsInARowMax)
        return Error{"engine.dies",
                     "the engine ended " + std::to_string(deaths_in_a_row_) +
                         " times without an answer, last with " + how,
                     ErrorClass::kFatal};
    const bool at_item =
        marker.active != 0 && marker.batch == sent_->id && marker.item < sent_->items.size();
    warn_("the engine ended (" + how + ")" +
          (at_item ? " while evaluating item " + std::to_string(marker.item) + " of a batch" : "") +
          "; starting another one");
    if (at_item) {
        evaluate::Item& item = sent_->items[marker.item];
        if (deaths_.size() > kDeathsRemembered) deaths_.clear();
        if (++deaths_[item_digest(item)] >= kDeathsOfItemMax) {
            deaths_.erase(item_digest(item));
            ++counters_.poisoned;
            item.kind = evaluate::Item::Kind::kReject;
            item.code = "engine.poison";
            item.reason = "the engine ended twice on it, last with " + how;
        }
    }
    Visitor visitor;
    visitor.begin = [](ByteView) { return Status(); };
    visitor.record = [](const ledger::RecordLine&) { return Status(); };
    visitor.state = [](const evaluate::StateOutput&) {};
    Result<std::vector<std::string>> up = start(durable, visitor);
    return up ? Status() : Status(up.error());
}

Status EngineKeeper::begin_snapshot(RecordIndex next, Bytes state) {
    if (Status last = writer_.result(); !last) return last;
    Result<FileHandle> aside = engine_->snapshot_aside();
    if (aside) writer_.start(std::move(*aside), next, std::move(state));
    return {};
}

Status EngineKeeper::save_snapshot(RecordIndex next, Bytes state) {
    if (Status last = writer_.wait(); !last) return last;
    Result<evaluate::Snapshot> snapshot = engine_->snapshot();
    if (!snapshot) return {};
    const TimeNs at = snapshot->at;
    const Hash digest = snapshot->digest;
    const Result<Hash> saved =
        snapshots_.save({next, at, digest, std::move(snapshot->bytes), std::move(state), {}});
    if (!saved) return saved.error();
    snapshot_entries_.push_back(compose_entry(SnapshotEntry{at, next, digest, *saved}));
    return {};
}

std::vector<std::string> EngineKeeper::take_snapshot_entries() {
    if (const std::optional<SnapshotEntry> entry = writer_.take_entry())
        snapshot_entries_.push_back(compose_entry(*entry));
    return std::exchange(snapshot_entries_, {});
}

void EngineKeeper::remove_marker() const {
    std::error_code left_behind;  // it says less than nothing to the next start
    std::filesystem::remove(options_.state_dir / "crash.marker", left_behind);
}

Status EngineKeeper::activate(evaluate::LoadMessage load) {
    Result<evaluate::Snapshot> state = engine_->snapshot();
    if (!state) return with_context(state.error(), "take the state over");
    Result<EngineProcess> started = EngineProcess::start(options_.state_dir / "crash.marker", load);
    if (!started) return started.error();
    Result<evaluate::RestoredMessage> restored = started->restore(state->bytes);
    if (!restored) return with_context(restored.error(), "take the state over");
    if (!restored->accepted)
        return Error{"rules.state", "the new rules do not take the state over: " + restored->reason,
                     ErrorClass::kReject};
    engine_.emplace(std::move(*started));
    options_.load = std::move(load);
    ++counters_.engine_starts;
    return {};
}

}  // namespace overlord::pipeline
