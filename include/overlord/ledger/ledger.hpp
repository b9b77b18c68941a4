// The log of one origin on one machine: the private journal, the blocks over it, and the signed
// public tree. One owner, the ledger thread; another thread or process may read the files
// meanwhile.
//
// The order of every write is chosen so that a crash at any point is repaired by open() alone:
//   append:  frame durable -> acknowledged
//   seal:    seal frame durable -> read back and hashed again -> tiles and bundles -> signed ->
//            log/checkpoint durable -> published
// What was acknowledged is there after any crash, once. A signed size is never taken back.
//
// After an error of class kFatal the ledger is poisoned: every call fails, and the process has to
// exit and start again through open().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_writer.hpp"
#include "overlord/ledger/record_keys.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/signer.hpp"

namespace overlord::ledger {

// Whether log/checkpoint shows a head as soon as it is signed, or only once a quorum of witnesses
// has cosigned it. Records are durable either way.
enum class Publication { kAtOnce, kWhenWitnessed };

struct Options {
    Path state_dir;  // made if it is not there; an existing one must be empty or a state
    std::string origin;
    tlog::CheckpointSigner* signer = nullptr;  // not owned
    std::uint64_t segment_bytes = kSegmentBytesDefault;
    Publication publication = Publication::kAtOnce;
    Disk* disk = &real_disk();  // not owned
};

struct AppendResult {
    RecordIndex first;
    std::vector<Hash> commitments;  // one a record, in order
};

struct SealResult {
    TreeSize size;
    Hash root{};
    EntryIndex first_entry;      // of those this seal appended: the blocks, then the extra ones
    std::uint64_t blocks = 0;
    std::uint64_t entries = 0;   // with the blocks; 0: there was nothing to seal
    std::string checkpoint;      // the signed note, empty for an empty log
};

// What open() found and did, for one line in the daemon's log.
struct RecoveryReport {
    std::uint32_t from_segment = 0;  // the first one that was read
    std::uint64_t frames = 0;        // in those that were read
    std::uint64_t records = 0;
    std::uint64_t unsealed = 0;
    std::optional<Path> quarantined;  // where a torn tail went
    std::string torn_cause;
    bool tiles_rewritten = false;
    bool signed_again = false;  // the last seal had not been published
    tlog::SignerStart signer;   // this start, for the log's `start` entry
};

struct Counters {
    JournalCounters journal;
    std::uint64_t seals = 0;
    std::int64_t last_seal_ns = 0;
};

class Ledger {
public:
    // Codes: state.locked (another daemon), state.not_a_state, state.readonly, state.origin,
    // journal.corrupt, log.rollback, log.fork, key.*, io.*, and the signer's.
    [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const Options& options);
    ~Ledger();

    // `records` numbered from next_record(), each enciphered under the key of its owner; on the
    // disk when this returns. All or none of them survive a crash in the middle, up to
    // kFrameBytesMax together.
    // Codes that change nothing: record.number, record.syntax, record.too_large.
    [[nodiscard]] Result<AppendResult> append(std::span<const NewRecord> records);
    // Records of the site's own.
    [[nodiscard]] Result<AppendResult> append(std::span<const std::string> records);

    // Puts the records since the last seal into blocks, appends those and the extra public entries,
    // signs and publishes. Without either it only returns the present head. Codes that change
    // nothing: entry.syntax, entry.too_large.
    [[nodiscard]] Result<SealResult> seal(TimeNs at,
                                          std::span<const std::string> extra_entries = {});

    // A quorum has cosigned this checkpoint, which must be one that we signed: durable as
    // log/checkpoint.witnessed when this returns. log/checkpoint becomes it too, unless that shows
    // a newer head already. One that is older than the last of these changes nothing. Codes:
    // log.cosigned (not signed by us; changes nothing), io.*
    [[nodiscard]] Status witnessed(const std::string& cosigned);

    // The exact bytes of a record. Codes: record.unknown, record.erased, key.*, journal.corrupt,
    // io.*.
    [[nodiscard]] Result<std::string> read_record(RecordIndex n) const;
    // Of any record, erased ones too.
    [[nodiscard]] Result<Hash> read_commitment(RecordIndex n);

    // After destroy_keys: forgets the keys in memory too.
    [[nodiscard]] Status forget_keys();

    [[nodiscard]] RecordIndex next_record() const;
    [[nodiscard]] RecordIndex sealed_until() const;  // records below are in blocks
    [[nodiscard]] TreeSize tree_size() const;
    [[nodiscard]] Hash root() const;
    [[nodiscard]] const std::string& checkpoint() const;  // the one signed last; empty before
    [[nodiscard]] const RecoveryReport& recovery() const;
    [[nodiscard]] Counters counters() const;
    [[nodiscard]] std::uint64_t segment_room() const;
    [[nodiscard]] std::optional<Error> preparation_error() const;  // say io.enospc, a segment early

private:
    class Impl;
    explicit Ledger(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace overlord::ledger
