#include "overlord/ledger/journal_reader.hpp"

#include <algorithm>
#include <utility>

#include "journal_paths.hpp"
#include "overlord/crypto/cipher.hpp"
#include "overlord/ledger/record.hpp"
#include "segment_file.hpp"

namespace overlord::ledger {

namespace {

Error corrupt(std::string what) {
    return Error{"journal.corrupt", std::move(what), ErrorClass::kFatal};
}

// The last segment that has a header and begins at or before record `from`; nullopt in an empty
// journal.
Result<std::optional<std::uint32_t>> segment_of(const Path& journal, RecordIndex from) {
    const Result<std::vector<std::uint32_t>> segments = list_segments(journal);
    if (!segments) return segments.error();
    std::size_t low = 0;
    std::size_t high = segments->size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        Result<SegmentFile> file = SegmentFile::open(journal, (*segments)[middle]);
        if (!file) return std::move(file).error();
        const Result<std::optional<SegmentHeader>> header = file->header();
        if (!header) return header.error();
        const bool begun = header->has_value() && (*header)->first_record <= from.value;
        (begun ? low : high) = begun ? middle + 1 : middle;
    }
    if (low > 0) return std::optional<std::uint32_t>((*segments)[low - 1]);
    if (segments->empty()) return std::optional<std::uint32_t>();
    return std::optional<std::uint32_t>(segments->front());
}

}  // namespace

