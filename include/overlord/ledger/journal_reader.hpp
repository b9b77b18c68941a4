// Reading the journal, also while a daemon writes it. A reader belongs to one thread; it holds one
// open file and a window of about 1 MiB, at most kFrameBytesMax.
//
//   JournalReader reader = *JournalReader::open(state_dir / "journal", RecordIndex{12000});
//   for (;;) { auto line = reader.next(); if (!line) fail; if (!*line) break; use(**line); }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/ledger/journal_format.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::ledger {

class SegmentFile;

// One whole frame whose checksums, segment, frame and record numbers are right. The views are valid
// until the reader's next call.
struct FrameView {
    // Room of records whose keys were destroyed was given back; the others are what was committed
    // to. Only in a segment that another one follows.
    bool freed = false;
    FrameHeader header;
    std::uint64_t offset = 0;  // in segment header.segment
    ByteView extent;
    ByteView payload;
    Hash digest{};  // chain_digest; only with Chain::kVerify
};

struct RecordLine {
    RecordIndex n;
    KeyId key = 0;
    Hash commitment{};
    bool erased = false;    // its key was destroyed, so there is no text
    std::string_view text;  // valid until the next call
};

// Where the reader stands: the place and the numbers of the next frame.
struct JournalPosition {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t frame = 0;
    RecordIndex record;
    Hash chain{};  // chain_digest of the frame before; only with Chain::kVerify
};

class JournalReader {
public:
    enum class Chain { kSkip, kVerify };
    enum class Reach { kJournal, kSegment };  // where the end is: of all, or of one segment

    // At record `from`; beyond the last record is the end, not an error. An empty directory is an
    // empty journal. Codes io.*, journal.corrupt.
    [[nodiscard]] static Result<JournalReader> open(const Path& journal, RecordIndex from = {});
    // At the first frame of a segment, with the chain checked on the way if wanted.
    [[nodiscard]] static Result<JournalReader> open_segment(const Path& journal,
                                                            std::uint32_t segment, Chain chain,
                                                            Reach reach = Reach::kJournal);
    // As the first, from a place known to hold a frame at or before record `from`.
    [[nodiscard]] static Result<JournalReader> open_at(const Path& journal, std::uint32_t segment,
                                                       std::uint64_t offset, RecordIndex from);
    JournalReader(JournalReader&&) noexcept;
    JournalReader& operator=(JournalReader&&) noexcept;
    ~JournalReader();

    // The next frame, nullopt at the end. The end is where no whole frame follows yet: call again
    // later to go on. Code journal.corrupt when a later segment shows that one should be there.
    [[nodiscard]] Result<std::optional<FrameView>> next_frame();

    // The next record, from the position it was opened at; nullopt at the end. Also key.missing and
    // key.damaged. The text is not compared with the commitment.
    [[nodiscard]] Result<std::optional<RecordLine>> next();
    [[nodiscard]] RecordKeys& keys() { return keys_; }

    [[nodiscard]] const JournalPosition& position() const { return position_; }
    // After the end: why the bytes here are no frame; empty when there are none.
    [[nodiscard]] const std::string& stopped_by() const { return stopped_by_; }

private:
    JournalReader(Path journal, RecordIndex from, Chain chain);
    [[nodiscard]] Status enter(std::uint32_t segment);
    [[nodiscard]] Result<bool> enter_next();
    [[nodiscard]] Result<bool> next_segment_begun() const;
    [[nodiscard]] Result<std::optional<FrameView>> frame_here();
    [[nodiscard]] std::string why_not_next(const FrameHeader& header) const;
    [[nodiscard]] Result<RecordLine> open_record(RecordIndex n, const StoredRecord& record);
    [[nodiscard]] Status check_records(const FrameView& frame);
    [[nodiscard]] Status skip_to_from();

    Path journal_;
    RecordIndex from_;
    Chain chain_;
    Reach reach_ = Reach::kJournal;
    std::unique_ptr<SegmentFile> segment_;  // null while the journal is empty
    JournalPosition position_;
    std::string stopped_by_;
    RecordKeys keys_;
    std::vector<StoredRecord> records_;  // of the frame being read, for next()
    Bytes text_;
    std::size_t next_in_frame_ = 0;
    RecordIndex frame_first_;
};

}  // namespace overlord::ledger
