#include "works.hpp"

#include <algorithm>
#include <array>

#include "overlord/attest/dsse.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/prover/bound_slot.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::prover {
namespace {

constexpr std::uint64_t kGroupSlots = zk::kRangeSlotsMax;

Path plan_file(const Path& state_dir, const Hash& digest) {
    return proofs_directory(state_dir) / "plans" / (to_hex(digest) + ".json");
}

Error conflict(const Stream& stream, zk::SlotNumber slot, std::string_view what) {
    return Error{"prover.conflict",
                 "slot " + std::to_string(slot) + " of " + stream.header.system + ", " +
                     stream.control.control + ": " + std::string(what),
                 ErrorClass::kFatal};
}

}  // namespace

Works::Works(WorksOptions options, std::unique_ptr<StreamNames> names, StreamBook book,
             const tlog::TreeHead& head)
    : options_(std::move(options)),
      names_(std::move(names)),
      book_(std::move(book)),
      announced_(book_.announced()),
      head_(head) {}

Result<std::unique_ptr<Works>> Works::open(WorksOptions options, crypto::Secret key,
                                           const tlog::TreeHead& head) {
    auto names = std::make_unique<StreamNames>(std::move(key), options.origin);
    Result<StreamBook> book = StreamBook::open(options.state_dir, head, *names);
    if (!book) return with_context(std::move(book).error(), "proofs");
    if (book->announced() && book->announced()->key != names->key()) {
        return Error{"prover.stream_key",
                     "keys/proof.key is not the one whose names the log has announced: put that "
                     "one back from a backup, or begin a successor of the log",
                     ErrorClass::kFatal};
    }
    std::unique_ptr<Works> works(
        new Works(std::move(options), std::move(names), std::move(*book), head));
    if (Status taken = works->take_up(); !taken) return with_context(taken.error(), "proofs");
    return works;
}

// Rows without an entry, groups that were due, attestations without a document.
Status Works::take_up() {
    seen_until_ = book_.place().next_record;
    for (StreamIndex index = 0; index < book_.streams().size(); ++index) {
        const Stream& stream = book_.at(index);
        for (std::uint64_t slot = stream.made; slot < stream.rows && !stream.closed; ++slot) {
            to_make_.push_back(index);
        }
        group_if_due(index);
    }
    const Result<attest::EnvelopeStore> store = attest::EnvelopeStore::open(options_.state_dir);
    if (!store) return store.error();
    for (const Hash& digest : book_.attestations_waiting()) {
        const Result<std::optional<attest::Envelope>> envelope = store->find(digest);
        if (!envelope) return envelope.error();
        if (!*envelope) continue;
        const Result<attest::Statement> statement = attest::parse_statement((*envelope)->payload);
        if (!statement) return statement.error();
        const Status requested = request(*statement, digest, Prover::Reason::kBySchedule);
        if (!requested) return requested;
    }
    return {};
}

// ---------------------------------------------------------------------------------------------
// Plans

Status Works::use_plan(const std::string& text) {
    Result<attest::ProofPlan> plan = attest::parse_plan(text);
    if (!plan) return plan.error();
    const Hash digest = attest::plan_digest(text);
    const Path file = plan_file(options_.state_dir, digest);
    if (!std::filesystem::exists(file)) {
        if (Status kept = write_file_durable(file, as_bytes(text)); !kept) return kept;
    }
    plans_[digest] = std::make_unique<attest::ProofPlan>(std::move(*plan));
    plan_texts_[digest] = text;
    return {};
}

Result<const attest::ProofPlan*> Works::plan_of(const Hash& digest) {
    const auto known = plans_.find(digest);
    if (known != plans_.end()) return known->second.get();
    const Result<std::string> text =
        read_text_file(plan_file(options_.state_dir, digest), attest::kPlanBytesMax);
    if (!text || attest::plan_digest(*text) != digest) {
        return Error{"prover.plan",
                     "proofs/plans has no plan " + to_hex(digest) +
                         ": put the folder back from a backup, or have overlord-engine --plan "
                         "derive it from the archived rules",
                     ErrorClass::kFatal};
    }
    Result<attest::ProofPlan> plan = attest::parse_plan(*text);
    if (!plan) return plan.error();
    plan_texts_[digest] = *text;
    return plans_.emplace(digest, std::make_unique<attest::ProofPlan>(std::move(*plan)))
        .first->second.get();
}