JournalReader::JournalReader(Path journal, RecordIndex from, Chain chain)
    : journal_(std::move(journal)), from_(from), chain_(chain), keys_(keys_directory(journal_)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

Result<JournalReader> JournalReader::open(const Path& journal, RecordIndex from) {
    JournalReader reader(journal, from, Chain::kSkip);
    const Result<std::optional<std::uint32_t>> segment = segment_of(journal, from);
    if (!segment) return segment.error();
    if (!segment->has_value()) return reader;
    if (const Status entered = reader.enter(**segment); !entered) return entered.error();
    if (const Status skipped = reader.skip_to_from(); !skipped) return skipped.error();
    return reader;
}

Result<JournalReader> JournalReader::open_segment(const Path& journal, std::uint32_t segment,
                                                  Chain chain, Reach reach) {
    JournalReader reader(journal, RecordIndex{}, chain);
    reader.reach_ = reach;
    if (const Status entered = reader.enter(segment); !entered) return entered.error();
    return reader;
}

Result<JournalReader> JournalReader::open_at(const Path& journal, std::uint32_t segment,
                                             std::uint64_t offset, RecordIndex from) {
    JournalReader reader(journal, from, Chain::kSkip);
    if (const Status entered = reader.enter(segment); !entered) return entered.error();
    const Result<std::optional<FrameHeader>> header = reader.segment_->peek(offset);
    if (!header) return header.error();
    if (header->has_value()) {
        reader.position_.offset = offset;
        reader.position_.frame = (*header)->frame;
        reader.position_.record.value = (*header)->first_record;
    }
    if (const Status skipped = reader.skip_to_from(); !skipped) return skipped.error();
    return reader;
}

// Stands at the segment's first frame. A segment that is only prepared leaves the reader where the
// journal begins.
Status JournalReader::enter(std::uint32_t segment) {
    Result<SegmentFile> file = SegmentFile::open(journal_, segment);
    if (!file) return std::move(file).error();
    const Result<std::optional<SegmentHeader>> header = file->header();
    if (!header) return header.error();
    if (!header->has_value()) {
        segment_.reset();
        return {};
    }
    segment_ = std::make_unique<SegmentFile>(*std::move(file));
    position_.segment = segment;
    position_.offset = kSegmentHeaderBytes;
    position_.frame = (*header)->first_frame;
    position_.record.value = (*header)->first_record;
    position_.chain = (*header)->chain;
    return {};
}

// Goes on to the next segment if it has begun with the frame that is due; false when it has not.
Result<bool> JournalReader::enter_next() {
    const std::uint32_t number = position_.segment + 1;
    Result<SegmentFile> file = SegmentFile::open(journal_, number);
    if (!file && file.error().code == "io.enoent") return false;
    if (!file) return std::move(file).error();
    const Result<std::optional<SegmentHeader>> header = file->header();
    if (!header) return header.error();
    if (!header->has_value()) return false;
    const SegmentHeader& begun = **header;
    if (begun.first_frame != position_.frame || begun.first_record != position_.record.value) {
        return corrupt("segment " + segment_name(position_.segment) + " offset " +
                       std::to_string(position_.offset) + ": frame " +
                       std::to_string(position_.frame) + " (record " +
                       std::to_string(position_.record.value) + ") should be here: " +
                       (stopped_by_.empty() ? "the place is empty" : stopped_by_));
    }
    if (chain_ == Chain::kVerify && begun.chain != position_.chain) {
        return corrupt("segment " + segment_name(number) +
                       ": does not continue the chain of the segment before");
    }
    segment_ = std::make_unique<SegmentFile>(*std::move(file));
    position_.segment = number;
    position_.offset = kSegmentHeaderBytes;
    return true;
}

// Whether the journal has gone on behind this segment.
Result<bool> JournalReader::next_segment_begun() const {
    Result<SegmentFile> file = SegmentFile::open(journal_, position_.segment + 1);
    if (!file && file.error().code == "io.enoent") return false;
    if (!file) return std::move(file).error();
    const Result<std::optional<SegmentHeader>> header = file->header();
    if (!header) return header.error();
    return header->has_value();
}

std::string JournalReader::why_not_next(const FrameHeader& header) const {
    if (header.segment != position_.segment) {
        return "frame of segment " + segment_name(header.segment);
    }
    if (header.frame != position_.frame) return "frame " + std::to_string(header.frame);
    if (header.first_record != position_.record.value) {
        return "frame of record " + std::to_string(header.first_record);
    }
    if (frame_extent(header.payload_bytes) > segment_->size() - position_.offset) {
        return "frame longer than the segment";
    }
    return "";
}

// The frame at the position, nullopt with stopped_by_ set when there is no whole one.
Result<std::optional<FrameView>> JournalReader::frame_here() {
    const auto none = [this](std::string why) {
        stopped_by_ = std::move(why);
        return std::optional<FrameView>();
    };
    if (segment_->size() - position_.offset < kFrameHeaderBytes) return none("");
    const Result<ByteView> front = segment_->view(position_.offset, kFrameHeaderBytes);
    if (!front) return front.error();
    const std::optional<FrameHeader> header = peek_frame(*front);
    if (!header) {
        const bool zero = ByteView(*front).front() == 0 && get_u64_le(front->data()) == 0;
        return none(zero ? "" : "frame header: checksum does not match");
    }
    if (std::string why = why_not_next(*header); !why.empty()) return none(std::move(why));
    FrameView frame;
    frame.header = *header;
    frame.offset = position_.offset;
    const Result<ByteView> extent =
        segment_->view(position_.offset, frame_extent(header->payload_bytes));
    if (!extent) return extent.error();
    frame.extent = *extent;
    frame.payload = extent->subspan(kFrameHeaderBytes, header->payload_bytes);
    const FrameCheck check = check_frame(*header, *extent);
    if (check == FrameCheck::kIndex) {
        // At the end of the journal the same is a write that was cut short.
        const Result<bool> left = next_segment_begun();
        if (!left) return left.error();
        frame.freed = *left;
    }
    if (check != FrameCheck::kWhole && !frame.freed) {
        return none("frame payload: checksum does not match");
    }
    if (frame.freed) {
        if (const Status whole = check_records(frame); !whole) return none(whole.error().message);
    }
    if (chain_ == Chain::kVerify) {
        if (header->previous != chain_prefix(position_.chain)) {
            return none("frame does not continue the chain");
        }
        frame.digest = chain_digest(*header, *extent);
    }
    stopped_by_.clear();
    return std::optional<FrameView>(frame);
}

Result<std::optional<FrameView>> JournalReader::next_frame() {
    if (!segment_) {
        if (const Status entered = enter(position_.segment); !entered) {
            if (entered.error().code == "io.enoent") return std::optional<FrameView>();
            return entered.error();
        }
        if (!segment_) return std::optional<FrameView>();
    }
    for (int attempt = 0;; ++attempt) {
        Result<std::optional<FrameView>> frame = frame_here();
        if (!frame) return std::move(frame).error();
        if (frame->has_value()) {
            const FrameHeader& header = (*frame)->header;
            position_.offset += (*frame)->extent.size();
            position_.frame += 1;
            if (header.type == FrameType::kRecords) position_.record.value += header.count;
            position_.chain = (*frame)->digest;
            return frame;
        }
        // What the window holds may be older than what a writer has put there since; and a writer
        // begins the next segment only after the last frame of this one is whole.
        segment_->refresh();
        if (attempt == 0) continue;
        if (reach_ == Reach::kSegment) return std::optional<FrameView>();
        const Result<bool> moved = enter_next();
        if (!moved && attempt == 1) continue;
        if (!moved) return moved.error();
        if (!*moved) return std::optional<FrameView>();
        attempt = -1;
    }
}

Result<std::optional<RecordLine>> JournalReader::next() {
    while (next_in_frame_ == records_.size()) {
        const Result<std::optional<FrameView>> frame = next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) return std::optional<RecordLine>();
        const FrameView& view = **frame;
        if (view.header.type != FrameType::kRecords) continue;
        frame_first_.value = view.header.first_record;
        Result<std::vector<StoredRecord>> records = parse_records(view.payload, view.header.count);
        if (!records) return std::move(records).error();
        records_ = *std::move(records);
        const std::uint64_t from = std::max(from_.value, frame_first_.value);
        next_in_frame_ = std::min<std::size_t>(from - frame_first_.value, records_.size());
    }
    const RecordIndex n{frame_first_.value + next_in_frame_};
    const Result<RecordLine> line = open_record(n, records_[next_in_frame_]);
    if (!line) return with_context(line.error(), "record " + std::to_string(n.value));
    ++next_in_frame_;
    return std::optional<RecordLine>(*line);
}

