#include "overlord/ledger/journal_writer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "journal_paths.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/ledger/salts.hpp"
#include "segment_preparer.hpp"

namespace overlord::ledger {

namespace {

constexpr std::uint64_t kPlaceEveryBytes = 64u << 10;  // of the sparse index

std::int64_t monotonic_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

JournalWriter::JournalWriter(const WriterOptions& options) : options_(options) {
    OVERLORD_ASSERT(options.disk != nullptr);
    OVERLORD_ASSERT(options.segment_bytes >= kSegmentBytesMin);
    OVERLORD_ASSERT(options.segment_bytes <= kSegmentBytesMax);
    OVERLORD_ASSERT(options.segment_bytes % kSegmentHeaderBytes == 0);
}

JournalWriter::~JournalWriter() = default;

Result<std::unique_ptr<JournalWriter>> JournalWriter::open(const WriterOptions& options,
                                                           const JournalState& state) {
    std::unique_ptr<JournalWriter> writer(new JournalWriter(options));
    writer->state_ = state;
    writer->preparer_ =
        std::make_unique<SegmentPreparer>(options.journal, options.segment_bytes, *options.disk);
    if (!state.begun) {
        const Status prepared =
            prepare_segment(options.journal, 0, options.segment_bytes, *options.disk);
        if (!prepared) return prepared.error();
        if (const Status begun = writer->begin_segment(0); !begun) return begun.error();
        return writer;
    }
    writer->name_ = segment_path(options.journal, state.segment);
    Result<FileHandle> file = options.disk->open(writer->name_, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    writer->file_ = *std::move(file);
    writer->preparer_->request(state.segment + 1);
    return writer;
}

std::uint64_t JournalWriter::frame_limit() const {
    return std::min(kFrameBytesMax, options_.segment_bytes - kSegmentHeaderBytes);
}

Error JournalWriter::poison(Error error) {
    poison_ = error;
    return error;
}

std::optional<Error> JournalWriter::preparation_error() const { return preparer_->error(); }

Result<std::vector<Placement>> JournalWriter::append(std::span<const std::string_view> records) {
    if (poison_) return Error{"ledger.poisoned", poison_->message, ErrorClass::kFatal};
    for (const std::string_view record : records) {
        if (record.size() > kRecordBytesMax || frame_extent(record.size() + 4) > frame_limit()) {
            return Error{"record.too_large",
                         "a record of " + std::to_string(record.size()) + " bytes",
                         ErrorClass::kReject};
        }
    }
    std::vector<Placement> placements;
    std::size_t next = 0;
    while (next < records.size()) {
        frame_.resize(kFrameHeaderBytes);
        const std::size_t begin = next;
        while (next < records.size() &&
               align_up(frame_.size() + 4 + records[next].size()) <= frame_limit()) {
            put_text(frame_, records[next]);
            counters_.record_bytes += records[next].size();
            ++next;
        }
        FrameHeader header;
        header.type = FrameType::kRecords;
        header.first_record = state_.next_record.value;
        header.count = static_cast<std::uint32_t>(next - begin);
        Result<Placement> placement = write_frame(header);
        if (!placement) {
            return with_context(std::move(placement).error(),
                                "append record " + std::to_string(header.first_record));
        }
        state_.next_record.value += header.count;
        counters_.records += header.count;
        placements.push_back(*placement);
    }
    return placements;
}

Result<Placement> JournalWriter::append_seal(const Seal& seal) {
    if (poison_) return Error{"ledger.poisoned", poison_->message, ErrorClass::kFatal};
    OVERLORD_ASSERT(seal.size_before == state_.entries && !seal.entries.empty());
    frame_.resize(kFrameHeaderBytes);
    append_seal_payload(frame_, seal);
    if (align_up(frame_.size()) > frame_limit()) {
        return Error{"seal.too_large", "public entries of more than a frame", ErrorClass::kReject};
    }
    FrameHeader header;
    header.type = FrameType::kSeal;
    header.first_record = state_.next_record.value;
    header.count = static_cast<std::uint32_t>(seal.entries.size());
    Result<Placement> placement = write_frame(header);
    if (!placement) {
        return with_context(std::move(placement).error(),
                            "seal entry " + std::to_string(seal.size_before.value));
    }
    state_.entries = seal.size;
    state_.sealed_until = state_.next_record;
    return placement;
}

// frame_ holds 64 bytes and the payload; header lacks the place, sequence and chain.
Result<Placement> JournalWriter::write_frame(FrameHeader header) {
    if (Status room = make_room(align_up(frame_.size())); !room) return poison(room.error());
    header.segment = state_.segment;
    header.frame = state_.next_frame;
    header.previous = chain_prefix(state_.chain);
    finish_frame(frame_, header);
    const std::int64_t begin = monotonic_ns();
    // If we crash in this write, recovery finds a torn frame, or a whole one that nobody was told
    // of.
    const Status written =
        options_.disk->write_at_durable(file_, name_, frame_, state_.offset);
    if (!written) return poison(written.error());
    counters_.last_durable_ns = monotonic_ns() - begin;
    counters_.syncs += 1;
    counters_.frames += 1;
    counters_.frame_bytes += frame_.size();
    Placement placement{state_.segment, state_.offset, frame_.size(),
                        RecordIndex{header.first_record}, header.count};
    if (header.type == FrameType::kRecords) note_place(placement.first);
    state_.chain = crypto::sha256(frame_);
    state_.offset += frame_.size();
    state_.next_frame += 1;
    return placement;
}

Status JournalWriter::make_room(std::uint64_t extent) {
    if (extent <= state_.segment_bytes - state_.offset) return {};
    const std::uint32_t next = state_.segment + 1;
    if (!preparer_->wait()) {
        // The disk may have room again; nothing was promised about the segment, so this is no retry
        // of a failed sync: the file is made anew.
        preparer_->request(next);
        if (Status again = preparer_->wait(); !again) {
            return with_context(again.error(), "prepare segment " + segment_name(next));
        }
    }
    return begin_segment(next);
}

// The header goes first and alone: a segment with frames has one, and one without it holds nothing.
Status JournalWriter::begin_segment(std::uint32_t number) {
    SaltKeys keys(salts_directory(options_.journal));
    const Result<Hash> check = keys.check_digest(number);
    if (!check) return check.error();
    name_ = segment_path(options_.journal, number);
    Result<FileHandle> file = options_.disk->open(name_, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    SegmentHeader header;
    header.segment = number;
    header.segment_bytes = options_.segment_bytes;
    header.first_frame = state_.next_frame;
    header.first_record = state_.next_record.value;
    header.entries = state_.entries.value;
    header.sealed_until = state_.sealed_until.value;
    header.chain = state_.chain;
    header.origin = options_.origin;
    header.salt_check = *check;
    const Status written =
        options_.disk->write_at_durable(*file, name_, encode_segment_header(header), 0);
    if (!written) return written;
    file_ = *std::move(file);
    state_.begun = true;
    state_.segment = number;
    state_.offset = kSegmentHeaderBytes;
    state_.segment_bytes = options_.segment_bytes;
    places_.clear();
    preparer_->request(number + 1);
    return {};
}

Result<Bytes> JournalWriter::read_back(const Placement& placement) const {
    OVERLORD_ASSERT(placement.segment == state_.segment);
    Bytes bytes(placement.bytes);
    const Result<std::size_t> got = read_at(file_, name_, bytes, placement.offset);
    if (!got) return got.error();
    if (*got != bytes.size()) {
        return Error{"journal.corrupt", name_.string() + ": shorter than what was written",
                     ErrorClass::kFatal};
    }
    return bytes;
}

void JournalWriter::note_place(RecordIndex first) {
    if (places_.empty() || state_.offset >= places_.back().second + kPlaceEveryBytes) {
        places_.emplace_back(first, state_.offset);
    }
}

std::optional<std::uint64_t> JournalWriter::offset_hint(RecordIndex n) const {
    const auto after = std::upper_bound(
        places_.begin(), places_.end(), n,
        [](RecordIndex record, const auto& place) { return record < place.first; });
    if (after == places_.begin()) return std::nullopt;
    return std::prev(after)->second;
}

}  // namespace overlord::ledger