// ---------------------------------------------------------------------------------------------
// From records to rows

RecordIndex Works::next_record() const {
    return expansion_ ? expansion_->record : seen_until_;
}

// One length of slots is a log's, for good: a control with streams of several would have several
// answers.
Status Works::check_length(DurationNs slot_ns) const {
    if (!announced_ || announced_->slot_ns == slot_ns) return {};
    return Error{"prover.slot_length",
                 "the log has announced slots of " + std::to_string(announced_->slot_ns) +
                     " ns, and these have " + std::to_string(slot_ns) +
                     ": put [proof] slot_s back, or begin a successor of the log",
                 ErrorClass::kFatal};
}

Status Works::take_record(RecordIndex n, ledger::SlotMembers members, const SlotKey& key) {
    OVERLORD_ASSERT(!expansion_);
    const Result<Hash> digest = hash_from_hex(members.plan);
    if (!digest) return digest.error();
    const Result<const attest::ProofPlan*> plan = plan_of(*digest);
    if (!plan) return plan.error();
    if (Status fits = check_length((*plan)->slot_ns); !fits) return fits;
    auto expansion = std::make_unique<Expansion>();
    for (const ledger::SlotValue& value : members.values) {
        const attest::PlanControl* control = (*plan)->find(value.control);
        if (control == nullptr || !control->proved()) {
            return Error{"prover.plan",
                         "record " + std::to_string(n.value) + " has a slot of " + value.control +
                             ", which its plan does not prove",
                         ErrorClass::kFatal};
        }
        expansion->controls.push_back(control);
    }
    end_others(members.system, **plan);
    expansion->record = n;
    expansion->members = std::move(members);
    expansion->day = key.day;
    zk::blinding_key(key.secret, expansion->key);
    expansion_ = std::move(expansion);
    return {};
}

// A record under another plan than the one before: what that plan does not have gets no slot more.
void Works::end_others(std::string_view system, const attest::ProofPlan& plan) {
    for (const StreamIndex index : book_.of_system(system)) {
        Stream& stream = book_.at(index);
        const attest::PlanControl* control = plan.find(stream.control.control);
        const bool goes_on = control != nullptr && control->text == stream.header.entry;
        if (!goes_on) stream.ended = true;
        if (stream.ended) group_if_due(index);
    }
}

Status Works::expand_slot() {
    Expansion& work = *expansion_;
    const zk::SlotNumber slot = work.members.slot + work.done;
    for (std::size_t i = 0; i < work.members.values.size(); ++i) {
        const Status made = row_of(*work.controls[i], work.members.values[i], slot);
        if (!made) return made;
    }
    if (++work.done < work.members.count) return {};
    seen_until_ = RecordIndex{work.record.value + 1};
    expansion_.reset();
    return {};
}

Status Works::row_of(const attest::PlanControl& control, const ledger::SlotValue& value,
                     zk::SlotNumber slot) {
    const Result<StreamIndex> index = stream_for(control, slot);
    if (!index) return index.error();
    const zk::SlotValues values{value.bad, value.total};
    if (slot < book_.at(*index).next_slot()) return check_row(*index, values, slot);
    const Stream& stream = book_.at(*index);
    const std::uint64_t bound = std::uint64_t{1} << control.bits;
    if (values.bad >= bound || values.total >= bound) {
        return Error{"prover.value",
                     control.control + ": a slot holds more than " + std::to_string(control.bits) +
                         " bits",
                     ErrorClass::kFatal};
    }
    Result<Row> row = open_row(stream, value, slot);
    if (!row) return row.error();
    if (Status added = book_.append(*index, std::move(*row)); !added) return added;
    if (book_.at(*index).rows > book_.at(*index).made) to_make_.push_back(*index);
    return {};
}

