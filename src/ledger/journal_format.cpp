#include "overlord/ledger/journal_format.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "overlord/crypto/sha256.hpp"

namespace overlord::ledger {

namespace {

constexpr std::uint32_t kSegmentVersion = 2;

Error corrupt(std::string what) {
    return Error{"journal.corrupt", std::move(what), ErrorClass::kFatal};
}

template <class T>
ByteView object_bytes(const T& object) {
    return {reinterpret_cast<const std::uint8_t*>(&object), sizeof object};
}

std::uint32_t header_crc(const FrameHeader& header) {
    return crc32c(object_bytes(header).first(offsetof(FrameHeader, header_crc)));
}

}  // namespace

Bytes encode_segment_header(SegmentHeader header) {
    header.magic = kSegmentMagic;
    header.version = kSegmentVersion;
    header.reserved = 0;
    header.crc = crc32c(object_bytes(header).first(offsetof(SegmentHeader, crc)));
    Bytes block(kSegmentHeaderBytes);
    std::memcpy(block.data(), &header, sizeof header);
    return block;
}

Result<SegmentHeader> decode_segment_header(ByteView block) {
    OVERLORD_ASSERT(block.size() == kSegmentHeaderBytes);
    SegmentHeader header;
    std::memcpy(&header, block.data(), sizeof header);
    if (header.magic != kSegmentMagic) return corrupt("segment header: wrong magic");
    if (header.crc != crc32c(block.first(offsetof(SegmentHeader, crc)))) {
        return corrupt("segment header: checksum does not match");
    }
    if (header.version != kSegmentVersion) {
        return corrupt("segment header: version " + std::to_string(header.version) +
                       ", this program reads " + std::to_string(kSegmentVersion));
    }
    const ByteView rest = block.subspan(sizeof header);
    if (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; })) {
        return corrupt("segment header: bytes after it are not zero");
    }
    if (header.segment_bytes < kSegmentBytesMin || header.segment_bytes > kSegmentBytesMax) {
        return corrupt("segment header: size out of range");
    }
    return header;
}

void finish_frame(Bytes& frame, FrameHeader header) {
    OVERLORD_ASSERT(frame.size() > kFrameHeaderBytes);
    header.magic = kFrameMagic;
    header.version = kFrameVersion;
    header.reserved = 0;
    header.payload_bytes = static_cast<std::uint32_t>(frame.size() - kFrameHeaderBytes);
    frame.resize(align_up(frame.size()), kPadding);
    OVERLORD_ASSERT(frame.size() <= kFrameBytesMax);
    std::uint64_t end = frame.size();
    if (header.type == FrameType::kRecords) {
        end = bodies_offset(header.count);
        OVERLORD_ASSERT(end < frame.size());
        const std::uint32_t bodies = crc32c(ByteView(frame).subspan(end));
        std::memcpy(frame.data() + end - kBodyCrcBytes, &bodies, sizeof bodies);
    }
    header.payload_crc =
        crc32c(ByteView(frame).subspan(kFrameHeaderBytes, end - kFrameHeaderBytes));
    header.header_crc = header_crc(header);
    std::memcpy(frame.data(), &header, sizeof header);
}

std::optional<FrameHeader> peek_frame(ByteView bytes) {
    FrameHeader header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool known = header.type == FrameType::kRecords || header.type == FrameType::kSeal;
    if (header.magic != kFrameMagic || header.version != kFrameVersion || !known) {
        return std::nullopt;
    }
    if (header.header_crc != header_crc(header)) return std::nullopt;
    if (header.payload_bytes == 0 || frame_extent(header.payload_bytes) > kFrameBytesMax) {
        return std::nullopt;
    }
    return header;
}

FrameCheck check_frame(const FrameHeader& header, ByteView extent) {
    OVERLORD_ASSERT(extent.size() == frame_extent(header.payload_bytes));
    if (header.type != FrameType::kRecords) {
        const bool right = header.payload_crc == crc32c(extent.subspan(kFrameHeaderBytes));
        return right ? FrameCheck::kWhole : FrameCheck::kDamaged;
    }
    const std::uint64_t end = bodies_offset(header.count);
    if (end >= extent.size()) return FrameCheck::kDamaged;
    const ByteView index = extent.subspan(kFrameHeaderBytes, end - kFrameHeaderBytes);
    const ByteView bodies = extent.subspan(end);
    if (header.payload_crc != crc32c(index)) return FrameCheck::kDamaged;
    const bool right = get_u32_le(extent.data() + end - kBodyCrcBytes) == crc32c(bodies);
    return right ? FrameCheck::kWhole : FrameCheck::kIndex;
}

Hash chain_digest(const FrameHeader& header, ByteView extent) {
    if (header.type != FrameType::kRecords) return crypto::sha256(extent);
    return crypto::sha256(extent.first(bodies_offset(header.count)));
}

ChainPrefix chain_prefix(const Hash& digest) {
    ChainPrefix prefix;
    std::copy_n(digest.begin(), prefix.size(), prefix.begin());
    return prefix;
}

void append_seal_payload(Bytes& out, const Seal& seal) {
    put_u64_le(out, seal.size_before.value);
    put_u64_le(out, seal.size.value);
    put_bytes(out, seal.root);
    for (const std::string_view entry : seal.entries) put_text(out, entry);
}

Result<Seal> parse_seal(ByteView payload) {
    ByteReader reader(payload);
    Seal seal;
    const Result<std::uint64_t> before = reader.u64();
    const Result<std::uint64_t> size = reader.u64();
    const Result<ByteView> root = reader.take(32);
    if (!before || !size || !root) return corrupt("seal frame: too short");
    seal.size_before.value = *before;
    seal.size.value = *size;
    std::copy(root->begin(), root->end(), seal.root.begin());
    while (!reader.empty()) {
        const Result<std::uint32_t> length = reader.u32();
        if (!length) return corrupt("seal frame: entry length cut off");
        const Result<ByteView> entry = reader.take(*length);
        if (!entry) return corrupt("seal frame: entry cut off");
        seal.entries.push_back(as_text(*entry));
    }
    if (seal.size_before.value + seal.entries.size() != seal.size.value) {
        return corrupt("seal frame: number of entries and sizes disagree");
    }
    return seal;
}

Result<std::vector<StoredRecord>> parse_records(ByteView payload, std::uint32_t count) {
    const std::uint64_t bodies = bodies_offset(count) - kFrameHeaderBytes;
    if (bodies > payload.size()) return corrupt("records frame: index cut off");
    std::vector<StoredRecord> records;
    records.reserve(count);
    ByteView rest = payload.subspan(bodies);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint8_t* const entry = payload.data() + i * kIndexEntryBytes;
        const std::size_t length = get_u32_le(entry);
        if (length > rest.size()) return corrupt("records frame: record cut off");
        StoredRecord record;
        record.key = get_u32_le(entry + 4);
        std::copy_n(entry + 8, record.commitment.size(), record.commitment.begin());
        record.cipher = rest.first(length);
        rest = rest.subspan(length);
        records.push_back(record);
    }
    if (!rest.empty()) return corrupt("records frame: count and records disagree");
    return records;
}

}  // namespace overlord::ledger
