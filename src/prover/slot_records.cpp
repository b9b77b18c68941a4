#include "slot_records.hpp"

namespace overlord::prover {
namespace {

constexpr int kRecordsPerStep = 4096;  // some ms
// Records between two that are wanted are read over up to here; beyond, only frames' headers.
constexpr std::uint64_t kReadOverMax = 512;

}  // namespace

void SlotRecords::known(std::span<const std::uint64_t> numbers) {
    for (const std::uint64_t n : numbers) {
        if (n >= read_until_.value && n >= next_.value) numbers_.push_back(n);
    }
}

void SlotRecords::unknown(RecordIndex end) {
    read_until_ = std::max(read_until_, end);
    while (!numbers_.empty() && numbers_.front() < end.value) numbers_.pop_front();
}

// Where the reader stands afterwards, the next record is `n` or one shortly before it.
Status SlotRecords::go_to(RecordIndex n) {
    const bool near = reader_ && reader_at_ <= n && n.value - reader_at_.value <= kReadOverMax;
    if (near) return {};
    Result<ledger::JournalReader> reader =
        reader_ && reader_at_ <= n
            ? ledger::JournalReader::open_at(journal_, reader_->position().segment,
                                             reader_->position().offset, n)
            : ledger::JournalReader::open(journal_, n);
    if (!reader) return reader.error();
    reader_.emplace(std::move(*reader));
    reader_at_ = n;
    return {};
}

Result<SlotRecords::Step> SlotRecords::next() {
    for (int i = 0; i < kRecordsPerStep; ++i) {
        const bool through = next_ < read_until_;
        if (!through && numbers_.empty()) return Step{};
        const RecordIndex wanted = through ? next_ : RecordIndex{numbers_.front()};
        if (Status there = go_to(wanted); !there) return there.error();
        const Result<std::optional<ledger::RecordLine>> line = reader_->next();
        if (!line) return line.error();
        if (!line->has_value()) {
            return Error{"journal.corrupt",
                         "record " + std::to_string(wanted.value) + " is not there",
                         ErrorClass::kFatal};
        }
        reader_at_ = RecordIndex{(*line)->n.value + 1};
        if ((*line)->n < wanted) continue;
        next_ = reader_at_;
        if (!through) numbers_.pop_front();
        Result<std::optional<Found>> found = take(**line);
        if (!found) return found.error();
        if (*found) return Step{std::move(*found), true};
    }
    return Step{std::nullopt, true};
}

Result<std::optional<SlotRecords::Found>> SlotRecords::take(const ledger::RecordLine& line) {
    if (line.erased) return std::optional<Found>();
    const Result<ledger::RecordView> record = ledger::parse(line.text);
    if (!record) return record.error();
    if (record->kind != ledger::RecordKind::kSlot) return std::optional<Found>();
    Result<ledger::SlotMembers> members = ledger::parse_slot(*record);
    if (!members) return members.error();
    const Result<ledger::KeyInfo> info = reader_->keys().info(line.key);
    if (!info) return info.error();
    const Result<ledger::RecordKey> key = reader_->keys().find(line.key);
    if (!key) return key.error();
    return std::optional<Found>(Found{line.n, std::move(*members), {key->secret, info->day}});
}

}  // namespace overlord::prover
