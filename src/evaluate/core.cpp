#include "core.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>

#include "json.hpp"
#include "limits.hpp"

namespace overlord::evaluate {
namespace {

// While a state digest is under way each item digests the system that it changes, and of a batch
// the first item and each fourth after it another one: 10,000 are done after some 10,000 items.
constexpr std::size_t kItemsPerDigest = 4;
constexpr std::size_t kDigestsPerAdvance = 64;

// When time alone changes something of the system.
TimeNs first_due(const System& system) {
    TimeNs due = std::min(system.postponed, system.settles);
    for (const Followed& followed : system.measures) due = std::min(due, followed.due);
    return due;
}

}  // namespace

Core::Core(rules::Bundle bundle, Config config, prolog::Machine& machine, Facts facts,
           Marker* marker)
    : plan_(std::move(bundle)),
      slot_plan_(plan_, config.slot_ns),
      config_(std::move(config)),
      machine_(machine),
      facts_(facts),
      marker_(marker),
      retained_(plan_.bundle.kinds.size()),
      changed_(plan_.bundle.measures.size()),
      latest_readings_(plan_.bundle.measures.size()),
      latest_reasons_(plan_.bundle.controls.size()) {
    for (const SystemLevels& configured : config_.levels) {
        if (configured.levels.empty()) continue;
        std::vector<std::size_t>& levels = configured_levels_[configured.system];
        for (const std::string& name : configured.levels) {
            const std::size_t level = plan_.level_of(name);
            if (level != Plan::kNone) levels.push_back(level);
        }
    }
}

System* Core::find(std::string_view name) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &open(found->second);
}

TimeNs Core::next_due() const {
    return std::min(deadlines_.empty() ? kNever : deadlines_.top().at, next_close());
}

// The marker is read by another process after this one has died: the stores must not be moved.
void Core::mark(std::uint32_t item, bool active) {
    item_ = item;
    if (marker_ == nullptr) return;
    marker_->item = item;
    marker_->batch = outcome_.batch;
    marker_->active = active ? 1 : 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

Outcome Core::process(const Batch& batch) {
    outcome_ = Outcome();
    outcome_.batch = batch.id;
    outcome_.outputs.reserve(batch.items.size());
    mark(kNoItem, true);
    if (batch.items.empty()) {
        advance(batch.at);
        digest_some(kDigestsPerAdvance);
    } else {
        process_items(batch);
    }
    mark(kNoItem, false);
    outcome_.records = records_;
    outcome_.states = std::move(states_);
    states_.clear();
    outcome_.next_due = next_due();
    machine_.collect_garbage();
    return std::move(outcome_);
}

void Core::process_items(const Batch& batch) {
    const bool event_clock = config_.clock == ClockSource::kEvent;
    if (!event_clock) {
        mark(0, true);
        fire_until(std::max(batch.at, now_));
    }
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        mark(static_cast<std::uint32_t>(i), true);
        process_item(batch.items[i]);
        if (event_clock) end_instant();
        if (i % kItemsPerDigest == 0) digest_some(1);
    }
    if (!event_clock) end_instant();
}

void Core::process_item(const Item& item) {
    switch (item.kind) {
        case Item::Kind::kEvent:
            return process_event(item);
        case Item::Kind::kReject:
            return reject(item.code, item.reason);
        case Item::Kind::kAudit:
            return process_audit(item);
        case Item::Kind::kStart:
            note_silence(kDowntimeMin);
            emit(OutputKind::kStart,
                 "\"kind\":\"start\"" + (item.text.empty() ? "" : "," + item.text));
            judge_all_dirty();  // all of them, where other rules took over
            return begin_streams();
        case Item::Kind::kStop:
            return emit(OutputKind::kStop, "\"kind\":\"stop\"");
        case Item::Kind::kNote:
            return emit(OutputKind::kNote, item.text);
        case Item::Kind::kErase:
            return process_erase(item);
    }
}

// A question must be answered from all that came before it.
void Core::process_audit(const Item& item) {
    std::string body = "\"kind\":\"audit\",\"reason\":";
    append_json(body, item.reason);
    body += ",\"text\":";
    append_json(body, item.text);
    emit(OutputKind::kAudit, std::move(body));
    judge_all_dirty();
    begin_streams();
}

// The events of the erased records leave the state with this record. What measures made of them are
// sums and extremes, and stays until it leaves their windows.
void Core::process_erase(const Item& item) {
    std::uint64_t before = 0;
    const char* const end = item.reason.data() + item.reason.size();
    std::from_chars(item.reason.data(), end, before);
    for (std::size_t kind = 0; kind < retained_.size(); ++kind) forget(kind, item.code, before);
    emit(OutputKind::kErase, "\"kind\":\"erase\"," + item.text);
}