// The stream that has this slot or takes it next. A hole begins another stream: what is behind it
// was never said, and no window may reach across.
Result<StreamIndex> Works::stream_for(const attest::PlanControl& control, zk::SlotNumber slot) {
    const std::string& system = expansion_->members.system;
    const std::optional<StreamIndex> known = book_.find(system, control.text);
    if (known) {
        Stream& stream = book_.at(*known);
        if (slot <= stream.next_slot()) return *known;
        // Slots that are in the log already and whose records were erased since.
        if (slot <= stream.header.begin + stream.sealed) {
            const Status skipped = book_.skip_to(*known, slot - stream.header.begin);
            if (!skipped) return skipped.error();
            return *known;
        }
    }
    const Result<Hash> digest = hash_from_hex(expansion_->members.plan);
    if (!digest) return digest.error();
    StreamHeader header;
    header.system = system;
    header.entry = control.text;
    header.slot_ns = plans_.at(*digest)->slot_ns;
    header.begin = slot;
    header.event_bound = control.mode == attest::ProofMode::kEvent;
    if (Status named = book_.name(header); !named) return named.error();
    const Result<StreamIndex> begun = book_.begin(std::move(header), control);
    if (begun && known) group_if_due(*known);
    return begun;
}

// A record that was taken before a restart says again what it said.
Status Works::check_row(StreamIndex index, const zk::SlotValues& values,
                        zk::SlotNumber slot) const {
    const Stream& stream = book_.streams()[index];
    if (slot < stream.header.begin) return {};  // of the stream before this one
    const Result<Openings> file = book_.openings(index);
    if (!file) return file.error();
    const Result<std::optional<Row>> row = file->read(slot - stream.header.begin);
    if (!row) return row.error();
    if (!*row || (*row)->values == values) return {};
    return conflict(stream, slot, "two records say different things of it");
}

Result<Row> Works::open_row(const Stream& stream, const ledger::SlotValue& value,
                            zk::SlotNumber slot) const {
    const Hash& key = expansion_->key;
    const zk::SlotValues values{value.bad, value.total};
    if (!stream.header.event_bound) {
        return Row{values, expansion_->day, 0, open_slot(key, stream.header.stream, slot, values),
                   {}};
    }
    const Result<BoundSlot> bound = bind_slot(key, stream.header.stream, slot, value);
    if (!bound) return bound.error();
    return Row{values, expansion_->day, 0, bound->slot, bound->digest};
}

// ---------------------------------------------------------------------------------------------
// From rows to entries

Result<Works::Piece> Works::step() {
    const Result<std::optional<attest::ProofEntry>> proof = make_document();
    if (!proof) return proof.error();
    if (*proof) return Piece(**proof);
    if (!to_group_.empty()) {
        Result<std::optional<attest::RangeEntry>> range = make_range();
        if (!range) return range.error();
        if (*range) return Piece(std::move(**range));
        return Piece(RowMade{});
    }
    if (!to_make_.empty()) {
        if (const auto announced = announce()) return Piece(*announced);
        Result<std::optional<attest::SlotEntry>> slot = make_slot();
        if (!slot) return slot.error();
        if (*slot) return Piece(**slot);
        return Piece(RowMade{});
    }
    if (!expansion_) return Piece(Nothing{});
    if (Status expanded = expand_slot(); !expanded) return expanded.error();
    return Piece(RowMade{});
}

// How the log names its streams; once, before its first slot.
std::optional<attest::StreamsEntry> Works::announce() {
    if (announced_) return std::nullopt;
    announced_ = attest::StreamsEntry{0, names_->key(), book_.at(to_make_.front()).header.slot_ns};
    handed_.push_back({Handed::Kind::kStreams, 0, 0, {}, {}, {}});
    return announced_;
}

