// Reading a journal as a whole, and telling a write that was cut short from damage. This is the one
// recovery function of every start, and the ground of fsck.
//
// Segments are zeroed before use and there is one writer with one frame in flight. So a frame that
// was cut short is the last thing in the journal and lacks at least one disk sector (or an aligned
// 8-byte word at its end), whose place still reads as zeros; no whole frame has such zeros. Only
// then bytes are cut off, and kept in journal/quarantine/. Everything else that does not check is
// `journal.corrupt`, with segment, offset and record: nothing is ever dropped to get going.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/journal_reader.hpp"

namespace overlord::ledger {

// The incomplete frame at the end, never acknowledged to anyone.
struct TornTail {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;  // up to the last one that is not zero
    std::string cause;
};

struct JournalState {
    bool begun = false;            // false: no frame and no segment header yet
    std::uint32_t segment = 0;     // where the next frame goes, if it fits
    std::uint64_t offset = 0;
    std::uint64_t segment_bytes = 0;
    std::uint64_t next_frame = 0;
    RecordIndex next_record;
    Hash chain{};                  // chain_digest of the last frame
    TreeSize entries;              // of the public log, by the last seal frame
    RecordIndex sealed_until;      // records below are in blocks
    std::optional<Hash> root;      // of the public log; none while it is empty
    std::optional<TornTail> torn;
};

struct ScanOptions {
    std::optional<std::uint32_t> from_segment;  // default: the first there is
    std::optional<Hash> origin;                 // SHA-256 of the origin that must be in the headers
};

// Called for each frame in order; a failure ends the scan with that error.
using FrameVisitor = std::function<Status(const FrameView&)>;

// Checks checksums, chain, numbers and the zeros between frames and segments. Changes nothing.
// Codes io.*, journal.corrupt, state.origin.
[[nodiscard]] Result<JournalState> scan_journal(const Path& journal, const ScanOptions& options,
                                                const FrameVisitor& visit);

// Moves a torn tail to quarantine, durably: first the copy, then zeros in its place. Returns the
// path of the copy. A crash between the two repeats it at the next start.
[[nodiscard]] Result<Path> cut_tail(const Path& journal, const TornTail& tail, Disk& disk);

}  // namespace overlord::ledger