// Nothing was heard since heard_until_: one record says so, and the silence is accounted for.
void Core::note_silence(DurationNs least) {
    if (heard_until_ > 0 && now_ - heard_until_ >= least) {
        emit(OutputKind::kGap, "\"kind\":\"gap\",\"from\":" + std::to_string(heard_until_) +
                                   ",\"to\":" + std::to_string(now_));
    }
    heard_until_ = now_;
}

// On the event clock time moves with records only; an advance that no deadline recorded becomes a
// tick, else a replay could not know of it.
void Core::advance(TimeNs to) {
    if (to <= now_) return;
    fire_until(to);
    if (config_.clock == ClockSource::kEvent && tick_at_ != to && slot_at_ != to) {
        tick_at_ = to;
        item_ = kNoItem;
        emit(OutputKind::kTick, "\"kind\":\"tick\"");
    }
}

// What time alone changes up to `to`, in the order of time: first the slots that close, then the
// deadlines of systems in the order of their first events.
void Core::fire_until(TimeNs to) {
    Deadline deadline{};
    while (next_deadline(to, deadline)) {
        close_slots(deadline.at);
        deadlines_.pop();
        fire(deadline);
    }
    close_slots(to);
    now_ = std::max(now_, to);
}

// The first one up to `until`, left in the queue. Those that have become void go, so that what a
// run of slots reaches up to is in the state and not in this queue.
bool Core::next_deadline(TimeNs until, Deadline& deadline) {
    while (!deadlines_.empty() && deadlines_.top().at <= until) {
        deadline = deadlines_.top();
        System& system = *systems_[deadline.system];
        const bool current = system.scheduled == deadline.at;
        if (current && first_due(system) <= deadline.at) return true;
        deadlines_.pop();
        if (!current) continue;
        system.scheduled = kNever;
        schedule(deadline.system);
    }
    return false;
}

void Core::fire(const Deadline& deadline) {
    now_ = std::max(now_, deadline.at);
    System& system = open(deadline.system);
    system.scheduled = kNever;
    for (Followed& followed : system.measures) {
        if (followed.due <= now_) followed.touched = true;
    }
    judge(deadline.system, true);
}

void Core::schedule(SystemIndex index) {
    System& system = *systems_[index];
    const TimeNs due = first_due(system);
    if (due >= system.scheduled) return;
    system.scheduled = due;
    deadlines_.push({due, index});
}

void Core::touch(SystemIndex index) {
    System& system = *systems_[index];
    system.touched_by = item_;
    if (system.dirty) return;
    system.dirty = true;
    dirty_.insert(index);
    instant_.push_back(index);
}

// Judges what the instant touched, except the systems judged less than kEvaluateEvery ago.
void Core::end_instant() {
    const std::uint32_t item = item_;
    for (const SystemIndex index : instant_) {
        System& system = open(index);
        if (!system.dirty || system.postponed != kNever) continue;
        if (!system.evaluated || now_ >= system.evaluated_at + kEvaluateEvery) {
            mark(system.touched_by, true);
            judge(index, false);
        } else {
            system.postponed = system.evaluated_at + kEvaluateEvery;
            schedule(index);
        }
    }
    instant_.clear();
    item_ = item;
}

void Core::judge_all_dirty() {
    while (!dirty_.empty()) judge(*dirty_.begin(), false);
}

void Core::emit(OutputKind kind, std::string body) {
    Output& output = outcome_.outputs.emplace_back();
    output.kind = kind;
    const bool answers = kind != OutputKind::kTick && kind != OutputKind::kGap &&
                         kind != OutputKind::kVerdict && kind != OutputKind::kSlot;
    output.item = answers ? item_ : kNoItem;
    output.at = now_;
    output.body = std::move(body);
    ++records_;
    const std::int64_t hour = now_ / kHourNs;
    const bool new_hour = hour_ >= 0 && hour != hour_;
    hour_ = hour;
    if (new_hour || records_ % kStateEvery == 0) begin_state();
}

void Core::reject(const std::string& code, const std::string& reason) {
    std::string body = "\"kind\":\"reject\",\"code\":";
    append_json(body, code);
    body += ",\"reason\":";
    append_json(body, reason);
    // The output is filled in before emit's state digest: neither is part of the state.
    emit(OutputKind::kReject, std::move(body));
    outcome_.outputs.back().code = code;
    outcome_.outputs.back().reason = reason;
}

}  // namespace overlord::evaluate
