#include "overlord/ledger/recovery.hpp"

#include <fcntl.h>

#include <algorithm>

#include "journal_paths.hpp"
#include "segment_file.hpp"
#include "tail.hpp"

namespace overlord::ledger {

namespace {

constexpr std::uint64_t kProbeBytes = 1u << 20;  // frames follow the header without a hole

std::string place(std::uint32_t segment, std::uint64_t offset, const JournalPosition& position) {
    return "segment " + segment_name(segment) + " offset " + std::to_string(offset) + " (frame " +
           std::to_string(position.frame) + ", record " + std::to_string(position.record.value) +
           ")";
}

Error corrupt(std::string what) {
    return Error{"journal.corrupt", std::move(what), ErrorClass::kFatal};
}

Result<std::optional<SegmentHeader>> header_of(const Path& journal, std::uint32_t segment) {
    Result<SegmentFile> file = SegmentFile::open(journal, segment);
    if (!file) return std::move(file).error();
    return file->header();
}

Status check_origin(const SegmentHeader& header, const ScanOptions& options) {
    if (!options.origin || header.origin == *options.origin) return {};
    return Error{"state.origin",
                 "the journal in this state directory belongs to a log with another origin: "
                 "configure the origin it was made with, or another state directory",
                 ErrorClass::kFatal};
}

// A segment that was left is complete: behind its last frame there is nothing.
Status check_rest(const Path& journal, const JournalPosition& end) {
    Result<SegmentFile> file = SegmentFile::open(journal, end.segment);
    if (!file) return std::move(file).error();
    const Result<std::uint64_t> byte = first_nonzero(*file, end.offset, file->size());
    if (!byte) return byte.error();
    if (*byte == file->size()) return {};
    return corrupt(place(end.segment, *byte, end) + ": data behind the last frame of a segment");
}

// Segments after the last one begun hold nothing.
Status check_prepared(const Path& journal, const std::vector<std::uint32_t>& segments,
                      std::uint32_t after) {
    for (const std::uint32_t segment : segments) {
        if (segment <= after) continue;
        Result<SegmentFile> file = SegmentFile::open(journal, segment);
        if (!file) return std::move(file).error();
        const Result<std::uint64_t> byte =
            first_nonzero(*file, 0, std::min(file->size(), kProbeBytes));
        if (!byte) return byte.error();
        if (*byte == std::min(file->size(), kProbeBytes)) continue;
        return corrupt("segment " + segment_name(segment) + " offset " + std::to_string(*byte) +
                       ": data in a segment that does not continue the journal");
    }
    return {};
}

Status check_unbegun(const Path& journal, const std::vector<std::uint32_t>& segments) {
    if (!segments.empty() && segments.front() != 0) {
        return corrupt("segment " + segment_name(segments.front()) + ": has no header");
    }
    for (const std::uint32_t segment : segments) {
        Result<SegmentFile> file = SegmentFile::open(journal, segment);
        if (!file) return std::move(file).error();
        const Result<std::uint64_t> byte =
            first_nonzero(*file, 0, std::min(file->size(), kProbeBytes));
        if (!byte) return byte.error();
        if (*byte == std::min(file->size(), kProbeBytes)) continue;
        return corrupt("segment " + segment_name(segment) + " offset " + std::to_string(*byte) +
                       ": data in a segment without a header");
    }
    return {};
}

// Takes over what a frame says about the whole.
Status fold(JournalState& state, const FrameView& frame) {
    if (frame.header.type != FrameType::kSeal) return {};
    const Result<Seal> seal = parse_seal(frame.payload);
    if (!seal) return with_context(seal.error(), "frame " + std::to_string(frame.header.frame));
    if (seal->size_before != state.entries || seal->entries.size() != frame.header.count) {
        return corrupt("frame " + std::to_string(frame.header.frame) +
                       ": seal does not continue the public log");
    }
    state.entries = seal->size;
    state.root = seal->root;
    state.sealed_until.value = frame.header.first_record;
    return {};
}

Status walk(const Path& journal, JournalReader& reader, JournalState& state,
            const FrameVisitor& visit, const ScanOptions& options) {
    JournalPosition end = reader.position();
    for (;;) {
        const Result<std::optional<FrameView>> frame = reader.next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) break;
        const FrameView& view = **frame;
        if (view.header.segment != end.segment) {
            if (Status rest = check_rest(journal, end); !rest) return rest;
            const auto header = header_of(journal, view.header.segment);
            if (!header) return header.error();
            if (Status origin = check_origin(**header, options); !origin) return origin;
        }
        if (Status folded = fold(state, view); !folded) return folded;
        if (Status visited = visit(view); !visited) return visited;
        end = reader.position();
    }
    if (reader.position().segment != end.segment) return check_rest(journal, end);
    return {};
}

Status inspect_tail(const Path& journal, JournalReader& reader, JournalState& state) {
    const JournalPosition& end = reader.position();
    Result<SegmentFile> file = SegmentFile::open(journal, end.segment);
    if (!file) return std::move(file).error();
    const Result<Tail> tail = analyze_tail(*file, end);
    if (!tail) return tail.error();
    if (tail->kind == Tail::Kind::kCorrupt) {
        return corrupt(place(end.segment, end.offset, end) + ": " + tail->cause +
                       (reader.stopped_by().empty() ? "" : " (" + reader.stopped_by() + ")"));
    }
    if (tail->kind == Tail::Kind::kTorn) {
        state.torn = TornTail{end.segment, end.offset, tail->bytes, tail->cause};
    }
    state.segment = end.segment;
    state.offset = end.offset;
    state.segment_bytes = file->size();
    state.next_frame = end.frame;
    state.next_record = end.record;
    state.chain = end.chain;
    return {};
}

Path free_name(const Path& directory, const TornTail& tail) {
    const std::string stem = segment_name(tail.segment) + "-" + std::to_string(tail.offset);
    Path path = directory / (stem + ".bin");
    std::error_code failure;
    for (int i = 1; std::filesystem::exists(path, failure); ++i) {
        path = directory / (stem + "-" + std::to_string(i) + ".bin");
    }
    return path;
}

}  // namespace

