// An engine brought up to a record: from a snapshot and the journal behind it, by the rules and
// settings that were in force with each record, as a replay does it.
#include <utility>

#include "engine_keeper.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {
namespace {

// A gap is told with the record behind it: it belongs to the engine that takes that one in.
class HeldGap {
public:
    bool hold(const ledger::RecordView& record, std::string_view text) {
        if (record.kind != ledger::RecordKind::kGap) return false;
        held_ = text;
        return true;
    }
    Status feed_to(RecordFeed& feed) {
        const std::string gap = std::exchange(held_, {});
        return gap.empty() ? Status() : feed.feed(gap);
    }

private:
    std::string held_;
};

// Records that come out otherwise than they are in the journal: the first is told, and how many.
class Differences {
public:
    explicit Differences(const EngineKeeper::Said& warn) : warn_(warn) {}
    std::function<void(const Mismatch&)> counter() {
        return [this](const Mismatch& mismatch) {
            if (count_++ > 0) return;
            warn_("record " + std::to_string(mismatch.n.value) +
                  " is derived differently now (another build?); recorded: " +
                  mismatch.recorded.substr(0, 300) +
                  " derived: " + mismatch.derived.substr(0, 300));
        };
    }
    void tell() const {
        if (count_ > 0)
            warn_(std::to_string(count_) + " records in all are derived differently now");
    }

private:
    const EngineKeeper::Said& warn_;
    std::uint64_t count_ = 0;
};

}  // namespace

// The one before stays in place when this one does not load or does not take `state` over.
Status EngineKeeper::launch(const evaluate::LoadMessage& load, ByteView state) {
    Result<EngineProcess> started = EngineProcess::start(options_.state_dir / "crash.marker", load);
    if (!started) return started.error();
    if (!state.empty()) {
        Result<evaluate::RestoredMessage> restored = started->restore(state);
        if (!restored) return restored.error();
        if (!restored->accepted)
            return Error{"snapshot.unusable", restored->reason, ErrorClass::kReject};
    }
    engine_.emplace(std::move(*started));
    load_digest_ = crypto::sha256(evaluate::encode(load));
    in_force_ = {to_hex(engine_->loaded().bundle), settings_digest(load.config)};
    settings_ = load.config;
    ++counters_.engine_starts;
    return {};
}

// Rules of long ago may be gone, or refused by the gate of today: then what follows is derived by
// those that there are, as far as that goes, and what comes out otherwise is told.
Status EngineKeeper::launch_recorded(const InForce& recorded, ByteView state) {
    Result<RuleSet> rules = archive_.rules(recorded.bundle);
    Result<evaluate::Config> settings = archive_.settings(recorded.settings);
    Status up = rules && settings ? launch({std::move(rules->files), std::move(*settings)}, state)
                                  : Status(rules ? settings.error() : rules.error());
    if (up || up.error().code.starts_with("snapshot.") || up.error().code.starts_with("process."))
        return up;
    warn_("bundle " + recorded.bundle + " with settings " + recorded.settings +
          ", which the journal names, cannot be loaded: " + up.error().message);
    return engine_ ? Status() : launch(options_.load, state);
}

InForce EngineKeeper::named_by(const ledger::RecordView& record) const {
    if (record.kind == ledger::RecordKind::kStart) {
        const Result<ledger::StartMembers> start = ledger::parse_start(record);
        if (start) return {start->bundle, start->limits};
    }
    if (record.kind == ledger::RecordKind::kAudit) {
        const Result<ledger::AuditMembers> audit = ledger::parse_audit(record);
        if (audit && audit->reason == "rules") return {audit->text, in_force_.settings};
    }
    return in_force_;
}

// The state goes on under `named`.
Status EngineKeeper::follow(const InForce& named, RecordIndex next) {
    if (next == RecordIndex{0}) return launch_recorded(named, {});
    const Result<evaluate::Snapshot> state = engine_->snapshot();
    return state ? launch_recorded(named, state->bytes) : Status(state.error());
}

Status EngineKeeper::enter_configured() {
    const Hash configured = crypto::sha256(evaluate::encode(options_.load));
    return configured == load_digest_ ? Status() : activate(options_.load);
}

Result<std::vector<std::string>> EngineKeeper::bring_up(const StoredSnapshot* snapshot,
                                                        RecordIndex end, const Visitor& visitor) {
    engine_.reset();
    Status up = snapshot == nullptr ? launch(options_.load, {})
                                    : launch_recorded(snapshot->in_force, snapshot->engine);
    if (!up) return up.error();
    RecordIndex next = snapshot == nullptr ? RecordIndex{0} : snapshot->records;
    if (Status begun = visitor.begin(snapshot == nullptr ? ByteView() : ByteView(snapshot->state));
        !begun)
        return begun.error();

    Differences differing(warn_);
    const RecordFeed::Handlers handlers{differing.counter(), visitor.state};
    std::optional<RecordFeed> feed;
    feed.emplace(*engine_, settings_.clock, next, handlers);
    HeldGap gap;
    Result<ledger::JournalReader> reader =
        ledger::JournalReader::open(options_.state_dir / "journal", next);
    if (!reader) return reader.error();
    for (; next < end; ++next.value) {
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
        const Result<ledger::RecordView> record = ledger::parse((*line)->text);
        if (!record) return record.error();
        if (gap.hold(*record, (*line)->text)) continue;
        if (const InForce named = named_by(*record); named != in_force_) {
            if (Status flushed = feed->flush(); !flushed) return flushed.error();
            const evaluate::Config before = settings_;
            if (Status others = follow(named, feed->next()); !others) return others.error();
            visitor.entered(before);
            feed.emplace(*engine_, settings_.clock, feed->next(), handlers);
        }
        Status fed = gap.feed_to(*feed);
        if (fed) fed = feed->feed((*line)->text);
        if (!fed)
            return with_context(fed.error(),
                                "evaluate record " + std::to_string((*line)->n.value) + " again");
    }
    if (Status fed = gap.feed_to(*feed); !fed) return fed.error();
    if (Status flushed = feed->flush(); !flushed) return flushed.error();
    differing.tell();
    return feed->take_surplus();
}

}  // namespace overlord::pipeline
