#include "overlord/ledger/old_log.hpp"

#include <fcntl.h>

#include "journal_paths.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "segment_file.hpp"
#include "state_dir.hpp"
#include "tail.hpp"

namespace overlord::ledger {

namespace {

Result<std::optional<SegmentHeader>> header_of(const Path& journal, std::uint32_t segment) {
    Result<SegmentFile> file = SegmentFile::open(journal, segment);
    if (!file) return std::move(file).error();
    return file->header();
}

std::string place_of(const JournalPosition& at) {
    return "offset " + std::to_string(at.offset) + ", frame " + std::to_string(at.frame) +
           ", record " + std::to_string(at.record.value);
}

// Behind the last frame of a full segment there is nothing, and the next one goes on from it.
Result<std::optional<std::string>> wrong_end(const Path& journal, const JournalReader& reader) {
    const JournalPosition& end = reader.position();
    Result<SegmentFile> file = SegmentFile::open(journal, end.segment);
    if (!file) return std::move(file).error();
    const Result<std::uint64_t> byte = first_nonzero(*file, end.offset, file->size());
    if (!byte) return byte.error();
    if (*byte != file->size()) {
        return std::optional(reader.stopped_by().empty() ? "data behind the last frame"
                                                         : reader.stopped_by());
    }
    const auto next = header_of(journal, end.segment + 1);
    if (!next) return next.error();
    const bool goes_on = next->has_value() && (*next)->first_frame == end.frame &&
                         (*next)->first_record == end.record.value && (*next)->chain == end.chain;
    if (goes_on) return std::optional<std::string>();
    return std::optional<std::string>("the next segment does not continue this one");
}

}  // namespace

Status drop_cached(const Path& file) {
    const Result<FileHandle> handle = open_file(file, O_RDONLY | O_CLOEXEC);
    if (!handle) return handle.error();
    if (const int failed = ::posix_fadvise(handle->get(), 0, 0, POSIX_FADV_DONTNEED); failed != 0) {
        return io_error("drop what is cached of " + file.string(), failed);
    }
    return {};
}

Result<OldLog> find_old_log(const Path& state_dir) {
    const StatePaths paths(state_dir);
    const Result<std::vector<std::uint32_t>> segments = list_segments(paths.journal);
    if (!segments) return segments.error();
    OldLog old;
    if (segments->empty()) return old;
    old.first = old.end = segments->front();
    for (std::size_t i = 1; i < segments->size(); ++i) {
        const auto header = header_of(paths.journal, (*segments)[i]);
        if (header && !header->has_value()) break;
        // Segment i has begun, or is damaged, which its own check tells. So those before it are
        // full, and what the log was when the one before it began has been synced.
        old.end = (*segments)[i];
        const auto before = header_of(paths.journal, (*segments)[i - 1]);
        if (before && before->has_value()) old.head = {{(*before)->entries}, (*before)->root};
    }
    return old;
}

Result<std::optional<Finding>> check_full_segment(const Path& state_dir, std::uint32_t segment,
                                                  const Pace& pace) {
    const Path journal = StatePaths(state_dir).journal;
    const std::string file = "journal/" + segment_name(segment) + ".seg";
    const auto found = [&](std::string place, std::string cause) {
        return std::optional(Finding{file, std::move(place), std::move(cause)});
    };
    const Path path = segment_path(journal, segment);
    Status dropped = drop_cached(path);
    if (!dropped) return found("", dropped.error().message);
    Result<JournalReader> reader = JournalReader::open_segment(
        journal, segment, JournalReader::Chain::kVerify, JournalReader::Reach::kSegment);
    if (!reader) return found("offset 0", reader.error().message);
    for (;;) {
        const Result<std::optional<FrameView>> frame = reader->next_frame();
        if (!frame) return found(place_of(reader->position()), frame.error().message);
        if (!frame->has_value()) break;
        if (const Status paced = pace((*frame)->extent.size()); !paced) return paced.error();
    }
    const Result<std::optional<std::string>> wrong = wrong_end(journal, *reader);
    if (!wrong) return found(place_of(reader->position()), wrong.error().message);
    if (wrong->has_value()) return found(place_of(reader->position()), **wrong);
    // The main path does not want it in memory.
    dropped = drop_cached(path);
    if (!dropped) return found("", dropped.error().message);
    return std::optional<Finding>();
}

}  // namespace overlord::ledger