Result<JournalState> scan_journal(const Path& journal, const ScanOptions& options,
                                  const FrameVisitor& visit) {
    const Result<std::vector<std::uint32_t>> segments = list_segments(journal);
    if (!segments) return segments.error();
    JournalState state;
    if (segments->empty()) return state;
    const std::uint32_t first = options.from_segment.value_or(segments->front());
    const Result<std::optional<SegmentHeader>> header = header_of(journal, first);
    if (!header) return header.error();
    if (!header->has_value()) {
        if (const Status unbegun = check_unbegun(journal, *segments); !unbegun) {
            return unbegun.error();
        }
        return state;
    }
    if (const Status origin = check_origin(**header, options); !origin) return origin.error();
    Result<JournalReader> reader =
        JournalReader::open_segment(journal, first, JournalReader::Chain::kVerify);
    if (!reader) return std::move(reader).error();
    state.begun = true;
    state.entries.value = (*header)->entries;
    state.sealed_until.value = (*header)->sealed_until;
    if (state.entries.value > 0) state.root = (*header)->root;
    if (const Status walked = walk(journal, *reader, state, visit, options); !walked) {
        return walked.error();
    }
    if (const Status tail = inspect_tail(journal, *reader, state); !tail) return tail.error();
    const Status prepared = check_prepared(journal, *segments, state.segment);
    if (!prepared) return prepared.error();
    return state;
}

Result<Path> cut_tail(const Path& journal, const TornTail& tail, Disk& disk) {
    const Path directory = quarantine_directory(journal);
    if (const Status made = make_directories(directory); !made) return made.error();
    const Path name = segment_path(journal, tail.segment);
    Result<FileHandle> file = disk.open(name, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    Bytes bytes(tail.bytes);
    const Result<std::size_t> got = read_at(*file, name, bytes, tail.offset);
    if (!got) return got.error();
    const Path copy = free_name(directory, tail);
    if (const Status kept = disk.write_file_durable(copy, bytes, 0600); !kept) return kept.error();
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
    const Status cleared = disk.write_at_durable(*file, name, bytes, tail.offset);
    if (!cleared) return cleared.error();
    return copy;
}

}  // namespace overlord::ledger
