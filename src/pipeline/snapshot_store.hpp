// The snapshots of a state directory (overlord/pipeline/snapshot.hpp): kept, listed, read. Ledger
// thread, and the thread that writes one beside it.
#pragma once

#include <string>
#include <vector>

#include "overlord/pipeline/snapshot.hpp"

namespace overlord::pipeline {

inline constexpr std::size_t kSnapshotsKept =
    2;  // the newest may be the one whose writing was cut short
<<<<<<< HEAD
inline constexpr std::string_view kSnapshotFormat = "zk-overlords/snapshot/v3";

struct StoredSnapshot {
    RecordIndex records;  // the next record's number
    TimeNs at = 0;        // log time that the engine had come to
    Hash digest{};        // of the engine's state, as a `state` entry would hold it
    Bytes engine;         // evaluate::Snapshot::bytes
    Bytes state;          // LedgerState::serialise
    Hash file{};          // of the file; set by save() and read()
};

// What the log says about a snapshot, as an entry:
//   {"v":1,"kind":"snapshot","at":A,"records":R,"digest":"<hex>","file":"<hex>"}
struct SnapshotEntry {
    TimeNs at = 0;
    RecordIndex records;
    Hash digest{};
    Hash file{};
    bool operator==(const SnapshotEntry&) const = default;
};
[[nodiscard]] std::string compose_entry(const SnapshotEntry& entry);
// nullopt for entries of other kinds. Code entry.syntax for another spelling.
[[nodiscard]] Result<std::optional<SnapshotEntry>> parse_snapshot_entry(std::string_view entry);

// The entry about the snapshot at `records` that the journal has sealed, if any.
[[nodiscard]] Result<std::optional<SnapshotEntry>> find_snapshot_entry(const Path& journal,
                                                                       RecordIndex records);

[[nodiscard]] Bytes encode_snapshot(const StoredSnapshot& snapshot, std::string_view build);
// Codes: snapshot.damaged (digest or layout), snapshot.format (of another format),
// snapshot.digest (the engine's part is not the state whose digest it names).
[[nodiscard]] Result<StoredSnapshot> decode_snapshot(ByteView file);
=======
>>>>>>> 1ea15a2 (wip)

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
