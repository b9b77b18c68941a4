// proofs/, and what the log holds of it: every stream's slots one after the other, with sums that
// chain and range proofs that hold; each commitment against its opening, each opening against the
// slot record that it came from. What was erased is passed over.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "checks.hpp"
#include "overlord/attest/proof_plan.hpp"
#include "overlord/attest/slot_walk.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/prover/bound_slot.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/prover/stream_names.hpp"
#include "overlord/zk/pedersen.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::size_t kOpenFilesMax = 128;
constexpr unsigned kThreads = 1;  // beside those of the other checks

class ProofCheck {
public:
    explicit ProofCheck(const Checked& checked) : checked_(checked) {}

    void run() {
        read_plans();
        read_streams();
        check_log();
        if (!streams_.empty()) check_records();
    }

private:
    struct Known {
        std::string file;
        prover::StreamHeader header;
    };

    // Nothing where key or log are missing, which other checks say.
    [[nodiscard]] std::optional<prover::StreamNames> names_of_the_log() const {
        Result<crypto::Secret> key = prover::load_proof_key(checked_.state_dir);
        if (!key || !checked_.published) return std::nullopt;
        return prover::StreamNames(*std::move(key), checked_.published->origin);
    }

    void read_plans() {
        for (const std::string& name : checked_.files("proofs/plans")) {
            const std::string file = "proofs/plans/" + name;
            const std::optional<std::string> text = checked_.text(file, attest::kPlanBytesMax);
            if (!text) continue;
            ++checked_.report.files.proofs;
            const std::string digest = to_hex(attest::plan_digest(*text));
            Result<attest::ProofPlan> plan = attest::parse_plan(*text);
            if (name != digest + ".json" || !plan) {
                checked_.found(file, plan ? "is the plan " + digest : plan.error().message);
                continue;
            }
            plans_.emplace(digest, std::move(*plan));
        }
    }

    void read_streams() {
        std::optional<prover::StreamNames> names = names_of_the_log();
        for (const std::string& name : checked_.files("proofs")) {
            const std::string file = "proofs/" + name;
            if (name == "book") {
                if (const Status book = prover::check_book(checked_.state_dir); !book)
                    checked_.found(file, book.error().message);
                continue;
            }
            if (!name.ends_with(".slots")) {
                checked_.note(file, is_temporary(name) ? "a write that was cut short"
                                                       : "nobody knows this file");
                continue;
            }
            ++checked_.report.files.proofs;
            const Result<prover::Openings> openings =
                prover::Openings::open(checked_.state_dir / file, prover::Openings::Access::kRead);
            if (!openings) {
                checked_.found(file, openings.error().message);
                continue;
            }
            const Result<bool> torn = openings->torn();
            if (!torn || *torn) checked_.found(file, "ends in the middle of a row");
            const prover::StreamHeader& header = openings->header();
            const zk::StreamName stream{header.system, header.entry, header.slot_ns};
            const bool named = zk::stream_id(header.salt, stream) == header.stream &&
                               name == to_hex(header.stream) + ".slots";
            if (!named) checked_.found(file, "is not the stream of its name");
            if (names && !names->generation_of(header)) {
                checked_.found(file, "was named under another keys/proof.key");
            }
            streams_[header.stream] = {file, header};
            by_name_[{header.system, header.entry}].push_back(header.stream);
        }
    }

    // The entries of all seals, in order.
    void check_log() {
        if (!checked_.published) return;
        attest::SlotWalk walk({checked_.published->origin, kThreads, /*follow_all=*/true});
        Result<ledger::JournalReader> reader =
            ledger::JournalReader::open(checked_.state_dir / "journal");
        if (!reader) return;  // the journal's own check says why
        EntryIndex index;
        for (;;) {
            const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
            if (!frame || !frame->has_value()) break;
            if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
            const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
            if (!seal) break;
            for (const std::string_view entry : seal->entries) {
                if (const Status seen = walk.see(index, entry); !seen) return in_log(seen.error());
                compare_entry(index, entry);
                ++index;
            }
        }
        if (const Status done = walk.finish(); !done) in_log(done.error());
    }

    void in_log(const Error& error) const { checked_.found("log", error.message, error.code); }

    void compare_entry(EntryIndex index, std::string_view text) {
        const Result<attest::ZkEntry> entry = attest::parse_zk_entry(text);
        if (!entry) return;  // the walk has said so
        const auto* slot = std::get_if<attest::SlotEntry>(&*entry);
        if (slot == nullptr) return;
        const auto known = streams_.find(slot->stream);
        if (known == streams_.end()) return;
        const prover::StreamHeader& header = known->second.header;
        const std::string place = "slot " + std::to_string(slot->slot);
        if (slot->slot < header.begin) {
            return checked_.found(known->second.file, "the log has slots before its first", place);
        }
        const prover::Openings* file = open(slot->stream);
        if (file == nullptr) return;
        const auto opening = file->slot(slot->slot - header.begin);
        if (!opening) return checked_.found(known->second.file, opening.error().message, place);
        const auto row = file->read(slot->slot - header.begin);
        if (!*opening || !row || !*row) return;  // erased
        const prover::Sums& sums = **opening;
        const std::array<zk::Point, 2> points{zk::commit(sums.bad, sums.bad_blinding),
                                              zk::commit(sums.total, sums.total_blinding)};
        const std::vector<zk::PointBytes> bytes = zk::encode(points);
        const Hash switch_hash = prover::published_switch(header, sums, (*row)->contributions);
        if (bytes[0] == slot->bad && bytes[1] == slot->total && switch_hash == slot->switch_hash) {
            return;
        }
        checked_.found(known->second.file,
                       "does not open what entry " + std::to_string(index.value) +
                           " of the log commits to",
                       place);
    }

