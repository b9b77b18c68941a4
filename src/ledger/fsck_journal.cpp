#include "fsck_journal.hpp"

#include <algorithm>

#include "journal_paths.hpp"
#include "overlord/crypto/sha256.hpp"
#include "segment_file.hpp"
#include "tail.hpp"

namespace overlord::ledger {

namespace {

std::string segment_file(std::uint32_t segment) {
    return "journal/" + segment_name(segment) + ".seg";
}

std::string frame_place(std::uint64_t offset, std::uint64_t frame, RecordIndex record) {
    return "offset " + std::to_string(offset) + ", frame " + std::to_string(frame) + ", record " +
           std::to_string(record.value);
}

std::string record_place(RecordIndex n) { return "record " + std::to_string(n.value); }

}  // namespace

JournalCheck::JournalCheck(const Path& state_dir, std::optional<tlog::TreeHead> head,
                           std::string origin, Report& report)
    : journal_(state_dir / "journal"),
      head_(head),
      origin_(std::move(origin)),
      report_(report),
      checks_(keys_directory(journal_)) {}

void JournalCheck::found(std::string place, std::string cause) {
    report_.add({segment_file(segment_), std::move(place), std::move(cause)});
}

// After damage the rest of a segment is unknown, and with it what depends on everything before.
void JournalCheck::lose_track(std::string_view why) {
    if (tree_known_) report_.not_checked.push_back(std::string(why));
    tracking_ = false;
    tree_known_ = false;
    pending_known_ = false;
}

void JournalCheck::run() {
    const Result<std::vector<std::uint32_t>> segments = list_segments(journal_);
    if (!segments) {
        report_.findings.push_back({"journal", "", segments.error().message});
        return;
    }
    if (!segments->empty() && segments->front() != 0) {
        tracking_ = false;
        lose_track("what is before segment " + segment_name(segments->front()));
    }
    std::size_t begun = 0;  // segments that have a header, or anything that should be one
    for (std::size_t i = 0; i < segments->size(); ++i) {
        Result<SegmentFile> file = SegmentFile::open(journal_, (*segments)[i]);
        if (!file) {
            begun = i + 1;
            continue;
        }
        const Result<std::optional<SegmentHeader>> header = file->header();
        if (!header || header->has_value()) begun = i + 1;
    }
    for (std::size_t i = 0; i < segments->size(); ++i) {
        segment_ = (*segments)[i];
        if (i >= begun) prepared(segment_);
        if (i >= begun) continue;
        segment(segment_, i + 1 == begun);
        take_record_findings();
    }
    compare_with_head();
}

void JournalCheck::segment(std::uint32_t number, bool last_begun) {
    report_.counts.segments += 1;
    Result<SegmentFile> file = SegmentFile::open(journal_, number);
    if (!file) {
        found("", file.error().message);
        return lose_track("what follows the damage in segment " + segment_name(number));
    }
    const Result<std::optional<SegmentHeader>> its_header = file->header();
    if (!its_header || !its_header->has_value()) {
        found("offset 0", its_header ? "no header in a segment that is not the last"
                                     : its_header.error().message);
        return lose_track("what follows the damage in segment " + segment_name(number));
    }
    header(**its_header);
    Result<JournalReader> reader = JournalReader::open_segment(
        journal_, number, JournalReader::Chain::kVerify, JournalReader::Reach::kSegment);
    if (!reader) return found("offset 0", reader.error().message);
    for (;;) {
        const Result<std::optional<FrameView>> next = reader->next_frame();
        if (!next) {
            found("", next.error().message);
            return lose_track("what follows the damage in segment " + segment_name(number));
        }
        if (!next->has_value()) break;
        frame(**next);
    }
    end_of_segment(*reader, last_begun);
}

void JournalCheck::header(const SegmentHeader& header) {
    if (!origin_.empty() && header.origin != crypto::sha256(as_bytes(origin_))) {
        found("offset 88", "the segment belongs to a log with another origin");
    }
    if (!tracking_) {
        // Take up the thread where this segment begins; blocks that reach back stay unchecked.
        tracking_ = true;
        pending_.clear();
        pending_first_.value = header.first_record;
        pending_known_ = header.sealed_until == header.first_record;
        return;
    }
    if (header.segment > 0 && header.chain != expected_.chain) {
        found("offset 56", "the segment does not continue the chain of the one before");
    }
    const bool numbers = header.first_frame == expected_.frame &&
                         header.first_record == expected_.record.value &&
                         header.sealed_until == pending_first_.value &&
                         (!tree_known_ || header.entries == tree_.size().value);
    if (!numbers) found("offset 24", "the segment does not begin where the one before ended");
    const bool empty = tree_.size().value == 0;
    if (tree_known_ && header.root != (empty ? Hash{} : tree_.root())) {
        found("offset 120", "another root of the public log than the seals before lead to");
    }
}

void JournalCheck::end_of_segment(JournalReader& reader, bool last_begun) {
    const JournalPosition end = reader.position();
    expected_ = end;
    Result<SegmentFile> file = SegmentFile::open(journal_, segment_);
    if (!file) return found("", file.error().message);
    const Result<Tail> tail = analyze_tail(*file, end);
    const std::string place = frame_place(end.offset, end.frame, end.record);
    report_.counts.journal_bytes += end.offset;
    if (!tail) return found(place, tail.error().message);
    if (tail->kind == Tail::Kind::kClean) return;
    const bool torn = tail->kind == Tail::Kind::kTorn && last_begun;
    std::string cause = tail->cause;
    if (!reader.stopped_by().empty()) cause += " (" + reader.stopped_by() + ")";
    if (torn) cause = "torn tail, to be moved to quarantine by the next start: " + cause;
    found(place, cause);
    if (!torn) lose_track("what follows the damage in " + segment_file(segment_));
}

void JournalCheck::prepared(std::uint32_t number) {
    Result<SegmentFile> file = SegmentFile::open(journal_, number);
    if (!file) return found("", file.error().message);
    const Result<std::uint64_t> byte = first_nonzero(*file, 0, file->size());
    if (!byte) return found("", byte.error().message);
    if (*byte == file->size()) return;
    found("offset " + std::to_string(*byte), "data in a segment that has not begun");
}

void JournalCheck::frame(const FrameView& frame) {
    report_.counts.frames += 1;
    if (frame.header.type == FrameType::kRecords) return records(frame);
    seal(frame);
}

void JournalCheck::records(const FrameView& frame) {
    const Result<std::vector<StoredRecord>> stored =
        parse_records(frame.payload, frame.header.count);
    RecordIndex n{frame.header.first_record};
    if (!stored) {
        found(frame_place(frame.offset, frame.header.frame, n), stored.error().message);
        return lose_track("blocks over frame " + std::to_string(frame.header.frame));
    }
    for (const StoredRecord& one : *stored) pending_.push_back(tlog::leaf_hash(one.commitment));
    checks_.submit({n, frame.header.count,
                    Bytes(frame.payload.begin(), frame.payload.end())});
}

// At the end of a segment: what was found in the texts of its records.
void JournalCheck::take_record_findings() {
    for (RecordFindings& findings : checks_.take()) {
        report_.counts.records += findings.records;
        report_.counts.events += findings.events;
        report_.counts.erased += findings.erased;
        if (findings.first_at) {
            if (findings.first_at->second < last_at_) {
                found(record_place(findings.first_at->first),
                      "its log time is before the last record's");
            }
            last_at_ = std::max(last_at_, findings.last_at);
        }
        for (auto& [n, cause] : findings.causes) found(record_place(n), std::move(cause));
        report_.left_out += findings.left_out;
    }
}

void JournalCheck::seal(const FrameView& frame) {
    report_.counts.seals += 1;
    const std::string place =
        frame_place(frame.offset, frame.header.frame, RecordIndex{frame.header.first_record});
    const Result<Seal> seal = parse_seal(frame.payload);
    if (!seal) {
        found(place, seal.error().message);
        return lose_track("seals after frame " + std::to_string(frame.header.frame));
    }
    EntryIndex index{seal->size_before.value};
    for (const std::string_view entry : seal->entries) {
        const Result<std::optional<BlockEntry>> parsed = parse_block(entry);
        if (!parsed) found("entry " + std::to_string(index.value), parsed.error().message);
        if (parsed && parsed->has_value()) block(**parsed, index);
        if (tree_known_) tree_.append(tlog::leaf_hash(as_bytes(entry)));
        ++index;
    }
    if (pending_first_.value != frame.header.first_record || !pending_.empty()) {
        found(place, "the blocks of this seal end at record " +
                         std::to_string(pending_first_.value) + ", not at " +
                         std::to_string(frame.header.first_record));
        pending_.clear();
        pending_first_.value = frame.header.first_record;
    }
    pending_known_ = true;
    if (!tree_known_) return;
    if (tree_.size() != seal->size || tree_.root() != seal->root) {
        found(place, "the entries of this seal do not lead to its size and root");
        tree_known_ = false;
    }
    if (head_ && tree_.size() == head_->size) root_at_head_ = tree_.root();
}

void JournalCheck::block(const BlockEntry& block, EntryIndex index) {
    const std::string place = "entry " + std::to_string(index.value);
    if (!pending_known_ && block.first < pending_first_) {
        // Begins in a part that was not read; its end says where the known part goes on.
        const std::uint64_t end = block.first.value + block.count;
        const std::uint64_t covered = end > pending_first_.value ? end - pending_first_.value : 0;
        const auto drop = std::min<std::uint64_t>(covered, pending_.size());
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(drop));
        pending_first_.value += drop;
        return;
    }
    if (block.first != pending_first_ || block.count > pending_.size()) {
        return found(place, "the block does not cover the records from " +
                                std::to_string(pending_first_.value) + " on");
    }
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(block.count);
    const std::span<const Hash> leaves(pending_.data(), block.count);
    if (pending_known_ && tlog::root_of(leaves) != block.root) {
        found(place, "the records from " + std::to_string(block.first.value) + " to " +
                         std::to_string(block.first.value + block.count - 1) +
                         " do not lead to the block's root");
    }
    pending_.erase(pending_.begin(), end);
    pending_first_.value += block.count;
}

void JournalCheck::compare_with_head() {
    if (!head_ || head_->size.value == 0 || !tree_known_) return;
    if (!root_at_head_) {
        return found("", "the checkpoint is of size " + std::to_string(head_->size.value) +
                             ", the journal has seals up to " +
                             std::to_string(tree_.size().value));
    }
    if (*root_at_head_ == head_->root) return;
    found("", "the journal's entries lead to another root than the checkpoint at size " +
                  std::to_string(head_->size.value));
}

}  // namespace overlord::ledger
