#include "overlord/ledger/journal_writer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "journal_paths.hpp"
#include "overlord/crypto/cipher.hpp"
#include "overlord/ledger/record.hpp"
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
        std::make_unique<SegmentPreparer>(options.journal, options.log, options.segment_bytes,
                                          *options.disk);
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

Result<std::vector<Placement>> JournalWriter::append(std::span<const JournalRecord> records) {
    if (poison_) return Error{"ledger.poisoned", poison_->message, ErrorClass::kFatal};
    for (const JournalRecord& record : records) {
        const std::size_t bytes = record.text.size();
        if (bytes > kRecordBytesMax || align_up(bodies_offset(1) + bytes) > frame_limit()) {
            return Error{"record.too_large", "a record of " + std::to_string(bytes) + " bytes",
                         ErrorClass::kReject};
        }
    }
    std::vector<Placement> placements;
    while (!records.empty()) {
        const std::size_t count = fill_frame(records);
        FrameHeader header;
        header.type = FrameType::kRecords;
        header.first_record = state_.next_record.value;
        header.count = static_cast<std::uint32_t>(count);
        Result<Placement> placement = write_frame(header);
        if (!placement) {
            return with_context(std::move(placement).error(),
                                "append record " + std::to_string(header.first_record));
        }
        state_.next_record.value += count;
        counters_.records += count;
        placements.push_back(*placement);
        records = records.subspan(count);
    }
    return placements;
}

// Puts as many records as fit into frame_; returns how many.
std::size_t JournalWriter::fill_frame(std::span<const JournalRecord> records) {
    std::size_t count = 0;
    std::uint64_t texts = 0;
    while (count < records.size()) {
        const std::uint64_t more = texts + records[count].text.size();
        const auto index = bodies_offset(static_cast<std::uint32_t>(count + 1));
        if (align_up(index + more) > frame_limit()) break;
        texts = more;
        ++count;
    }
    const std::uint64_t bodies = bodies_offset(static_cast<std::uint32_t>(count));
    frame_.resize(kFrameHeaderBytes);
    for (const JournalRecord& record : records.first(count)) {
        put_u32_le(frame_, static_cast<std::uint32_t>(record.text.size()));
        put_u32_le(frame_, record.key.id);
        put_bytes(frame_, record.commitment);
    }
    frame_.resize(bodies + texts);
    std::span<std::uint8_t> rest = std::span<std::uint8_t>(frame_).subspan(bodies);
    for (const JournalRecord& record : records.first(count)) {
        // The nonce depends on the whole record: after a crash another record may get the number.
        crypto::xor_xchacha20(rest.first(record.text.size()), as_bytes(record.text),
                              record.key.cipher,
                              ByteView(record.commitment).first(crypto::kCipherNonceBytes));
        rest = rest.subspan(record.text.size());
    }
    counters_.record_bytes += texts;
    return count;
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
    state_.root = seal.root;
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
    state_.chain = chain_digest(header, frame_);
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
    header.root = state_.root.value_or(Hash{});
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