    const prover::Openings* open(const Hash& stream) {
        const auto opened = files_.find(stream);
        if (opened != files_.end()) return &opened->second;
        if (files_.size() == kOpenFilesMax) files_.clear();
        Result<prover::Openings> file =
            prover::Openings::open(checked_.state_dir / streams_.at(stream).file,
                                   prover::Openings::Access::kRead);
        if (!file) return nullptr;
        return &files_.emplace(stream, std::move(*file)).first->second;
    }

    void check_records() {
        Result<ledger::JournalReader> reader =
            ledger::JournalReader::open(checked_.state_dir / "journal");
        if (!reader) return;
        for (;;) {
            const Result<std::optional<ledger::RecordLine>> line = reader->next();
            if (!line || !line->has_value()) return;
            if ((*line)->erased) continue;
            const Result<ledger::RecordView> record = ledger::parse((*line)->text);
            if (!record || record->kind != ledger::RecordKind::kSlot) continue;
            const Result<ledger::SlotMembers> slot = ledger::parse_slot(*record);
            const Result<ledger::RecordKey> key = reader->keys().find((*line)->key);
            if (!slot || !key) continue;
            Hash blinding_key{};
            zk::blinding_key(key->secret, blinding_key);
            compare_record((*line)->n, *slot, blinding_key);
            crypto::wipe(blinding_key);
        }
    }

    void compare_record(RecordIndex n, const ledger::SlotMembers& slot, const Hash& key) {
        const auto plan = plans_.find(slot.plan);
        if (plan == plans_.end()) {
            if (missing_.insert(slot.plan).second) {
                checked_.found("proofs/plans/" + slot.plan + ".json",
                               "missing: record " + std::to_string(n.value) + " names it");
            }
            return;
        }
        for (const ledger::SlotValue& value : slot.values) {
            const attest::PlanControl* control = plan->second.find(value.control);
            if (control == nullptr) continue;
            const auto named = by_name_.find({slot.system, control->text});
            if (named == by_name_.end()) continue;
            for (const Hash& stream : named->second) {
                compare_value(n, slot, value, stream);
                compare_events(n, slot, value, stream, key);
            }
        }
    }

    // Slots that the stream does not have (yet) belong to another one of the same name, or to the
    // prover's next start.
    void compare_value(RecordIndex n, const ledger::SlotMembers& slot,
                       const ledger::SlotValue& value, const Hash& stream) {
        const prover::Openings* file = open(stream);
        if (file == nullptr) return;
        const Result<std::uint64_t> rows = file->rows();
        if (!rows) return;
        const zk::SlotNumber begin = file->header().begin;
        const zk::SlotNumber end = std::min(begin + *rows, slot.slot + slot.count);
        for (zk::SlotNumber at = std::max(begin, slot.slot); at < end; ++at) {
            const Result<std::optional<prover::Row>> row = file->read(at - begin);
            const std::string place = "slot " + std::to_string(at);
            if (!row) return checked_.found(streams_.at(stream).file, row.error().message, place);
            if (!*row || (*row)->values == zk::SlotValues{value.bad, value.total}) continue;
            return checked_.found(streams_.at(stream).file,
                                  "says otherwise than record " + std::to_string(n.value), place);
        }
    }

    // What binds the slot to its events: derived again, it is what the row has.
    void compare_events(RecordIndex n, const ledger::SlotMembers& slot,
                        const ledger::SlotValue& value, const Hash& stream, const Hash& key) {
        const prover::Openings* file = open(stream);
        if (file == nullptr || !file->header().event_bound || slot.count > 1) return;
        const Result<std::uint64_t> rows = file->rows();
        const zk::SlotNumber begin = file->header().begin;
        if (!rows || slot.slot < begin || slot.slot - begin >= *rows) return;
        const Result<std::optional<prover::Row>> row = file->read(slot.slot - begin);
        if (!row || !*row) return;  // damaged, which was told, or erased
        const Result<prover::BoundSlot> bound = prover::bind_slot(key, stream, slot.slot, value);
        if (bound && bound->digest == (*row)->contributions) return;
        checked_.found(streams_.at(stream).file,
                       "is bound to other events than record " + std::to_string(n.value) + " names",
                       "slot " + std::to_string(slot.slot));
    }

    const Checked& checked_;
    std::map<std::string, attest::ProofPlan> plans_;
    std::set<std::string> missing_;  // plans, by digest
    std::map<Hash, Known> streams_;
    std::map<std::pair<std::string, std::string>, std::vector<Hash>> by_name_;
    std::map<Hash, prover::Openings> files_;
};

}  // namespace

void check_proofs(const Checked& checked) {
    ProofCheck(checked).run();
}

}  // namespace overlord::upkeep
