// The snapshots of a state directory (overlord/pipeline/snapshot.hpp): kept, listed, read. Ledger
// thread, and the thread that writes one beside it.
#pragma once

#include <string>
#include <vector>

#include "overlord/pipeline/snapshot.hpp"

namespace overlord::pipeline {

inline constexpr std::size_t kSnapshotsKept =
    2;  // the newest may be the one whose writing was cut short

class SnapshotStore {
public:
    // `build` names the program, for whoever looks into the file.
    SnapshotStore(Path directory, std::string build)
        : directory_(std::move(directory)), build_(std::move(build)) {}

    // Durable; then removes all but the newest. Returns the digest of the file.
    [[nodiscard]] Result<Hash> save(const StoredSnapshot& snapshot) const;

    // The snapshot at `records` is what an erasure left: all others go, and it is kept for replays
    // after newer ones took its place.
    [[nodiscard]] Status keep(RecordIndex records) const;
    // Records of those that were kept, oldest first.
    [[nodiscard]] Result<std::vector<RecordIndex>> kept() const;

    // Records of those at or before `limit` that there are, newest first.
    [[nodiscard]] Result<std::vector<RecordIndex>> list(RecordIndex limit) const;
    // Of those listed, or kept. Codes of decode_snapshot, and snapshot.unreadable.
    [[nodiscard]] Result<StoredSnapshot> read(RecordIndex records) const;

private:
    [[nodiscard]] Path kept_directory() const { return directory_ / "kept"; }

    Path directory_;
    std::string build_;
};

}  // namespace overlord::pipeline
