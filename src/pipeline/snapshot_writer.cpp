#include "snapshot_writer.hpp"

#include <utility>

#include "overlord/base/priority.hpp"
#include "overlord/pipeline/engine_process.hpp"

namespace overlord::pipeline {
namespace {

constexpr int kRestPerWork =
    4;  // what snapshots cost the machine: a fifth of one processor at most

}  // namespace

bool SnapshotWriter::ready() const {
    return !busy_ && clock_.monotonic() - ended_ >= kRestPerWork * (ended_ - began_);
}

void SnapshotWriter::start(FileHandle engine, RecordIndex records, InForce in_force,
                           StateParts state) {
    OVERLORD_ASSERT(!busy_);
    if (thread_.joinable()) thread_.join();
    busy_ = true;
    began_ = clock_.monotonic();
    auto work = [this, engine = std::move(engine), records, in_force = std::move(in_force),
                 state = std::move(state)]() mutable {
        come_last();
        write(engine, records, std::move(in_force), state);
        ended_ = clock_.monotonic();
        busy_ = false;
    };
    thread_ = std::thread(std::move(work));
}

void SnapshotWriter::write(const FileHandle& engine, RecordIndex records, InForce in_force,
                           const StateParts& state) {
    Result<evaluate::Snapshot> snapshot = EngineProcess::read_snapshot(engine);
    if (!snapshot || snapshot->records != records.value) return;
    const TimeNs at = snapshot->at;
    const Hash digest = snapshot->digest;
    const Result<Hash> saved = store_.save({std::move(in_force), records, at, digest,
                                            std::move(snapshot->bytes), state.whole(), {}});
    if (!saved) {
        error_ = saved.error();
        return;
    }
    entry_ = SnapshotEntry{at, records, digest, *saved};
}

std::optional<SnapshotEntry> SnapshotWriter::take_entry() {
    if (busy_) return std::nullopt;
    return std::exchange(entry_, std::nullopt);
}

Status SnapshotWriter::result() {
    if (busy_ || !error_) return {};
    return *std::exchange(error_, std::nullopt);
}

Status SnapshotWriter::wait() {
    if (thread_.joinable()) thread_.join();
    return result();
}

}  // namespace overlord::pipeline
