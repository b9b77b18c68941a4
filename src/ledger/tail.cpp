#include "tail.hpp"

#include <algorithm>
#include <cstring>

namespace overlord::ledger {

namespace {

constexpr std::uint64_t kStepBytes = 1u << 20;

// One past the last byte at or after `from` that is not zero; `from` when there is none.
Result<std::uint64_t> end_of_data(SegmentFile& segment, std::uint64_t from) {
    std::uint64_t end = segment.size();
    while (end > from) {
        const std::uint64_t step = std::min(kStepBytes, end - from);
        const Result<ByteView> bytes = segment.view(end - step, step);
        if (!bytes) return bytes.error();
        if (!all_zero(*bytes)) {
            std::size_t last = bytes->size();
            while ((*bytes)[last - 1] == 0) --last;
            return end - step + last;
        }
        end -= step;
    }
    return from;
}

// Bytes of [from, from + length) that the file's sector boundaries cut into pieces: is one of the
// pieces all zeros? `offset` is the place of bytes[0] in the file.
bool lacks_a_sector(ByteView bytes, std::uint64_t offset) {
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const std::uint64_t to_boundary = kSectorBytes - (offset + begin) % kSectorBytes;
        const std::size_t length = std::min<std::size_t>(to_boundary, bytes.size() - begin);
        if (all_zero(bytes.subspan(begin, length))) return true;
        begin += length;
    }
    return false;
}

// Does a whole frame that could follow lie anywhere in `bytes`? Then the bytes before it were
// written completely, and what is wrong with them is damage.
bool holds_a_frame(ByteView bytes, const JournalPosition& position) {
    for (std::size_t at = 0; at + kFrameHeaderBytes < bytes.size(); at += kFrameAlign) {
        const std::optional<FrameHeader> header = peek_frame(bytes.subspan(at));
        if (header && header->segment == position.segment && header->frame >= position.frame) {
            return true;
        }
    }
    return false;
}

Tail corrupt(std::uint64_t bytes, std::string cause) {
    return Tail{Tail::Kind::kCorrupt, bytes, std::move(cause)};
}

// The header is whole, so how long the frame is meant to be is known.
Tail with_header(ByteView data, const FrameHeader& header, const JournalPosition& position,
                 std::uint64_t room) {
    const bool expected = header.segment == position.segment && header.frame == position.frame &&
                          header.first_record == position.record.value;
    const std::uint64_t extent = frame_extent(header.payload_bytes);
    if (!expected || extent > room) {
        return corrupt(data.size(), "a frame that does not belong here");
    }
    if (data.size() > extent) return corrupt(data.size(), "damaged frame with data behind it");
    if (data.size() + kFrameAlign <= extent) {
        return Tail{Tail::Kind::kTorn, data.size(), "a frame whose end was never written"};
    }
    if (lacks_a_sector(data, position.offset)) {
        return Tail{Tail::Kind::kTorn, data.size(), "a frame with a sector that was never written"};
    }
    return corrupt(data.size(), "a whole frame whose checksum or chain does not match");
}

// Does the header reach into a second sector, of which nothing was written?
bool lacks_end_of_header(ByteView data, std::uint64_t to_boundary) {
    if (to_boundary >= kFrameHeaderBytes || data.size() <= to_boundary) return false;
    const std::size_t length = std::min<std::size_t>(kSectorBytes, data.size() - to_boundary);
    return all_zero(data.subspan(to_boundary, length));
}

// The front of the data is no header. A torn write leaves that in three ways: the first sector's
// part is missing altogether, or that of a second sector into which the header reaches, or the
// header itself ends in zeros and so does everything after it.
Tail without_header(ByteView data, const JournalPosition& position) {
    if (data.size() > kFrameBytesMax) return corrupt(data.size(), "more than one frame's data");
    const std::uint64_t to_boundary = kSectorBytes - position.offset % kSectorBytes;
    const std::size_t first_part = std::min<std::size_t>(to_boundary, data.size());
    if (all_zero(data.first(first_part)) && data.size() > first_part) {
        if (!holds_a_frame(data, position)) {
            return Tail{Tail::Kind::kTorn, data.size(), "a frame whose start was never written"};
        }
        return corrupt(data.size(), "a frame is missing in front of a whole one");
    }
    if (lacks_end_of_header(data, to_boundary) && !holds_a_frame(data, position)) {
        return Tail{Tail::Kind::kTorn, data.size(), "a frame with a sector that was never written"};
    }
    if (data.size() + kFrameAlign <= kFrameHeaderBytes) {
        return Tail{Tail::Kind::kTorn, data.size(), "a frame header whose end was never written"};
    }
    return corrupt(data.size(), "a damaged frame header");
}

}  // namespace

bool all_zero(ByteView bytes) {
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

Result<std::uint64_t> first_nonzero(SegmentFile& segment, std::uint64_t from, std::uint64_t to) {
    while (from < to) {
        const std::uint64_t step = std::min(kStepBytes, to - from);
        const Result<ByteView> bytes = segment.view(from, step);
        if (!bytes) return bytes.error();
        if (!all_zero(*bytes)) {
            const auto byte = std::find_if(bytes->begin(), bytes->end(),
                                           [](std::uint8_t value) { return value != 0; });
            return from + static_cast<std::uint64_t>(byte - bytes->begin());
        }
        from += step;
    }
    return to;
}

Result<Tail> analyze_tail(SegmentFile& segment, const JournalPosition& position) {
    segment.refresh();
    const Result<std::uint64_t> end = end_of_data(segment, position.offset);
    if (!end) return end.error();
    if (*end == position.offset) return Tail{};
    const Result<ByteView> data = segment.view(position.offset, *end - position.offset);
    if (!data) return data.error();
    const Bytes copy(data->begin(), data->end());
    // A header may end in zeros, with nothing written behind it: then they are its own.
    Bytes front = copy;
    front.resize(kFrameHeaderBytes);
    const std::optional<FrameHeader> header = peek_frame(front);
    if (!header) return without_header(copy, position);
    return with_header(copy, *header, position, segment.size() - position.offset);
}

}  // namespace overlord::ledger
