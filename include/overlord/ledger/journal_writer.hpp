// Writing the journal: one frame at a time, each with one durable write into space that was zeroed
// before. Owned by the ledger thread; a second thread of its own prepares the next segment.
//
// A failed write leaves the state of the disk unknown: the writer is poisoned, every later call
// fails with ledger.poisoned, and the process has to be restarted through recovery.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/journal_format.hpp"
#include "overlord/ledger/record_keys.hpp"
#include "overlord/ledger/recovery.hpp"

namespace overlord::ledger {

class SegmentPreparer;

struct WriterOptions {
    Path journal;
    std::uint64_t segment_bytes = kSegmentBytesDefault;  // of segments begun from now on
    Hash origin{};                                       // SHA-256 of the origin line
    Disk* disk = nullptr;                                // not owned
    Path log{};                                          // synced at each segment; empty: none
};

// A frame that is on the disk.
struct Placement {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    RecordIndex first;
    std::uint32_t count = 0;
};

struct JournalCounters {
    std::uint64_t records = 0;
    std::uint64_t record_bytes = 0;
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;      // with headers and padding
    std::uint64_t syncs = 0;            // durable writes
    std::int64_t last_durable_ns = 0;   // duration of the latest of them
};

class JournalWriter {
public:
    // Goes on where `state` (of scan_journal, its torn tail cut) ends; begins segment 0 otherwise.
    [[nodiscard]] static Result<std::unique_ptr<JournalWriter>> open(const WriterOptions& options,
                                                                     const JournalState& state);
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    // All of `records` are on the disk when this returns. Those of one call that fit a frame
    // (kFrameBytesMax, and a segment) are there all or none after a crash; more go in several
    // frames. Codes io.*, ledger.poisoned, record.too_large (which poisons nothing).
    [[nodiscard]] Result<std::vector<Placement>> append(std::span<const JournalRecord> records);

    // Code io.*, ledger.poisoned, seal.too_large (which poisons nothing).
    [[nodiscard]] Result<Placement> append_seal(const Seal& seal);

    // The frame as the file returns it, not as it was given to it.
    [[nodiscard]] Result<Bytes> read_back(const Placement& placement) const;

    [[nodiscard]] RecordIndex next_record() const { return state_.next_record; }
    [[nodiscard]] const JournalCounters& counters() const { return counters_; }
    // Bytes still free in the current segment, and the error that keeps the next from being
    // prepared, say io.enospc: a full disk is seen one segment before it stops the log.
    [[nodiscard]] std::uint64_t room() const { return state_.segment_bytes - state_.offset; }
    [[nodiscard]] std::optional<Error> preparation_error() const;
    [[nodiscard]] std::uint32_t segment() const { return state_.segment; }

    // A place at or before record n in the current segment to begin a search, if n is there.
    [[nodiscard]] std::optional<std::uint64_t> offset_hint(RecordIndex n) const;

private:
    explicit JournalWriter(const WriterOptions& options);
    [[nodiscard]] std::uint64_t frame_limit() const;
    [[nodiscard]] std::size_t fill_frame(std::span<const JournalRecord> records);
    [[nodiscard]] Status make_room(std::uint64_t extent);
    [[nodiscard]] Status begin_segment(std::uint32_t number);
    [[nodiscard]] Result<Placement> write_frame(FrameHeader header);
    [[nodiscard]] Error poison(Error error);
    void note_place(RecordIndex first);

    WriterOptions options_;
    JournalState state_;
    FileHandle file_;
    Path name_;
    Bytes frame_;  // reused
    std::vector<std::pair<RecordIndex, std::uint64_t>> places_;  // sparse, of this segment only
    JournalCounters counters_;
    std::optional<Error> poison_;
    std::unique_ptr<SegmentPreparer> preparer_;
};

}  // namespace overlord::ledger
