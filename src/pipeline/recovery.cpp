// What happens between the ledger's recovery and the first event: the engine and our own state as
// of the last record, then the start record.
#include <deque>
#include <utility>

#include "ledger_thread.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/record.hpp"
#include "record_owner.hpp"
#include "rejected_event.hpp"

namespace overlord::pipeline {
namespace {

// Folds recorded lines and verdicts into a LedgerState, as the pipeline did when it made them.
class StateBuilder {
public:
    explicit StateBuilder(LedgerState& state) : state_(state) {}

    Status begin(ByteView snapshot) {
        if (snapshot.empty()) {
            Hash secret;
            crypto::random_bytes(secret);
            state_ = LedgerState(secret);
            return {};
        }
        Result<LedgerState> restored = LedgerState::restore(snapshot);
        if (!restored)
            return Error{"snapshot.unusable", restored.error().message, ErrorClass::kReject};
        state_ = std::move(*restored);
        return {};
    }

    Status add(const ledger::RecordLine& line) {
        Result<ledger::RecordView> record = ledger::parse(line.text);
        if (!record) return record.error();
        state_.last_at = record->at;
        switch (record->kind) {
            case ledger::RecordKind::kVerdict: {
                std::string system;
                Result<bool> changed = state_.verdict(*record, system);
                return changed ? Status() : Status(changed.error());
            }
            case ledger::RecordKind::kSlot:
                return state_.slot(*record);
            case ledger::RecordKind::kEvent:
                return add_event(*record, line.commitment);
            case ledger::RecordKind::kReject:
                return add_reject(*record);
            default:
                return state_.note(*record);
        }
    }

private:
    Status add_event(const ledger::RecordView& record, const Hash& commitment) {
        Result<event::Event> event = decoder_.decode(record.event);
        if (!event) return with_context(event.error(), "record " + std::to_string(record.n.value));
        const EventKey key = state_.keyer.key(event->source, event->id, event->raw);
        state_.event(key, event->subject, commitment);
        state_.sources.accepted(
            {key.source, event->source, event->sequence},
            record.late ? SourceBook::Lateness::kLate : SourceBook::Lateness::kInTime, record.at);
        return {};
    }

    Status add_reject(const ledger::RecordView& record) {
        Result<ledger::RejectMembers> reject = ledger::parse_reject(record);
        if (!reject) return reject.error();
        SourceBook::Line line;
        if (const auto event = rejected_event(*reject, decoder_))
            line = {state_.keyer.key(event->source, event->id, event->raw).source, event->source,
                    event->sequence};
        state_.sources.rejected(line, record.at);
        return {};
    }

    LedgerState& state_;
    event::Decoder decoder_;
};

}  // namespace

Status LedgerThread::recover() {
    StateBuilder builder(state);
    EngineKeeper::Visitor visitor;
    visitor.begin = [&](ByteView snapshot) { return builder.begin(snapshot); };
    visitor.record = [&](const ledger::RecordLine& line) { return builder.add(line); };
    // Digests of before the crash: those that were not sealed are due (again).
    visitor.state = [&](const evaluate::StateOutput& output) {
        entries_due_.push_back(state_entry(output));
    };
    visitor.entered = [&](const evaluate::Config& before) {
        state.keep_levels(keeper.loaded().levels, before, keeper.settings());
    };
    Result<std::vector<std::string>> missing = keeper.start(log.next_record(), visitor);
    if (!missing) return std::move(missing).error();
    if (!missing->empty()) {
        options_.warn(std::to_string(missing->size()) +
                      " records of a batch that was cut short are made again");
        std::vector<ledger::NewRecord> records;
        std::deque<std::string> systems;  // what the owners point into
        for (const std::string& text : *missing) {
            Result<ledger::Owner> owner = owner_of_output(text, systems.emplace_back());
            if (!owner) return std::move(owner).error();
            records.push_back({text, *owner});
        }
        Result<ledger::AppendResult> appended = log.append(records);
        if (!appended) return appended.error();
        for (const std::string& text : *missing) {
            Result<ledger::RecordView> record = ledger::parse(text);
            if (!record) return record.error();
            state.last_at = record->at;
            if (record->kind == ledger::RecordKind::kSlot)
                if (Status slot = state.slot(*record); !slot) return slot;
            std::string system;
            if (record->kind != ledger::RecordKind::kVerdict) continue;
            if (Result<bool> changed = state.verdict(*record, system); !changed)
                return changed.error();
        }
    }
    const evaluate::Config recorded = keeper.settings();
    if (Status entered = keeper.enter_configured(); !entered) return entered;
    state.keep_levels(keeper.loaded().levels, recorded, keeper.settings());
    last_at_ = state.last_at;
    last_answer_ = clock_.monotonic();
    keyer.emplace(state.keyer);
    return {};
}

Status LedgerThread::first_batch(const std::string& start_members,
                                 const std::vector<PublicEntry>& entries) {
    post_head();  // as recovery found it: witnesses may have cosigned it already
    if (options_.prover != nullptr)
        options_.prover->start({log.next_record(), {log.tree_size(), log.root()},
                                keeper.loaded().plan});
    evaluate::Item start;
    start.kind = evaluate::Item::Kind::kStart;
    start.text = start_members;
    if (Result<RecordIndex> record = run_item(std::move(start)); !record) return record.error();
    for (const PublicEntry& entry : entries)
        entries_due_.push_back(compose_entry(entry, state.last_at));
    if (Status sealed = seal(); !sealed) return sealed;
    return resume_erasures();
}

}  // namespace overlord::pipeline