// The checksum over a frame's records cannot hold after some were given back; their commitments do.
Status JournalReader::check_records(const FrameView& frame) {
    const Result<std::vector<StoredRecord>> records =
        parse_records(frame.payload, frame.header.count);
    if (!records) return records.error();
    const ByteView padding = frame.extent.subspan(kFrameHeaderBytes + frame.payload.size());
    const bool padded =
        std::all_of(padding.begin(), padding.end(), [](auto byte) { return byte == kPadding; });
    bool any_erased = false;
    RecordIndex n{frame.header.first_record};
    for (const StoredRecord& record : *records) {
        const std::string place = "record " + std::to_string(n.value);
        const Result<RecordLine> line = open_record(n, record);
        if (!line) return with_context(line.error(), place);
        if (!line->erased) {
            const Result<Hash> salt = keys_.salt(record.key, n);
            if (!salt) return with_context(salt.error(), place);
            if (commitment(*salt, line->text) != record.commitment) {
                return corrupt(place + " is not what was committed to");
            }
        }
        any_erased = any_erased || line->erased;
        ++n;
    }
    if (padded && any_erased) return {};
    return corrupt("frame payload: checksum does not match");
}

Result<RecordLine> JournalReader::open_record(RecordIndex n, const StoredRecord& record) {
    RecordLine line;
    line.n = n;
    line.key = record.key;
    line.commitment = record.commitment;
    const Result<RecordKey> key = keys_.find(record.key);
    line.erased = !key && key.error().code == "key.erased";
    if (line.erased) return line;
    if (!key) return key.error();
    text_.resize(record.cipher.size());
    crypto::xor_xchacha20(text_, record.cipher, key->cipher,
                          ByteView(record.commitment).first(crypto::kCipherNonceBytes));
    line.text = as_text(text_);
    return line;
}

// Walks over frame headers only, up to the frame that holds record `from_`.
Status JournalReader::skip_to_from() {
    while (segment_) {
        const Result<std::optional<FrameHeader>> header = segment_->peek(position_.offset);
        if (!header) return header.error();
        if (!header->has_value() || !why_not_next(**header).empty()) return {};
        const bool records = (*header)->type == FrameType::kRecords;
        const std::uint64_t end = (*header)->first_record + (records ? (*header)->count : 0);
        if (records && end > from_.value) return {};
        if (!records && (*header)->first_record > from_.value) return {};
        position_.offset += frame_extent((*header)->payload_bytes);
        position_.frame += 1;
        position_.record.value = end;
    }
    return {};
}

}  // namespace overlord::ledger
