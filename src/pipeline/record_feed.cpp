#include "overlord/pipeline/record_feed.hpp"

#include <utility>

#include "overlord/ledger/record.hpp"

namespace overlord::pipeline {
namespace {

using evaluate::Item;

constexpr std::size_t kBatchItems = 1024;

// The engine refused these itself, on their content: it gets the event again and must refuse again.
bool decided_by_engine(std::string_view code) {
    for (const std::string_view prefix : {"schema.", "time.", "system."})
        if (code.starts_with(prefix)) return true;
    return false;
}

struct Input {
    Item item;
    std::string payload;
};

Result<std::optional<Input>> input_of(const ledger::RecordView& record) {
    using ledger::RecordKind;
    Input input;
    switch (record.kind) {
        case RecordKind::kTick:
        case RecordKind::kGap:
        case RecordKind::kVerdict:
        case RecordKind::kSlot:
            return std::optional<Input>();
        case RecordKind::kEvent:
            input.item.kind = Item::Kind::kEvent;
            input.item.text = record.event;
            input.payload = record.event;
            break;
        case RecordKind::kReject: {
            Result<ledger::RejectMembers> members = ledger::parse_reject(record);
            if (!members) return members.error();
            input.payload = reject_payload(members->bytes, members->line);
            if (decided_by_engine(members->code)) {
                input.item.kind = Item::Kind::kEvent;
                input.item.text = std::move(members->line);
            } else {
                input.item.kind = Item::Kind::kReject;
                input.item.code = std::move(members->code);
                input.item.reason = std::move(members->reason);
            }
            break;
        }
        case RecordKind::kAudit: {
            Result<ledger::AuditMembers> members = ledger::parse_audit(record);
            if (!members) return members.error();
            input.item.kind = Item::Kind::kAudit;
            input.item.reason = std::move(members->reason);
            input.item.text = std::move(members->text);
            break;
        }
        case RecordKind::kStart:
            input.item.kind = Item::Kind::kStart;
            input.item.text = record.members;
            break;
        case RecordKind::kStop:
            input.item.kind = Item::Kind::kStop;
            break;
        case RecordKind::kMissing:
        case RecordKind::kRestart:
        case RecordKind::kHeartbeat:
            input.item.kind = Item::Kind::kNote;
            input.item.text = "\"kind\":\"" + std::string(ledger::to_text(record.kind)) + "\"," +
                              std::string(record.members);
            break;
        case RecordKind::kErase: {
            Result<ledger::EraseMembers> members = ledger::parse_erase(record);
            if (!members) return members.error();
            input.item = erase_item(*members);
            break;
        }
    }
    return std::optional<Input>(std::move(input));
}

}  // namespace

std::string reject_payload(std::uint64_t line_bytes, std::string_view line) {
    return ",\"bytes\":" + std::to_string(line_bytes) + ",\"line\":\"" + to_base64(as_bytes(line)) +
           "\"";
}

Item erase_item(const ledger::EraseMembers& members) {
    Item item;
    item.kind = Item::Kind::kErase;
    item.text = ledger::compose_members(members);
    item.code = members.system;
    // The state keeps nothing of refused lines.
    item.reason = members.scope == "rejects" ? "0" : std::to_string(members.before.value);
    return item;
}

RecordFeed::RecordFeed(EngineProcess& engine, evaluate::ClockSource clock, RecordIndex next,
                       Handlers handlers)
    : engine_(engine), clock_(clock), handlers_(std::move(handlers)), next_(next) {}

Status RecordFeed::feed(std::string_view record) {
    Result<ledger::RecordView> view = ledger::parse(record);
    if (!view) return view.error();
    Result<std::optional<Input>> input = input_of(*view);
    if (!input) return with_context(input.error(), "record " + std::to_string(view->n.value));

    // On the event clock every event is an instant of its own, and grouping changes nothing.
    // On the wall clock all items of one log time are one batch, however many.
    const bool another_batch = clock_ == evaluate::ClockSource::kWall
                                   ? view->at != at_
                                   : pending_.items.size() >= kBatchItems;
    const bool slot = view->kind == ledger::RecordKind::kSlot;
    // A slot that closes with the items of its own instant (new rules took over) moves no time.
    const bool tick = view->kind == ledger::RecordKind::kTick ||
                      (slot && (pending_.items.empty() || view->at != at_));
    if (another_batch || tick)
        if (Status ran = run_batch(); !ran) return ran;
    recorded_.emplace_back(record);
    at_ = view->at;
    if (!*input) {
        if (!tick) {
            match();
            return {};
        }
        // A deadline fired here: the engine finds it by itself when told the time.
        evaluate::Batch advance;
        advance.at = view->at;
        return run(std::move(advance));
    }
    pending_.at = view->at;
    pending_.items.push_back(std::move((*input)->item));
    payloads_.push_back(std::move((*input)->payload));
    return {};
}

Status RecordFeed::flush() {
    if (Status ran = run_batch(); !ran) return ran;
    for (; !recorded_.empty(); recorded_.pop_front(), ++next_)
        handlers_.mismatch({next_, recorded_.front(), ""});
    return {};
}

// On the event clock nothing but events moves time.
Status RecordFeed::advance(TimeNs at) {
    if (Status flushed = flush(); !flushed) return flushed;
    if (clock_ == evaluate::ClockSource::kEvent || at <= at_) return {};
    evaluate::Batch batch;
    batch.at = at;
    return run(std::move(batch));
}

// A snapshot finishes them, and the next answer hands them out.
Status RecordFeed::finish_states() {
    const Result<evaluate::Snapshot> snapshot = engine_.snapshot();
    if (!snapshot) return snapshot.error();
    return run({});  // no items, and no time passes
}

std::vector<std::string> RecordFeed::take_surplus() {
    std::vector<std::string> taken(std::make_move_iterator(surplus_.begin()),
                                   std::make_move_iterator(surplus_.end()));
    surplus_.clear();
    return taken;
}

Status RecordFeed::run_batch() {
    if (pending_.items.empty()) return {};
    return run(std::exchange(pending_, {}));
}

Status RecordFeed::run(evaluate::Batch batch) {
    batch.id = ++batch_id_;
    if (Status sent = engine_.send(batch); !sent) return sent;
    Result<evaluate::Outcome> outcome = engine_.receive();
    if (!outcome) return outcome.error();
    const std::vector<std::string> payloads = std::exchange(payloads_, {});
    for (const evaluate::Output& output : outcome->outputs) {
        const std::string_view payload =
            output.item < payloads.size() ? payloads[output.item] : std::string_view();
        const RecordIndex n{next_.value + surplus_.size()};
        surplus_.push_back(ledger::compose(n, output.at, output.body, payload));
    }
    match();
    for (const evaluate::StateOutput& state : outcome->states) handlers_.state(state);
    next_due_ = outcome->next_due;
    return {};
}

void RecordFeed::match() {
    while (!surplus_.empty() && !recorded_.empty()) {
        if (surplus_.front() != recorded_.front())
            handlers_.mismatch({next_, recorded_.front(), surplus_.front()});
        surplus_.pop_front();
        recorded_.pop_front();
        ++next_;
    }
}

}  // namespace overlord::pipeline
