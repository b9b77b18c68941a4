// Snapshots of what would otherwise be derived from the whole journal: the engine's state and the
// daemon's own (ledger_state.hpp), as of one record. They save time, and where earlier records were
// erased they are the only way there is; so each has an entry in the public log that names its
// digests (docs/formats/state.md). One that is missing, damaged or contradicted by the log is
// passed over, and recovery starts at an older one or at record 0.
//
//   32 bytes digest of all that follows · text format · text build · text bundle
//   · text settings · u64 records · i64 at · 32 bytes state digest
//   · u64 size, engine's part · u64 size, daemon's part
//
// The format names the layout of both parts: another build with the same format reads it, and a
// layout that changes changes the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::pipeline {

inline constexpr std::string_view kSnapshotFormat = "zk-overlords/snapshot/v10";

// What decided verdicts beside the records, by the names that start records and changes of rules
// give (hex); Archive has both.
struct InForce {
    std::string bundle;
    std::string settings;
    bool operator==(const InForce&) const = default;
};

struct StoredSnapshot {
    InForce in_force;
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

// "00000000000000000812.snap" and back; nullopt for a name that is none.
[[nodiscard]] std::string snapshot_name(RecordIndex records);
[[nodiscard]] std::optional<RecordIndex> snapshot_records(std::string_view name);

}  // namespace overlord::pipeline
