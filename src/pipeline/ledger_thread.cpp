#include "ledger_thread.hpp"

#include <algorithm>
#include <utility>

#include "record_owner.hpp"
#include "overlord/ledger/record.hpp"

namespace overlord::pipeline {
namespace {

using evaluate::Item;
using evaluate::OutputKind;

Item item_of(Arrival& arrival) {
    Item item;
    if (arrival.refused) {
        item.kind = Item::Kind::kReject;
        item.code = arrival.refused->code;
        item.reason = arrival.refused->message;
    } else {
        item.kind = Item::Kind::kEvent;
        item.text = arrival.raw;
    }
    return item;
}

}  // namespace

std::string compose_entry(const PublicEntry& entry, TimeNs at) {
    return "{\"v\":1,\"kind\":\"" + entry.kind + "\",\"at\":" + std::to_string(at) +
           (entry.members.empty() ? "" : "," + entry.members) + "}";
}

std::string state_entry(const evaluate::StateOutput& output) {
    return compose_entry({"state", "\"records\":" + std::to_string(output.records) +
                                       ",\"digest\":\"" + to_hex(output.digest) + "\""},
                         output.at);
}

LedgerThread::LedgerThread(PipelineOptions options, ledger::Ledger& ledger, Attestor made_attestor,
                           StatusBoard& status, Clock& clock)
    : inbox(options.queue_bytes),
      keeper({options.state_dir, options.build, options.load}, status.counters, options.warn,
             clock),
      state(Hash{}),
      attestor(std::move(made_attestor)),
      log(ledger),
      options_(std::move(options)),
      status_(status),
      clock_(clock),
      journal_(options_.state_dir / "journal"),
      room_(journal_, options_.warn) {}

// ---------------------------------------------------------------------------------------------
// The loop. While the engine evaluates one batch, the batch before it is written to the disk.

void LedgerThread::run() {
    for (;;) {
        if (Status done = step(); !done) {
            options_.fatal(done.error());
            return;
        }
        if (halted_) return;  // what was not written was promised to nobody
        if (stopping_ && inbox.waiting() == 0 && !previous_ && deferred_.empty()) break;
    }
    if (Status finished = finish(); !finished) options_.fatal(finished.error());
}

Status LedgerThread::step() {
    Inbox::Taken taken =
        inbox.take(kBatchArrivalsMax, previous_ || !deferred_.empty() ? 0 : patience());
    if (halted_) return {};

    std::optional<InFlight> next(form(std::move(taken.arrivals)));
    if (!worth_sending(*next)) {
        answer(*next);  // duplicates of what is durable already
        next.reset();
    } else {
        keeper.send(next->message);
    }

    // If we crash before this write, nobody has been told anything about these lines: they are sent
    // again and are new. If we crash after it, they are recognised.
    if (previous_) {
        if (Status committed = commit(*previous_); !committed) return committed;
        previous_.reset();
    }

    if (next) {
        Result<evaluate::Outcome> outcome = keeper.receive(log.next_record());
        if (!outcome) return outcome.error();
        next->outcome = std::move(*outcome);
        next_due_ = next->outcome.next_due;
        last_answer_ = clock_.monotonic();
        options_.progress();
        previous_ = std::move(next);
    }

    if (taken.command || seal_due() || state.sources.crowded() ||
        (stopping_ && inbox.waiting() == 0)) {
        if (previous_) {
            if (Status committed = commit(*previous_); !committed) return committed;
            previous_.reset();
        }
        if (Status noted = record_notes(Occasion::kWhenDue); !noted) return noted;
        if (Status sealed = seal_due() ? seal() : Status(); !sealed) return sealed;
        if (taken.command) taken.command();
        if (broken_) return *broken_;
        if (Status erased = erase_what_is_proved(); !erased) return erased;
    }
    return {};
}

// How long to wait for arrivals: until the next thing that time alone makes due.
DurationNs LedgerThread::patience() {
    if (stopping_) return 0;
    const TimeNs now = clock_.monotonic();
    DurationNs wait = last_answer_ + options_.progress_interval - now;
    if (log.next_record() != log.sealed_until() || !entries_due_.empty() ||
        !attestations_due_.empty() || proofs_waiting())
        wait = std::min(wait, last_seal_ + options_.seal_interval - now);
    if (options_.load.config.clock == evaluate::ClockSource::kWall) {
        const TimeNs due = std::min(next_due_, notes_due_at());
        if (due != evaluate::kNever) wait = std::min(wait, due - clock_.now());
    }
    return std::max<DurationNs>(wait, 0);
}

TimeNs LedgerThread::log_time() const {
    if (options_.load.config.clock == evaluate::ClockSource::kEvent) return state.last_at;
    return std::max({clock_.now(), state.last_at, last_at_});
}

// ---------------------------------------------------------------------------------------------
// Forming a batch

LedgerThread::InFlight LedgerThread::form(std::vector<Arrival> arrivals) {
    InFlight batch;
    batch.message.id = next_batch_++;
    if (!previous_)  // what they wait for is decided
        for (Arrival& arrival : std::exchange(deferred_, {})) classify(std::move(arrival), batch);
    for (Arrival& arrival : arrivals) classify(std::move(arrival), batch);

    // Strictly increasing on the wall clock, also when that goes back; on the event clock the
    // engine sets it from the events.
    if (options_.load.config.clock == evaluate::ClockSource::kWall)
        last_at_ = std::max({clock_.now(), last_at_ + 1, state.last_at + 1});
    else
        last_at_ = state.last_at;
    batch.message.at = last_at_;
    return batch;
}

void LedgerThread::classify(Arrival arrival, InFlight& batch) {
    if (!arrival.refused) {
        const auto undecided = undecided_.find(arrival.key.id);
        if (undecided != undecided_.end()) {
            deferred_.push_back(std::move(arrival));
            return;
        }
        switch (state.seen.look_up(arrival.key)) {
            case Dedupe::Seen::kNew:
                undecided_.emplace(arrival.key.id, arrival.key.content);
                break;
            case Dedupe::Seen::kSame:
                batch.duplicates.push_back(std::move(arrival));
                return;
            case Dedupe::Seen::kConflict:
                arrival.refused =
                    Error{"duplicate.conflict",
                          "an event with this source and id and other bytes is in the log"};
                break;
        }
    }
    batch.message.items.push_back(item_of(arrival));
    batch.arrivals.push_back(std::move(arrival));
}

// An empty batch tells the engine the time: when a deadline is due, and now and then to see that it
// lives. Nothing of it is recorded unless a verdict changes.
bool LedgerThread::worth_sending(const InFlight& batch) const {
    if (!batch.message.items.empty()) return true;
    if (options_.load.config.clock == evaluate::ClockSource::kWall && next_due_ <= batch.message.at)
        return true;
    return clock_.monotonic() - last_answer_ >= options_.progress_interval;
}

// ---------------------------------------------------------------------------------------------
// Making a batch durable

Status LedgerThread::commit(InFlight& batch) {
    const std::vector<evaluate::Output>& outputs = batch.outcome.outputs;
    std::string text;
    std::vector<std::size_t> ends;
    ends.reserve(outputs.size());
    RecordIndex n = log.next_record();
    for (const evaluate::Output& output : outputs) {
        std::string payload;
        std::string_view view;
        if (output.kind == OutputKind::kEvent) {
            view = batch.message.items[output.item].text;
        } else if (output.kind == OutputKind::kReject) {
            const Arrival& arrival = batch.arrivals[output.item];
            payload = reject_payload(arrival.raw.size(), arrival.raw);
            view = payload;
        }
        ledger::append_record(text, n, output.at, output.body, view);
        ends.push_back(text.size());
        ++n;
    }
    std::vector<ledger::NewRecord> records;
    records.reserve(outputs.size());
    std::deque<std::string> systems;  // named by verdicts and slots
    for (std::size_t i = 0, begin = 0; i < ends.size(); begin = ends[i++]) {
        const std::string_view record = std::string_view(text).substr(begin, ends[i] - begin);
        ledger::Owner owner;
        if (outputs[i].kind == OutputKind::kEvent) {
            owner = {ledger::OwnerKind::kSystem, batch.arrivals[outputs[i].item].system};
        } else if (outputs[i].kind == OutputKind::kReject) {
            owner.kind = ledger::OwnerKind::kRejects;
        } else if (outputs[i].kind == OutputKind::kVerdict ||
                   outputs[i].kind == OutputKind::kSlot) {
            Result<ledger::Owner> of = owner_of_output(record, systems.emplace_back());
            if (!of) return std::move(of).error();
            owner = *of;
        }
        records.push_back({record, owner});
    }

    if (!records.empty()) {
        Result<ledger::AppendResult> appended = log.append(records);
        if (!appended) return with_context(std::move(appended).error(), "append to the journal");
        for (std::size_t i = 0; i < records.size(); ++i) {
            const Status kept = absorb(outputs[i], records[i].text, {appended->first.value + i},
                                       appended->commitments[i], batch);
            if (!kept) return kept;
        }
    }
    for (const evaluate::StateOutput& output : batch.outcome.states)
        entries_due_.push_back(state_entry(output));
    for (const Arrival& arrival : batch.arrivals)
        if (!arrival.refused && arrival.key.id != 0) undecided_.erase(arrival.key.id);
    ++status_.counters.batches;
    answer(batch);
    return {};
}

Status LedgerThread::absorb(const evaluate::Output& output, std::string_view record, RecordIndex n,
                            const Hash& commitment, InFlight& batch) {
    state.last_at = output.at;
    switch (output.kind) {
        case OutputKind::kEvent: {
            Arrival& arrival = batch.arrivals[output.item];
            arrival.records = n.value + 1;
            state.event(arrival.key, arrival.system, commitment);
            ++status_.counters.accepted;
            const bool late = output.body.find("\"late\":true") != std::string::npos;
            if (late) ++status_.counters.late;
            state.sources.accepted(
                source_line(arrival),
                late ? SourceBook::Lateness::kLate : SourceBook::Lateness::kInTime, output.at);
            break;
        }
        case OutputKind::kReject: {
            Arrival& arrival = batch.arrivals[output.item];
            undecided_.erase(arrival.key.id);
            arrival.records = n.value + 1;
            arrival.refused = Error{output.code, output.reason};
            ++status_.counters.rejected;
            state.sources.rejected(source_line(arrival), output.at);
            break;
        }
        case OutputKind::kSlot: {
            Result<ledger::RecordView> view = ledger::parse(record);
            if (!view) return view.error();
            if (options_.prover != nullptr) options_.prover->slot_record(n);
            return state.slot(*view);
        }
        case OutputKind::kNote:
        case OutputKind::kAudit: {
            Result<ledger::RecordView> view = ledger::parse(record);
            return view ? state.note(*view) : Status(view.error());
        }
        case OutputKind::kVerdict: {
            Result<ledger::RecordView> view = ledger::parse(record);
            if (!view) return view.error();
            std::string system;
            Result<bool> changed = state.verdict(*view, system);
            if (!changed) return changed.error();
            if (*changed && options_.attest_on_change) attestations_due_.insert(system);
            break;
        }
        default:
            break;
    }
    return {};
}

// The senders are told, on the io thread. The batch's lines are durable, or rejected and recorded.
void LedgerThread::answer(InFlight& batch) {
    struct Answers {
        std::vector<Arrival> lines;
        std::size_t duplicates_from = 0;
    };
    const TimeNs now = clock_.monotonic();
    for (const Arrival& arrival : batch.arrivals)
        if (arrival.from) status_.counters.arrival_to_durable.add(now - arrival.arrived);
    status_.counters.duplicate += batch.duplicates.size();
    for (const Arrival& arrival : batch.duplicates)
        state.sources.duplicate(source_line(arrival), state.last_at);
    if (batch.arrivals.empty() && batch.duplicates.empty()) return;

    auto answers = std::make_shared<Answers>();
    answers->lines = std::move(batch.arrivals);
    answers->duplicates_from = answers->lines.size();
    // The first of their kind are among the records there are by now.
    for (Arrival& arrival : batch.duplicates) arrival.records = log.next_record().value;
    std::move(batch.duplicates.begin(), batch.duplicates.end(), std::back_inserter(answers->lines));
    batch.arrivals.clear();
    batch.duplicates.clear();
    options_.post([answers] {
        std::vector<Submitter*> touched;
        for (std::size_t i = 0; i < answers->lines.size(); ++i) {
            Arrival& arrival = answers->lines[i];
            if (!arrival.from) continue;
            LineResult result;
            result.duplicate = i >= answers->duplicates_from;
            result.id = std::move(arrival.id);
            result.records = arrival.records;
            if (arrival.refused) {
                result.rejected = true;
                result.code = std::move(arrival.refused->code);
                result.reason = std::move(arrival.refused->message);
            }
            arrival.from->resolved(arrival.line, result);
            if (touched.empty() || touched.back() != arrival.from.get())
                touched.push_back(arrival.from.get());
        }
        std::sort(touched.begin(), touched.end());
        touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
        for (Submitter* submitter : touched) submitter->flush();
    });
}

// ---------------------------------------------------------------------------------------------
// Sealing, attestations, snapshots

bool LedgerThread::seal_due() {
    if (clock_.monotonic() - last_seal_ < options_.seal_interval) return false;
    return log.next_record() != log.sealed_until() || !entries_due_.empty() ||
           !attestations_due_.empty() || proofs_waiting() || previous_ ||
           notes_due_at() <= log_time();
}

Status LedgerThread::seal() {
    schedule_attestations();
    if (Status made = make_due_attestations(); !made) return made;
    warn_of_full_disk();  // before the seal, which may be what finds the disk full
    if (Status sealed = seal_entries(); !sealed) return sealed;
    return begin_snapshot_if_due();
}

// Everything that is due, and what is on the disk of snapshots.
Status LedgerThread::seal_entries() {
    for (std::string& entry : keeper.take_snapshot_entries())
        entries_due_.push_back(std::move(entry));
    const TimeNs at = log_time();
    if (options_.prover != nullptr)
        for (std::string& entry : options_.prover->take(at))
            entries_due_.push_back(std::move(entry));
    Result<ledger::SealResult> sealed = seal_log(at, entries_due_);
    if (!sealed) return with_context(std::move(sealed).error(), "seal");
    entries_due_.clear();
    last_seal_ = clock_.monotonic();
    ++status_.counters.seals;
    publish_status();
    return {};
}

// Every seal goes through here, so that the board knows each head with the records under it.
Result<ledger::SealResult> LedgerThread::seal_log(TimeNs at, std::span<const std::string> extra) {
    Result<ledger::SealResult> sealed = log.seal(at, extra);
    if (!sealed) return sealed;
    post_head();
    if (options_.prover != nullptr) options_.prover->sealed({sealed->size, sealed->root});
    return sealed;
}

void LedgerThread::post_head() {
    if (options_.heads == nullptr || log.tree_size().value == 0) return;
    LogHead head{log.sealed_until().value, log.tree_size(), log.root(), log.checkpoint()};
    options_.post([board = options_.heads, head = std::move(head)]() mutable {
        board->sealed(std::move(head));
    });
}

void LedgerThread::witnessed(TreeSize size, std::string cosigned) {
    if (Status kept = log.witnessed(cosigned); !kept) return options_.fatal(kept.error());
    if (options_.heads == nullptr) return;
    options_.post([board = options_.heads, size, cosigned = std::move(cosigned),
                   now = clock_.now()]() mutable {
        board->witnessed(size, std::move(cosigned), now);
    });
}

// The journal prepares its next segment while there is room in the present one.
void LedgerThread::warn_of_full_disk() {
    const std::optional<Error> error = log.preparation_error();
    const std::string now = error ? error->code + ": " + error->message : "";
    if (now == preparation_error_) return;
    preparation_error_ = now;
    if (error)
        options_.warn(now + ": the next journal segment cannot be prepared; " +
                      std::to_string(log.segment_room() >> 10) + " KiB are left in this one");
    else
        options_.warn("the next journal segment is prepared again");
}

// Not while the engine is likely at a state digest: both take from the main path, and the copy of
// the engine that writes the snapshot would have to finish the digest first.
Status LedgerThread::begin_snapshot_if_due() {
    const RecordIndex next = log.next_record();
    if (next.value - snapshot_at_ < options_.snapshot_records) return {};
    const bool rare = options_.snapshot_records >= evaluate::kStateEvery;
    if (rare && next.value % evaluate::kStateEvery < evaluate::kStateEvery / 2) return {};
    if (!keeper.snapshot_possible()) return {};
    snapshot_at_ = next.value;
    return keeper.begin_snapshot(next, state.serialise());
}

Status LedgerThread::save_snapshot() {
    snapshot_at_ = log.next_record().value;
    return keeper.save_snapshot(log.next_record(), state.serialise());
}

Status LedgerThread::finish() {
    if (Status noted = record_notes(Occasion::kStop); !noted) return noted;
    Item stop;
    stop.kind = Item::Kind::kStop;
    if (Result<RecordIndex> record = run_item(std::move(stop)); !record) return record.error();
    if (Status sealed = seal(); !sealed) return sealed;  // it may attest, which makes records
    if (Status saved = save_snapshot(); !saved) return saved;
    keeper.remove_marker();
    entries_due_.push_back(compose_entry({"stop", ""}, state.last_at));
    return seal_entries();
}

void LedgerThread::publish_status() {
    auto snapshot = std::make_shared<StatusSnapshot>();
    snapshot->origin = options_.origin;
    snapshot->bundle = to_hex(keeper.loaded().bundle);
    snapshot->records = log.next_record().value;
    snapshot->sealed_records = log.sealed_until().value;
    snapshot->entries = log.tree_size().value;
    snapshot->root = log.root();
    snapshot->at = state.last_at;
    snapshot->erasures = waiting_.status();
    snapshot->waivers = keeper.loaded().waivers;
    if (!published_verdicts_ || published_verdict_records_ != state.verdict_records) {
        published_verdicts_ = state.verdicts.share();
        published_verdict_records_ = state.verdict_records;
    }
    snapshot->systems = published_verdicts_;
    status_.publish(std::move(snapshot));
}

// ---------------------------------------------------------------------------------------------
// Commands

// Items of our own as a batch, durable when this returns: the first one's record. Verdicts that
// they bring about may follow them in the same batch.
Result<RecordIndex> LedgerThread::run_items(std::vector<Item> items) {
    InFlight batch = form({});
    const std::size_t index = batch.message.items.size();
    for (Item& item : items) {
        batch.message.items.push_back(std::move(item));
        batch.arrivals.emplace_back();
    }
    keeper.send(batch.message);
    Result<evaluate::Outcome> outcome = keeper.receive(log.next_record());
    if (!outcome) return outcome.error();
    batch.outcome = std::move(*outcome);
    next_due_ = batch.outcome.next_due;
    std::optional<RecordIndex> record;
    for (std::size_t i = 0; i < batch.outcome.outputs.size(); ++i)
        if (batch.outcome.outputs[i].item == index)
            record = RecordIndex{log.next_record().value + i};
    if (Status committed = commit(batch); !committed) return committed.error();
    if (!record)
        return Error{"engine.silent", "the engine made no record of an item", ErrorClass::kFatal};
    return *record;
}

Result<RecordIndex> LedgerThread::run_item(Item item) {
    std::vector<Item> items;
    items.push_back(std::move(item));
    return run_items(std::move(items));
}

Result<QueryPlace> LedgerThread::query(const std::string& goal, evaluate::QueryLimits limits,
                                       int answer_socket, int notary_socket) {
    Item audit;
    audit.kind = Item::Kind::kAudit;
    audit.reason = "query";
    audit.text = goal;
    Result<RecordIndex> record = run_item(std::move(audit));
    if (!record) return record.error();
    ++status_.counters.queries;
    publish_status();  // whoever asked and then looks at the status sees no older state
    // The state "at that record" is the state after its whole batch: verdicts that it forced are
    // in.
    const QueryPlace place{RecordIndex{log.next_record().value - 1}, state.last_at,
                           state.evidence.pin(), std::make_shared<SlottedSystems>(state.slots)};
    if (Status asked =
            keeper.engine().query({record->value, goal, limits}, answer_socket, notary_socket);
        !asked) {
        state.evidence.unpin(place.pin);
        return asked.error();
    }
    return place;
}

Status LedgerThread::activate(evaluate::LoadMessage load) {
    const evaluate::Config before = keeper.settings();
    if (Status activated = keeper.activate(load); !activated) return activated;
    options_.load = std::move(load);
    state.keep_levels(keeper.loaded().levels, before, keeper.settings());
    if (options_.prover != nullptr) options_.prover->use_plan(keeper.loaded().plan);
    const std::string bundle = to_hex(keeper.loaded().bundle);
    // From this record on the new rules judge; replay switches here too.
    Item audit;
    audit.kind = Item::Kind::kAudit;
    audit.reason = "rules";
    audit.text = bundle;
    if (Result<RecordIndex> record = run_item(std::move(audit)); !record) return record.error();
    entries_due_.push_back(
        compose_entry({"rules", "\"bundle\":\"" + bundle + "\""}, state.last_at));
    if (Status sealed = seal(); !sealed) return sealed;
    // Recovery must not feed the records before to the new rules.
    if (Status saved = save_snapshot(); !saved) return saved;
    return seal_entries();
}

}  // namespace overlord::pipeline