Result<std::optional<attest::SlotEntry>> Works::make_slot() {
    const StreamIndex index = to_make_.front();
    to_make_.pop_front();
    Stream& stream = book_.at(index);
    if (stream.made >= stream.rows) return std::optional<attest::SlotEntry>();
    const Result<Openings> file = book_.openings(index);
    if (!file) return file.error();
    const Result<std::optional<Sums>> opening = file->slot(stream.made);
    if (!opening) return opening.error();
    const Result<std::optional<Row>> row = file->read(stream.made);
    if (!row) return row.error();
    if (!*opening || !*row) {  // erased before it was committed to
        book_.close(index);
        return std::optional<attest::SlotEntry>();
    }
    const Sums& sums = **opening;
    const zk::Point bad = zk::commit(sums.bad, sums.bad_blinding);
    const zk::Point total = zk::commit(sums.total, sums.total_blinding);
    stream.bad_sum += bad;
    stream.total_sum += total;
    const std::array<zk::Point, 4> points{bad, total, stream.bad_sum, stream.total_sum};
    const std::vector<zk::PointBytes> bytes = zk::encode(points);
    attest::SlotEntry entry;
    entry.stream = stream.header.stream;
    entry.slot = stream.header.begin + stream.made;
    entry.bad = bytes[0];
    entry.total = bytes[1];
    entry.bad_sum = bytes[2];
    entry.total_sum = bytes[3];
    entry.switch_hash = published_switch(stream.header, sums, (*row)->contributions);
    ++stream.made;
    handed_.push_back({Handed::Kind::kSlot, index, 1, bytes[2], bytes[3], {}});
    group_if_due(index);
    return std::optional<attest::SlotEntry>(entry);
}

// Eight slots are a group; what is waited for, and the last of a stream, is one as it is.
bool Works::group_due(StreamIndex index) const {
    const Stream& stream = book_.at(index);
    const std::uint64_t open = stream.made - stream.grouped;
    const bool whole = stream.made == stream.rows;
    return open >= kGroupSlots ||
           (open > 0 && whole && (stream.ended || flushing_.contains(index)));
}

void Works::group_if_due(StreamIndex index) {
    const Stream& stream = book_.at(index);
    if (group_due(index)) to_group_.push_back(index);
    if (stream.grouped == stream.rows) flushing_.erase(index);
}

void Works::flush(StreamIndex index) {
    flushing_.insert(index);
    group_if_due(index);
}

Result<std::optional<attest::RangeEntry>> Works::make_range() {
    const StreamIndex index = to_group_.front();
    to_group_.pop_front();
    if (!group_due(index)) return std::optional<attest::RangeEntry>();  // done already
    Stream& stream = book_.at(index);
    const std::uint64_t count = std::min(stream.made - stream.grouped, kGroupSlots);
    const Result<Openings> file = book_.openings(index);
    if (!file) return file.error();
    const std::size_t width = zk::padded_width(2 * count);
    std::vector<std::uint64_t> values(width);
    std::vector<zk::Scalar> blindings(width);
    for (std::uint64_t i = 0; i < count; ++i) {
        const Result<std::optional<Sums>> slot = file->slot(stream.grouped + i);
        if (!slot) return slot.error();
        if (!*slot) {  // erased before it was proved
            book_.close(index);
            return std::optional<attest::RangeEntry>();
        }
        values[2 * i] = (*slot)->bad;
        values[2 * i + 1] = (*slot)->total;
        blindings[2 * i] = (*slot)->bad_blinding;
        blindings[2 * i + 1] = (*slot)->total_blinding;
    }
    const zk::SlotNumber first = stream.header.begin + stream.grouped;
    const zk::Label label = zk::label(zk::RangeSubject{
        options_.origin, stream.header.stream, first, count, stream.control.bits});
    Result<Bytes> proof = zk::prove_range({label, stream.control.bits, values, blindings});
    zk::wipe(blindings);
    if (!proof) return with_context(proof.error(), "prove slots of " + stream.control.control);
    stream.grouped += count;
    handed_.push_back({Handed::Kind::kRange, index, count, {}, {}, {}});
    group_if_due(index);
    return std::optional<attest::RangeEntry>(attest::RangeEntry{
        0, stream.header.stream, first, count, stream.control.bits, std::move(*proof)});
}

