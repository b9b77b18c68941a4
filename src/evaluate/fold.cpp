#include <algorithm>

#include "core.hpp"
#include "json.hpp"
#include "limits.hpp"
#include "terms.hpp"

namespace overlord::evaluate {
namespace {

// Instants beyond this cannot be added to any window without leaving 64 bits.
constexpr TimeNs kTimeMax = 7'258'118'400 * kSecondNs;  // 2200-01-01

}  // namespace

// A report that nothing of a kind happened has to name a kind that there is, or the evidence that
// it was meant to give stays missing without a word.
Status Core::accept_nil(std::size_t kind, Fields fields) const {
    const std::size_t field = plan_.kinds[kind].nil_field;
    if (field == Plan::kNone) return {};
    const auto* name = std::get_if<std::string_view>(&fields[field]);
    const std::string& pack = plan_.bundle.kinds[kind].pack;
    const bool known = name != nullptr &&
                       plan_.kind_of(pack + "." + std::string(*name)) != Plan::kNone;
    if (known) return {};
    return Error{"schema.value", "data.kind is no kind of event that pack " + pack + " takes in"};
}

// What log time the event gets, and whether its own time is possible. Changes nothing, because a
// rejected event must not move log time.
Status Core::accept_time(TimeNs time, TimeNs& at) const {
    if (time > kTimeMax) {
        return Error{"time.future", "time " + format_rfc3339(time) + " is after 2200-01-01"};
    }
    if (config_.clock == ClockSource::kEvent) {
        at = std::max(now_, time);
        if (now_ > 0 && time > now_ && time - now_ > kJumpMax) {
            return Error{"time.jump", "time " + format_rfc3339(time) +
                                          " is more than 366 d after " + format_rfc3339(now_)};
        }
        return {};
    }
    at = now_;
    if (time - now_ > kFutureMax) {
        return Error{"time.future", "time " + format_rfc3339(time) + " is more than 5 s ahead of " +
                                        format_rfc3339(now_)};
    }
    return {};
}

void Core::process_event(const Item& item) {
    const Result<event::Event> event = decoder_.decode(item.text);
    if (!event) return reject(event.error().code, event.error().message);
    const std::size_t kind = plan_.kind_of(event->type);
    if (kind == Plan::kNone) {
        const Error unknown = event::unknown_type_error(event->type);
        return reject(unknown.code, unknown.message);
    }
    const rules::Kind& declared = plan_.bundle.kinds[kind];
    const auto fields = event::check(*event, declared.schema);
    if (!fields) return reject(fields.error().code, fields.error().message);
    if (const Status nil = accept_nil(kind, *fields); !nil) {
        return reject(nil.error().code, nil.error().message);
    }
    TimeNs at = now_;
    if (const Status time = accept_time(event->time, at); !time) {
        return reject(time.error().code, time.error().message);
    }
    const auto known = by_name_.find(event->subject);
    const bool first_seen = known == by_name_.end();
    if (first_seen && systems_.size() >= config_.systems_max) {
        return reject("system.limit",
                      "more than " + std::to_string(config_.systems_max) + " systems");
    }
    fire_until(at);
    note_silence(kSilenceMin);
    const SystemIndex index = first_seen ? create(event->subject) : known->second;
    const std::string checks = run_checks(kind, event->time, *fields);
    const bool late = fold(index, kind, *event, *fields);
    if (first_seen) touch(index);  // a late event too makes a system that is judged
    retain(kind, index, event->raw);
    std::string body;
    body.reserve(48 + checks.size());
    body += "\"kind\":\"event\",";
    if (late) body += "\"late\":true,";
    body += checks;
    body += "\"event\":";
    emit(OutputKind::kEvent, std::move(body));
}

SystemIndex Core::create(std::string_view name) {
    std::unique_ptr<System> system = new_system(name);
    give_slots(*system, systems_.size());
    add_system(std::move(system));
    return static_cast<SystemIndex>(systems_.size() - 1);
}

// `"checks":[["telecoms_failover_event","compliant"]],`, or nothing.
std::string Core::run_checks(std::size_t index, TimeNs time, Fields fields) {
    const std::vector<std::size_t>& checks = plan_.kinds[index].checks;
    if (checks.empty()) return "";
    const rules::Kind& kind = plan_.bundle.kinds[index];
    const prolog::Value term = event_term(kind, time, fields);
    std::string text = "\"checks\":[";
    for (const std::size_t c : checks) {
        const rules::Check& check = plan_.bundle.checks[c];
        const prolog::Answer answer = machine_.check(kind.pack, check.predicate, term);
        if (text.back() == ']') text += ',';
        text += '[';
        append_json(text, check.predicate);
        if (answer.truth == prolog::Truth::kTrue) {
            text += ",\"compliant\"]";
        } else if (answer.truth == prolog::Truth::kFalse) {
            text += ",\"non_compliant\"]";
        } else {
            const bool limit = answer.truth == prolog::Truth::kLimit;
            text += ",\"unknown\",";
            append_json(text, limit ? "inference limit" : cut_text(answer.detail, kReasonBytesMax));
            text += ']';
        }
    }
    text += "],";
    return text;
}

// Folds the event into the measures that take its kind; true if one of them finds it late.
bool Core::fold(SystemIndex index, std::size_t kind, const event::Event& event, Fields fields) {
    bool late = false;
    const std::vector<std::size_t>& levels = systems_[index]->levels;
    for (const Plan::Use& use : plan_.kinds[kind].uses) {
        if (!plan_.followed(use.measure, levels)) continue;
        if (event.time < now_ - plan_.bundle.measures[use.measure].lateness) {
            late = true;
            continue;
        }
        const Observation observation{use.input, event.time, now_, records_, event.source, fields};
        observe(index, use.measure, &observation);
    }
    if (plan_.kinds[kind].nil_field != Plan::kNone) fold_nil(index, kind, fields);
    return late;
}

void Core::fold_nil(SystemIndex index, std::size_t kind, Fields fields) {
    const auto* name = std::get_if<std::string_view>(&fields[plan_.kinds[kind].nil_field]);
    if (name == nullptr) return;
    for (const std::size_t m : plan_.about(plan_.bundle.kinds[kind].pack, *name)) {
        if (!plan_.followed(m, systems_[index]->levels)) continue;
        // That nothing happened says nothing about what is the case all the time.
        const rules::Measure::Function function = plan_.bundle.measures[m].function;
        if (function == rules::Measure::Function::kLast ||
            function == rules::Measure::Function::kAvailability) {
            continue;
        }
        observe(index, m, nullptr);
    }
}

// An observation, or none: a nil report.
void Core::observe(SystemIndex index, std::size_t m, const Observation* observation) {
    System& system = open(index);
    Followed& followed = system.follow(m);
    if (followed.is_new()) {
        followed.measure = make_measure(plan_.measures[m]);
        followed.reading = never_observed(plan_.measures[m]);
        if (system.slots) system.slots->attach(m, *followed.measure);
    }
    Measure& measure = awake(followed, plan_.measures[m], now_);
    if (system.slots) system.slots->observe(m, observation, now_, first_open());
    if (observation != nullptr) {
        measure.fold(*observation);
    } else {
        measure.observe_nil();
    }
    followed.touched = true;
    followed.due = std::max(measure.next_due(now_), now_ + 1);
    schedule(index);
    touch(index);
}

void Core::retain(std::size_t kind, SystemIndex index, std::string_view event) {
    Retained& retained = open_kind(kind).add();
    retained.record = records_;
    retained.system = index;
    retained.event.assign(event);
    if (facts_ == Facts::kAlways) sync_facts(kind);
}

// An empty system stands for all.
void Core::forget(std::size_t kind, std::string_view system, std::uint64_t before) {
    const rules::Kind& declared = plan_.bundle.kinds[kind];
    RetainedKind& retained = open_kind(kind);
    for (std::uint64_t position = retained.begin(); position < retained.end; ++position) {
        Retained& kept = retained.at(position);
        if (kept.record >= before || kept.event.empty()) continue;
        if (!system.empty() && systems_[kept.system]->name != system) continue;
        std::fill(kept.event.begin(), kept.event.end(), '\0');
        kept.event.clear();
        const auto gone = std::erase_if(retained.asserted, [&](const RetainedKind::Fact& fact) {
            return fact.position == position;
        });
        if (gone == 0) continue;
        machine_.retract_event(declared.pack, declared.name,
                               static_cast<std::int64_t>(kept.record));
    }
}

// Brings the facts of a kind up to the retained events: takes back those that left, then asserts.
void Core::sync_facts(std::size_t kind) {
    const rules::Kind& declared = plan_.bundle.kinds[kind];
    RetainedKind& retained = retained_[kind];
    auto& facts = retained.asserted;
    for (; !facts.empty() && facts.front().position < retained.begin(); facts.pop_front()) {
        machine_.retract_event(declared.pack, declared.name,
                               static_cast<std::int64_t>(facts.front().record));
    }
    retained.asserted_end = std::max(retained.asserted_end, retained.begin());
    for (; retained.asserted_end < retained.end; ++retained.asserted_end) {
        const Retained& kept = retained.at(retained.asserted_end);
        if (kept.event.empty()) continue;
        const Result<event::Event> event = retained_decoder_.decode(kept.event);
        OVERLORD_ASSERT(event.has_value());
        // Under other rules than those it came in with, it may be no event of the kind any more.
        const auto fields = event::check(*event, declared.schema);
        if (!fields) continue;
        machine_.assert_event(declared.pack, declared.name, static_cast<std::int64_t>(kept.record),
                              systems_[kept.system]->name, event->time,
                              event_term(declared, event->time, *fields));
        facts.push_back({retained.asserted_end, kept.record});
    }
}

void Core::sync_facts() {
    for (std::size_t kind = 0; kind < retained_.size(); ++kind) sync_facts(kind);
}

}  // namespace overlord::evaluate
