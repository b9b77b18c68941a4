#include "overlord/ledger/journal_format.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace overlord::ledger {

namespace {

constexpr std::uint8_t kPadding = 0xff;  // not zero: see the head of the header file

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
    header.version = 1;
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
    if (header.version != 1) {
        return corrupt("segment header: version " + std::to_string(header.version) +
                       ", this program reads 1");
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
    header.payload_crc = crc32c(ByteView(frame).subspan(kFrameHeaderBytes));
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

bool payload_matches(const FrameHeader& header, ByteView extent) {
    OVERLORD_ASSERT(extent.size() == frame_extent(header.payload_bytes));
    return header.payload_crc == crc32c(extent.subspan(kFrameHeaderBytes));
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

Result<std::vector<std::string_view>> parse_records(ByteView payload, std::uint32_t count) {
    std::vector<std::string_view> records;
    records.reserve(std::min<std::size_t>(count, payload.size() / 4));
    std::size_t at = 0;
    while (at < payload.size()) {
        if (payload.size() - at < 4) return corrupt("records frame: length cut off");
        const std::size_t length = get_u32_le(payload.data() + at);
        at += 4;
        if (length > payload.size() - at) return corrupt("records frame: record cut off");
        records.push_back(as_text(payload.subspan(at, length)));
        at += length;
    }
    if (records.size() != count) return corrupt("records frame: count and records disagree");
    return records;
}

}  // namespace overlord::ledger