Status Works::sealed(std::size_t count, const tlog::TreeHead& head) {
    OVERLORD_ASSERT(count <= handed_.size());
    for (; count > 0; --count) {
        const Handed& entry = handed_.front();
        switch (entry.kind) {
            case Handed::Kind::kSlot: {
                Stream& stream = book_.at(entry.stream);
                ++stream.sealed;
                stream.sealed_bad_sum = entry.bad_sum;
                stream.sealed_total_sum = entry.total_sum;
                break;
            }
            case Handed::Kind::kRange:
                book_.at(entry.stream).proved += entry.count;
                break;
            case Handed::Kind::kStreams:
                book_.announced(*announced_);
                break;
            case Handed::Kind::kProof:
                break;
        }
        handed_.pop_front();
    }
    head_ = head;
    return {};
}

Result<std::vector<Due>> Works::finish_before(const ledger::Erasure& erasure) {
    std::vector<Due> due;
    for (StreamIndex index = 0; index < book_.streams().size(); ++index) {
        const Stream& stream = book_.at(index);
        if (!erasure.scope.covers(ledger::OwnerKind::kSystem, stream.header.system)) continue;
        if (stream.proved == stream.rows) continue;
        const Result<Openings> file = book_.openings(index);
        if (!file) return file.error();
        const auto end = file->first_from(erasure.before, stream.proved, stream.rows);
        if (!end) return end.error();
        if (*end <= stream.proved) continue;
        due.push_back({index, *end});
        if (stream.grouped < *end) flush(index);
    }
    return due;
}

// A stream that was closed proves nothing any more, whoever waits for it.
std::uint64_t Works::unproved(const std::vector<Due>& due) const {
    std::uint64_t slots = 0;
    for (const Due& one : due) {
        const Stream& stream = book_.at(one.stream);
        if (!stream.closed) slots += one.slots - std::min(one.slots, stream.proved);
    }
    return slots;
}

std::uint64_t Works::unproved(const ledger::ErasureScope& scope) const {
    std::uint64_t slots = 0;
    for (const Stream& stream : book_.streams()) {
        if (!scope.covers(ledger::OwnerKind::kSystem, stream.header.system)) continue;
        if (!stream.closed) slots += stream.rows - stream.proved;
    }
    if (expansion_ && scope.covers(ledger::OwnerKind::kSystem, expansion_->members.system)) {
        slots += (expansion_->members.count - expansion_->done) *
                 expansion_->members.values.size();
    }
    return slots;
}

Status Works::save() {
    return book_.save({next_record(), head_.size.value}, waiting());
}

void Works::fill(Stats& stats) const {
    stats.streams = 0;
    stats.slots_committed = stats.slots_proved = stats.lag_slots = 0;
    stats.accounts.clear();
    for (const Stream& stream : book_.streams()) {
        ++stats.streams;
        stats.slots_committed += stream.sealed;
        stats.slots_proved += stream.proved;
        stats.lag_slots += stream.rows - std::min(stream.rows, stream.sealed);
        stats.accounts.push_back({stream.header.system, stream.control.control, stream.sealed,
                                  stream.comparisons});
    }
    if (expansion_) {
        stats.lag_slots += (expansion_->members.count - expansion_->done) *
                           expansion_->members.values.size();
    }
    stats.left_out.clear();
    for (const auto& [whose, why] : left_out_)
        stats.left_out.push_back({whose.first, whose.second, why});
    stats.documents = documents_;
    stats.documents_waiting = 0;
    for (const auto& [system, requests] : requests_) stats.documents_waiting += requests.size();
}

}  // namespace overlord::prover
