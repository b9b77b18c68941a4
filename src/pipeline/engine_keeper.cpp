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
      archive_(options_.state_dir),
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
    visitor.entered = [](const evaluate::Config&) {};
    Result<std::vector<std::string>> up = start(durable, visitor);
    return up ? enter_configured() : Status(up.error());
}

Status EngineKeeper::begin_snapshot(RecordIndex next, StateParts state) {
    if (Status last = writer_.result(); !last) return last;
    Result<FileHandle> aside = engine_->snapshot_aside();
    if (aside) writer_.start(std::move(*aside), next, in_force_, std::move(state));
    return {};
}

Status EngineKeeper::save_snapshot(RecordIndex next, const StateParts& state) {
    if (Status last = writer_.wait(); !last) return last;
    Result<evaluate::Snapshot> snapshot = engine_->snapshot();
    if (!snapshot) return {};
    const TimeNs at = snapshot->at;
    const Hash digest = snapshot->digest;
    const Result<Hash> saved = snapshots_.save(
        {in_force_, next, at, digest, std::move(snapshot->bytes), state.whole(), {}});
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
    if (Status up = launch(load, state->bytes); !up)
        return with_context(up.error(), "take the state over");
    options_.load = std::move(load);
    return {};
}

}  // namespace overlord::pipeline
