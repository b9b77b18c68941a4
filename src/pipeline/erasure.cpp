// Erasing records and legal holds: the ledger thread's part. The order of steps is that of
// overlord/ledger/erasure.hpp; if we crash at any of them, the next start goes on with it.
#include <utility>

#include "ledger_thread.hpp"
#include "overlord/ledger/erasure.hpp"
#include "overlord/pipeline/record_feed.hpp"
#include "overlord/prover/openings.hpp"

namespace overlord::pipeline {
namespace {

using evaluate::Item;
using ledger::Day;
using ledger::Erasure;
using ledger::ErasureScope;

Path keys_of(const Path& journal) {
    return journal / "keys";
}

ErasureScope scope_of(const EraseRequest& request) {
    switch (request.kind) {
        case EraseRequest::Kind::kRejects:
            return {ErasureScope::Kind::kRejects, ""};
        case EraseRequest::Kind::kAll:
            return {ErasureScope::Kind::kAll, ""};
        default:
            return {ErasureScope::Kind::kSystem, request.system};
    }
}

}  // namespace

// What nobody has to keep any longer, one erasure for each system.
Result<std::vector<Erasure>> LedgerThread::expired(Day today) const {
    std::vector<Erasure> found;
    const Path keys = keys_of(journal_);
    const auto add = [&](ErasureScope scope, std::int64_t days) -> Status {
        if (days <= 0 || days >= today) return {};
        Erasure erasure{std::move(scope), static_cast<Day>(today - days)};
        const Result<std::uint64_t> count = ledger::count_keys(keys, erasure.scope, erasure.before);
        if (!count) return count.error();
        if (*count > 0) found.push_back(std::move(erasure));
        return {};
    };
    const Result<std::vector<std::string>> systems = ledger::systems_with_keys(keys, today);
    if (!systems) return systems.error();
    for (const std::string& system : *systems) {
        if (state.holds.on(system) != nullptr) continue;
        const std::int64_t days = options_.retention.term_of(system).days;
        if (Status added = add({ErasureScope::Kind::kSystem, system}, days); !added)
            return added.error();
    }
    if (state.holds.on("") == nullptr) {
        const std::int64_t days = options_.retention.rejects_keep_days;
        if (Status added = add({ErasureScope::Kind::kRejects, ""}, days); !added)
            return added.error();
    }
    return found;
}

Result<std::vector<Erasure>> LedgerThread::plan_erasure(const EraseRequest& request) const {
    const Day today = ledger::day_of(log_time());
    if (request.kind == EraseRequest::Kind::kExpired) return expired(today);
    if (request.kind == EraseRequest::Kind::kSystem && !state.evidence.knows(request.system)) {
        return Error{"erasure.unknown",
                     "no event of a system " + request.system +
                         " was ever accepted: names are exact, capital letters too"};
    }
    const Erasure erasure{scope_of(request), ledger::day_of(request.until)};
    std::vector<std::string> systems{request.system};
    if (request.kind == EraseRequest::Kind::kAll) {
        Result<std::vector<std::string>> all =
            ledger::systems_with_keys(keys_of(journal_), erasure.before);
        if (!all) return std::move(all).error();
        systems = std::move(*all);
    }
    const Status allowed =
        ledger::check_erasure(erasure, options_.retention, state.holds, systems, log_time());
    if (!allowed) return allowed.error();
    const Result<std::uint64_t> count =
        ledger::count_keys(keys_of(journal_), erasure.scope, erasure.before);
    if (!count) return count.error();
    if (*count == 0) return std::vector<Erasure>();
    return std::vector<Erasure>{erasure};
}

void LedgerThread::erase(const EraseRequest& request, WaitingErasures::Done done) {
    Result<std::vector<Erasure>> planned = plan_erasure(request);
    if (!planned) return done(planned.error());
    if (planned->empty()) return done(EraseResult{});
    Status noted = await(*std::move(planned), request.patient, std::move(done));
    if (!noted) broken_ = with_context(noted.error(), "erase");
    if (broken_) broken_->kind = ErrorClass::kFatal;
}

// What is not committed to and proved before its keys are gone never will be. From here on a crash
// does not lose what was asked for.
Status LedgerThread::await(std::vector<Erasure> erasures, bool patient,
                           WaitingErasures::Done done) {
    waiting_.add(std::move(erasures), patient, std::move(done));
    if (Status changed = waiting_changed(); !changed) return changed;
    if (options_.prover != nullptr) return {};
    waiting_.progress(std::vector<std::uint64_t>(waiting_.list().size()));
    return erase_what_is_proved();
}

Status LedgerThread::waiting_changed() {
    const Status noted = ledger::note_erasures(journal_, ledger::ErasureStage::kWaiting,
                                               waiting_.list(), ledger::real_disk());
    if (!noted) return noted;
    publish_status();
    if (options_.prover != nullptr)
        options_.prover->finish_before(waiting_.list(), log.next_record());
    return {};
}

// A hold may have been set since it was asked for, a class changed by a restart.
Status LedgerThread::still_allowed(const Erasure& erasure) const {
    std::vector<std::string> systems{erasure.scope.system};
    if (erasure.scope.kind == ErasureScope::Kind::kAll) {
        Result<std::vector<std::string>> all =
            ledger::systems_with_keys(keys_of(journal_), erasure.before);
        if (!all) return std::move(all).error();
        systems = std::move(*all);
    }
    return ledger::check_erasure(erasure, options_.retention, state.holds, systems, log_time());
}

// Between two batches. What waits for no slot any more is carried out.
Status LedgerThread::erase_what_is_proved() {
    if (waiting_.empty()) return {};
    if (options_.prover != nullptr) {
        const std::optional<std::vector<std::uint64_t>> slots = options_.prover->unfinished();
        if (!slots) return {};
        waiting_.progress(*slots);
    }
    std::vector<Erasure> ready = waiting_.ready();
    if (ready.empty()) return tell_waiting();
    std::vector<std::pair<Erasure, Error>> refused;
    std::erase_if(ready, [&](const Erasure& erasure) {
        const Status allowed = still_allowed(erasure);
        if (!allowed) refused.emplace_back(erasure, allowed.error());
        return !allowed;
    });
    Result<Carried> carried = Carried();
    if (!ready.empty()) {
        const Status noted = ledger::note_erasures(journal_, ledger::ErasureStage::kErasing, ready,
                                                   ledger::real_disk());
        if (!noted) return with_context(noted.error(), "erase");
        carried = carry_out(ready);
        // What is on the disk is not known now; a start goes on with the intent.
        if (!carried) return with_context(carried.error(), "erase");
    }
    for (std::size_t i = 0; i < ready.size(); ++i) waiting_.ended(ready[i], (*carried)[i]);
    for (const auto& [erasure, error] : refused) {
        options_.warn("an erasure that waited is not carried out: " + error.code + ": " +
                      error.message);
        waiting_.ended(erasure, error);
    }
    Status changed = waiting_changed();
    return changed ? changed : with_context(changed.error(), "erase");
}

// Once for each number of them.
Status LedgerThread::tell_waiting() {
    if (std::exchange(told_waiting_, waiting_.list().size()) >= waiting_.list().size()) return {};
    std::uint64_t slots = 0;
    for (const WaitingErasure& one : waiting_.status()) slots += one.slots.value_or(0);
    options_.warn("an erasure waits until at least " + std::to_string(slots) +
                  " slots of its days are proved; overlordctl status shows how many are left");
    return {};
}

Result<LedgerThread::Carried> LedgerThread::carry_out(const std::vector<Erasure>& erasures) {
    Carried results;
    const Path keys = keys_of(journal_);
    ledger::RecordKeys reader(keys);
    for (const Erasure& erasure : erasures) {
        EraseResult& result = results.emplace_back();
        const auto first = reader.first_record(erasure.before);
        if (!first) return first.error();
        const Result<std::uint64_t> count = ledger::count_keys(keys, erasure.scope, erasure.before);
        if (!count) return count.error();
        if (*count == 0) continue;  // destroyed before a crash, and recorded
        const ledger::EraseMembers members{
            std::string(ledger::to_text(erasure.scope.kind)), erasure.scope.system,
            TimeNs{erasure.before} * kDayNs, first->value_or(log.next_record()), *count};
        const Result<RecordIndex> record = run_item(erase_item(members));
        if (!record) return record.error();
        entries_due_.push_back(compose_entry(
            {"erase", "\"before\":" + std::to_string(members.before.value) +
                          ",\"keys\":" + std::to_string(members.keys)},
            state.last_at));
        result.keys = *count;
        result.record = *record;
    }
    // From here on nothing before this snapshot is needed to start again: older ones hold events
    // that are about to be erased, and go.
    if (Status saved = save_snapshot(); !saved) return saved.error();
    if (Status kept = keeper.keep_snapshot(log.next_record()); !kept) return kept.error();
    if (Status sealed = seal_entries(); !sealed) return sealed.error();
    for (const Erasure& erasure : erasures) {
        const Result<std::uint64_t> destroyed =
            ledger::destroy_keys(keys, erasure.scope, erasure.before, ledger::real_disk());
        if (!destroyed) return destroyed.error();
        const Result<std::uint64_t> openings =
            prover::erase_openings(options_.state_dir, erasure.scope, erasure.before);
        if (!openings) return openings.error();
    }
    if (Status forgotten = log.forget_keys(); !forgotten) return forgotten.error();
    const Status finished = ledger::finish_erasures(journal_, ledger::real_disk());
    if (!finished) return finished.error();
    room_.begin();
    return results;
}

// At a start: what a crash interrupted. What had begun waits for nothing: its slots are proved.
Status LedgerThread::resume_erasures() {
    using Stage = ledger::ErasureStage;
    const Result<std::vector<Erasure>> begun = ledger::noted_erasures(journal_, Stage::kErasing);
    if (!begun) return begun.error();
    Result<std::vector<Erasure>> waiting = ledger::noted_erasures(journal_, Stage::kWaiting);
    if (!waiting) return waiting.error();
    if (!begun->empty()) {
        options_.warn("an erasure was interrupted; it is carried out now");
        const Result<Carried> done = carry_out(*begun);
        if (!done) return with_context(done.error(), "erase");
    }
    room_.begin();
    for (auto one = waiting->begin(); one != waiting->end();) {
        const Result<std::uint64_t> keys =
            ledger::count_keys(keys_of(journal_), one->scope, one->before);
        if (!keys) return keys.error();
        one = *keys == 0 ? waiting->erase(one) : one + 1;
    }
    const std::size_t noted = waiting->size();
    for (auto one = waiting->begin(); one != waiting->end();) {
        const Result<std::uint64_t> keys =
            ledger::count_keys(keys_of(journal_), one->scope, one->before);
        if (!keys) return keys.error();
        one = *keys == 0 ? waiting->erase(one) : one + 1;  // carried out before the crash
    }
    return noted == 0 ? Status() : await(*std::move(waiting), /*patient=*/true, {});
}

Status LedgerThread::audit(std::string reason, std::string text) {
    Item item;
    item.kind = Item::Kind::kAudit;
    item.reason = std::move(reason);
    item.text = std::move(text);
    Result<RecordIndex> record = run_item(std::move(item));
    return record ? Status() : Status(record.error());
}

// The record is the hold: from its durable write on it is in force, and after any crash.
Result<HoldResult> LedgerThread::set_hold(const std::string& system, const std::string& reason) {
    if (Status free = state.holds.check_set(system); !free) return free.error();
    const std::string text = ledger::compose_hold(system, reason);
    if (Status held = audit(std::string(ledger::kHoldReason), text); !held) return held.error();
    return HoldResult{system.empty() || state.evidence.knows(system)};
}

Result<HoldResult> LedgerThread::release_hold(const std::string& system,
                                              const std::string& reason) {
    if (Status held = state.holds.check_release(system); !held) return held.error();
    const std::string text = ledger::compose_hold(system, reason);
    if (Status freed = audit(std::string(ledger::kReleaseReason), text); !freed)
        return freed.error();
    return HoldResult{system.empty() || state.evidence.knows(system)};
}

}  // namespace overlord::pipeline
