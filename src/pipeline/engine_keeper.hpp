// Keeps an engine running: starts it from a snapshot and the journal, notices its death, finds the
// event that killed it, and starts another one. Ledger thread only.
//
// If an engine dies, what it had been sent and not answered is sent again to the next one. An item
// that was being evaluated at two deaths is replaced by a reject (engine.poison) and not evaluated
// again; the sender is told.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/pipeline/archive.hpp"
#include "overlord/pipeline/engine_process.hpp"
#include "overlord/pipeline/record_feed.hpp"
#include "overlord/pipeline/status.hpp"
#include "snapshot_store.hpp"
#include "snapshot_writer.hpp"

namespace overlord::pipeline {

inline constexpr int kDeathsOfItemMax = 2;  // then it is poison
inline constexpr int kDeathsInARowMax = 5;  // without an answer in between: not an event's fault

class EngineKeeper {
public:
    struct Options {
        Path state_dir;
        std::string build;
        evaluate::LoadMessage load;  // the configured rules and settings
    };
    using Said = std::function<void(const std::string&)>;  // one line for the daemon's log
    EngineKeeper(Options options, Counters& counters, Said warn, Clock& clock);

    // From the newest usable snapshot at or before `end` and the journal after it. `visit` sees
    // each record that was read, `begin` first what the snapshot held of the daemon's own state
    // (empty: from record 0). Returns records that the journal lacks (RecordFeed::take_surplus).
    // Each record is derived by the rules and settings that were in force then, as in a replay;
    // `entered` is told when others came, with the settings before. At the end the last ones are
    // in force still: enter_configured() makes those that are configured now take over.
    struct Visitor {
        std::function<Status(ByteView)> begin;
        std::function<Status(const ledger::RecordLine&)> record;
        std::function<void(const evaluate::StateOutput&)> state;
        std::function<void(const evaluate::Config&)> entered;
    };
    [[nodiscard]] Result<std::vector<std::string>> start(RecordIndex end, const Visitor& visitor);

    [[nodiscard]] Status enter_configured();

    // The batch must stay as it is until answered; its items may become rejects when one of them is
    // poison. All records before it must be durable when receive() is called.
    void send(evaluate::Batch& batch);
    [[nodiscard]] Result<evaluate::Outcome> receive(RecordIndex durable);

    [[nodiscard]] EngineProcess& engine() { return *engine_; }
    [[nodiscard]] const evaluate::LoadedMessage& loaded() const { return engine_->loaded(); }
    // The settings in force.
    [[nodiscard]] const evaluate::Config& settings() const { return settings_; }
    // Snapshots of engine and daemon as of the next record; `state` is the daemon's part. Nothing
    // may be in flight. begin_snapshot() returns at once and leaves the rest to a thread of its
    // own; the other one returns when it is on the disk. A dead engine is no error here: it is
    // noticed with the next batch. An error of the disk in the background comes with the next call.
    [[nodiscard]] bool snapshot_possible() const { return writer_.ready(); }
    [[nodiscard]] Status begin_snapshot(RecordIndex next, StateParts state);
    [[nodiscard]] Status save_snapshot(RecordIndex next, const StateParts& state);
    // The one at `records` is on the disk; all others go (SnapshotStore::keep).
    [[nodiscard]] Status keep_snapshot(RecordIndex records) { return snapshots_.keep(records); }
    // Entries about those on the disk that the log does not have yet, each once.
    [[nodiscard]] std::vector<std::string> take_snapshot_entries();

    // After the last batch: nobody has to find out any more what an engine died of.
    void remove_marker() const;

    // Another bundle from here on: a new engine takes over the state of the old one, which stays in
    // place when the new one refuses. Nothing may be in flight.
    [[nodiscard]] Status activate(evaluate::LoadMessage load);

private:
    [[nodiscard]] Status restart(RecordIndex durable);
    [[nodiscard]] Result<StoredSnapshot> read_snapshot(RecordIndex records) const;
    [[nodiscard]] Result<std::vector<std::string>> bring_up(const StoredSnapshot* snapshot,
                                                            RecordIndex end,
                                                            const Visitor& visitor);
    [[nodiscard]] Status launch(const evaluate::LoadMessage& load, ByteView state);
    [[nodiscard]] Status follow(const InForce& named, RecordIndex next);
    [[nodiscard]] Status launch_recorded(const InForce& recorded, ByteView state);
    [[nodiscard]] InForce named_by(const ledger::RecordView& record) const;

    Options options_;
    Archive archive_;
    Counters& counters_;
    Said warn_;
    SnapshotStore snapshots_;
    SnapshotWriter writer_;
    std::vector<std::string> snapshot_entries_;
    std::optional<EngineProcess> engine_;
    Hash load_digest_{};         // of the message that engine_ was loaded with
    InForce in_force_;           // what engine_ has loaded
    evaluate::Config settings_;  // likewise
    evaluate::Batch* sent_ = nullptr;  // not answered yet
    bool sent_whole_ = false;
    int deaths_in_a_row_ = 0;
    std::map<Hash, int> deaths_;  // by digest of the item that was being evaluated
};

}  // namespace overlord::pipeline
