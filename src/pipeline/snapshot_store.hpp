// Snapshots of what would otherwise be derived from the whole journal: the engine's state and the
// daemon's own (ledger_state.hpp), as of one record. They save time, and where earlier records were
// erased they are the only way there is; so each has an entry in the public log that names its
// digests (docs/formats/state.md). One that is missing, damaged or contradicted by the log is
// passed over, and recovery starts at an older one or at record 0.
//
//   32 bytes digest of all that follows · text format · text build · u64 records · i64 at
//   · 32 bytes state digest · u64 size, engine's part · u64 size, daemon's part
//
// The format names the layout of both parts: another build with the same format reads it, and a
// layout that changes changes the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::pipeline {

inline constexpr std::size_t kSnapshotsKept =
    2;  // the newest may be the one whose writing was cut short
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
