// Snapshots of what would otherwise be derived from the whole journal: the engine's state and the
// daemon's own (ledger_state.hpp), as of one record. They only save time: a snapshot that is
// missing, damaged or from another build is passed over, and recovery starts at an older one or at
// record 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/strong.hpp"

namespace overlord::pipeline {

inline constexpr std::size_t kSnapshotsKept =
    2;  // the newest may be the one whose writing was cut short

struct StoredSnapshot {
    RecordIndex records;  // the next record's number
    Bytes engine;         // evaluate::Snapshot::bytes
    Bytes state;          // LedgerState::serialise
};

class SnapshotStore {
public:
    // `build` names the program whose memory layouts the snapshot holds.
    SnapshotStore(Path directory, std::string build)
        : directory_(std::move(directory)), build_(std::move(build)) {}

    // Durable; then removes all but the newest.
    [[nodiscard]] Status save(const StoredSnapshot& snapshot) const;

    // Whole snapshots of this build at or before `limit`, newest first.
    [[nodiscard]] Result<std::vector<StoredSnapshot>> load(RecordIndex limit) const;

private:
    Path directory_;
    std::string build_;
};

}  // namespace overlord::pipeline
