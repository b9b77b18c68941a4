// The bytes of a journal segment (docs/formats/journal.md). All integers little-endian. Pure
// functions, any thread.
//
// A segment is a file of fixed size: a header block of 4096 bytes, then frames, each beginning at a
// multiple of 8, then zeros. A frame is a header of 64 bytes, the payload, and bytes 0xff up to a
// multiple of 8. No 8-byte word at the end of a frame is zero, and none at its start: that is how a
// write that was cut short is told from damage (src/ledger/tail.cpp).
//
// The payload of a records frame is an index (key and commitment of each record), a checksum of
// what follows, and the records, enciphered. The chain of frames goes over headers and indexes, so
// the room of records whose keys were destroyed can be given back: they read as zeros then.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"

namespace overlord::ledger {

static_assert(std::endian::native == std::endian::little, "headers are copied as they are");

inline constexpr std::uint64_t kSegmentHeaderBytes = 4096;  // one page: frames never share it
inline constexpr std::uint64_t kFrameHeaderBytes = 64;
inline constexpr std::uint64_t kFrameAlign = 8;
inline constexpr std::uint8_t kPadding = 0xff;  // up to kFrameAlign; not zero, see above
inline constexpr std::uint64_t kSectorBytes = 512;  // what a disk writes whole or not at all
inline constexpr std::uint64_t kSegmentBytesDefault = 64ull << 20;
inline constexpr std::uint64_t kSegmentBytesMin = 16ull << 10;  // tests roll often
inline constexpr std::uint64_t kSegmentBytesMax = 1ull << 30;   // offsets fit 32 bits with room
// The largest frame, so the memory a reader needs. An append beyond it is written as several
// frames.
inline constexpr std::uint64_t kFrameBytesMax = 8ull << 20;

enum class FrameType : std::uint8_t { kRecords = 1, kSeal = 2 };

using ChainPrefix = std::array<std::uint8_t, 20>;  // of the SHA-256 of the frame before

struct FrameHeader {
    std::uint32_t magic = 0;
    FrameType type = FrameType::kRecords;
    std::uint8_t version = 0;
    std::uint16_t reserved = 0;
    std::uint32_t segment = 0;
    std::uint32_t payload_bytes = 0;  // without the padding
    std::uint64_t frame = 0;          // sequence number over the whole journal
    std::uint64_t first_record = 0;   // seal: the first record that no block covers yet
    std::uint32_t count = 0;          // records, or public entries
    std::uint32_t payload_crc = 0;    // CRC-32C of payload and padding; records: of the index
    ChainPrefix previous{};
    std::uint32_t header_crc = 0;     // CRC-32C of the 60 bytes before
};
static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);

inline constexpr std::uint32_t kFrameMagic = 0x464f4b5a;  // "ZKOF"
inline constexpr std::uint8_t kFrameVersion = 2;

// Of one record in the index: length u32, key u32, commitment.
inline constexpr std::size_t kIndexEntryBytes = 40;
inline constexpr std::size_t kBodyCrcBytes = 4;  // behind the index

struct SegmentHeader {
    std::array<char, 8> magic{};
    std::uint32_t version = 0;
    std::uint32_t segment = 0;
    std::uint64_t segment_bytes = 0;   // size of the file
    std::uint64_t first_frame = 0;     // sequence number of the first frame here
    std::uint64_t first_record = 0;    // number of the first record here
    std::uint64_t entries = 0;         // size of the public log when the segment began
    std::uint64_t sealed_until = 0;    // records below this were in blocks when the segment began
    Hash chain{};                      // SHA-256 of the last frame before; zeros in segment 0
    Hash origin{};                     // SHA-256 of the log's origin line
    Hash root{};                       // of the public log when the segment began
    std::uint32_t reserved = 0;
    std::uint32_t crc = 0;             // CRC-32C of all before
};
static_assert(sizeof(SegmentHeader) == 160);

inline constexpr std::array<char, 8> kSegmentMagic{'Z', 'K', 'O', 'J', 'R', 'N', 'L', '1'};

// 4096 bytes, the rest zeros; fills magic, version and crc.
[[nodiscard]] Bytes encode_segment_header(SegmentHeader header);
// Code journal.corrupt, with what is wrong.
[[nodiscard]] Result<SegmentHeader> decode_segment_header(ByteView block);

[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t bytes) {
    return (bytes + kFrameAlign - 1) / kFrameAlign * kFrameAlign;
}
// What a frame with this payload takes in the segment.
[[nodiscard]] constexpr std::uint64_t frame_extent(std::uint64_t payload_bytes) {
    return kFrameHeaderBytes + align_up(payload_bytes);
}

// Completes a frame in place: `frame` holds 64 bytes of anything and the payload. Pads it and
// writes the header, whose magic, version, lengths and checksums are set here.
void finish_frame(Bytes& frame, FrameHeader header);

// The header at the front of `bytes` if it is one: magic, version, type, a length that fits and its
// own checksum.
[[nodiscard]] std::optional<FrameHeader> peek_frame(ByteView bytes);
// Are the checksums of what follows the header right? `extent` is the whole frame. kIndex: that of
// the index is, and that of the records is not, as an erasure leaves it; or they are damaged, which
// their commitments tell.
enum class FrameCheck : std::uint8_t { kWhole, kIndex, kDamaged };
[[nodiscard]] FrameCheck check_frame(const FrameHeader& header, ByteView extent);
// Where the records of a records frame begin, from its start.
[[nodiscard]] constexpr std::uint64_t bodies_offset(std::uint32_t count) {
    return kFrameHeaderBytes + kIndexEntryBytes * std::uint64_t{count} + kBodyCrcBytes;
}
// What the next frame names: the digest of the header and, of records, the index; else of all.
[[nodiscard]] Hash chain_digest(const FrameHeader& header, ByteView extent);
[[nodiscard]] ChainPrefix chain_prefix(const Hash& digest);

// A seal frame: entries appended to the public log and what the tree became. Views point into the
// payload.
struct Seal {
    TreeSize size_before;
    TreeSize size;
    Hash root{};
    std::vector<std::string_view> entries;
};
void append_seal_payload(Bytes& out, const Seal& seal);
[[nodiscard]] Result<Seal> parse_seal(ByteView payload);  // code journal.corrupt

// One record as a frame holds it; views point into the payload.
struct StoredRecord {
    std::uint32_t key = 0;  // KeyId of its owner
    Hash commitment{};
    ByteView cipher;
};

// The records of a records frame, in order. Code journal.corrupt when lengths and count disagree.
[[nodiscard]] Result<std::vector<StoredRecord>> parse_records(ByteView payload,
                                                              std::uint32_t count);

}  // namespace overlord::ledger
