// Writes snapshots beside the main path. The engine's part comes from a process that it forked, the
// daemon's own is handed in; one thread waits for the first and makes both durable, while the
// ledger thread goes on. Owned and called by the ledger thread.
//
// A snapshot only saves time, so one that the engine could not make is passed over: the next one is
// due soon. An error of the disk is kept for the owner, who stops for it like for every other.
#pragma once

#include <atomic>
#include <optional>
#include <thread>

#include "overlord/base/time.hpp"
#include "snapshot_store.hpp"
#include "state_parts.hpp"

namespace overlord::pipeline {

class SnapshotWriter {
public:
    SnapshotWriter(const SnapshotStore& store, Clock& clock) : store_(store), clock_(clock) {}
    ~SnapshotWriter() { (void)wait(); }

    // Another one may be started: none is under way, and the last one took at most a fifth of the
    // time since it began. A state that takes a second to write is not written every second.
    [[nodiscard]] bool ready() const;
    // `engine` is what EngineProcess::snapshot_aside gave, `state` of the same record.
    void start(FileHandle engine, RecordIndex records, InForce in_force, StateParts state);
    // The error of one that has ended, once.
    [[nodiscard]] Status result();
    // Until none is under way; then as result().
    [[nodiscard]] Status wait();
    // The log's entry about one that is on the disk, once.
    [[nodiscard]] std::optional<SnapshotEntry> take_entry();

private:
    void write(const FileHandle& engine, RecordIndex records, InForce in_force,
               const StateParts& state);

    const SnapshotStore& store_;
    Clock& clock_;
    std::thread thread_;
    std::atomic<bool> busy_{false};
    TimeNs began_ = 0, ended_ = 0;  // monotonic; the thread's while busy
    std::optional<Error> error_;    // likewise
    std::optional<SnapshotEntry> entry_;  // likewise
};

}  // namespace overlord::pipeline
