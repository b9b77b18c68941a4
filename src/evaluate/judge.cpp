#include <algorithm>

#include "core.hpp"
#include "json.hpp"
#include "limits.hpp"
#include "settle.hpp"
#include "terms.hpp"

namespace overlord::evaluate {
namespace {

std::string unknown_reason(const prolog::Answer& answer) {
    if (answer.truth == prolog::Truth::kLimit) return "inference limit";
    return std::string(cut_text(answer.detail, kReasonBytesMax));
}

Verdict verdict_from(const prolog::Answer& answer) {
    if (answer.truth == prolog::Truth::kTrue) return Verdict::kCompliant;
    return answer.truth == prolog::Truth::kFalse ? Verdict::kNonCompliant : Verdict::kUnknown;
}

// Of a waived control, as three more texts: who answers for it, why, and until when.
void append_waiver(std::string& body, const rules::Waiver* waiver) {
    if (waiver == nullptr) return;
    for (const std::string& text :
         {waiver->owner, waiver->reason, format_rfc3339(waiver->until)}) {
        body += ',';
        append_json(body, text);
    }
}

}  // namespace

Reading Core::read(System& system, std::size_t m) {
    Followed* followed = system.find(m);
    if (followed != nullptr) return awake(*followed, plan_.measures[m], now_).value(now_);
    if (!plan_.followed(m, system.levels)) {
        return Reading::missing("no level of the system reads it");
    }
    return never_observed(plan_.measures[m]);
}

bool Core::concerns(const std::vector<std::size_t>& reads) const {
    return std::any_of(reads.begin(), reads.end(), [&](std::size_t m) { return changed_[m] != 0; });
}

// Brings the readings of the touched measures up to now, and notes which of them changed.
void Core::read_changed(System& system, bool first) {
    std::fill(changed_.begin(), changed_.end(), static_cast<std::uint8_t>(first ? 1 : 0));
    for (Followed& followed : system.measures) {
        if (!first && !followed.touched) continue;
        followed.touched = false;
        Measure& measure = awake(followed, plan_.measures[followed.index], now_);
        Reading reading = measure.value(now_);
        followed.due = std::max(measure.next_due(now_), now_ + 1);
        if (reading == followed.reading) continue;
        followed.reading = std::move(reading);
        followed.reading.text.share(latest_readings_[followed.index]);
        changed_[followed.index] = 1;
    }
}

// Judges the system now: the controls whose inputs changed, then the levels they belong to.
void Core::judge(SystemIndex index, bool by_tick) {
    System& system = open(index);
    const bool first = !system.evaluated;
    system.evaluated = true;
    system.evaluated_at = now_;
    system.postponed = kNever;
    if (system.dirty) dirty_.erase(index);
    system.dirty = false;
    read_changed(system, first);
    schedule(index);
    const bool all = first || !system.announced || system.settles <= now_;
    bool any = false;
    for (const std::size_t level : system.levels) {
        const Plan::LevelPlan& plan = plan_.level_plans[level];
        if (!all && !plan.reads_nothing && !concerns(plan.reads)) continue;
        judge_level(index, level, first, by_tick);
        any = true;
    }
    System& judged = open(index);
    if (any) {
        find_next_settling(judged);
        schedule(index);
    }
    judged.announced = true;
    if (judged.slots && !slots_held_) judged.slots->judged(now_, first_open());
}

void Core::judge_level(SystemIndex index, std::size_t l, bool first, bool by_tick) {
    System& system = open(index);  // again: a state digest may have begun with the level before
    const rules::Level& level = plan_.bundle.levels[l];
    bool asked = first;
    bool differs = false;
    bool in_suspense = false;
    Verdict worst = Verdict::kCompliant;
    for (const std::size_t c : level.controls) {
        const rules::Control& control = plan_.bundle.controls[c];
        ControlState& state = system.control(c);
        if (first || control.reads.empty() || concerns(control.reads) || state.due <= now_) {
            ControlState next = ask_control(system, control);
            settle(control, state, next, now_);
            waive(system, c, next);
            differs = differs || next.verdict != state.verdict || next.waived != state.waived;
            next.index = state.index;
            next.reason.share(latest_reasons_[c]);
            state = std::move(next);
            asked = true;
        }
        in_suspense = in_suspense || state.in_suspense();
        if (state.verdict == Verdict::kNonCompliant) worst = Verdict::kNonCompliant;
        if (state.verdict == Verdict::kUnknown && worst == Verdict::kCompliant) {
            worst = Verdict::kUnknown;
        }
    }
    LevelState& state = *system.find_level(l);
    const Verdict was = state.verdict;
    if (worst != Verdict::kCompliant) {
        state = {worst, false, {}};
    } else if (in_suspense) {
        state = level_in_suspense(level, state);
    } else if (asked || !state.asked || concerns(level.reads)) {
        state = ask_level(system, level);
    }
    // The first verdict is recorded whatever it is: why it is unknown is worth knowing.
    if (differs || state.verdict != was || !system.announced) {
        emit_verdict(system, l, was, by_tick);
    }
}

// What of a control time alone will change is known once its verdict is.
void Core::waive(const System& system, std::size_t c, ControlState& state) const {
    if (state.verdict == Verdict::kCompliant) return;
    state.waived = plan_.waiver(c, system.name, now_) != nullptr;
    state.due = std::min(state.due, plan_.waiver_changes(c, system.name, now_));
}

ControlState Core::ask_control(System& system, const rules::Control& control) {
    const prolog::Answer answer = machine_.control(control.pack, control.predicate, system.name);
    ControlState state;
    state.verdict = verdict_from(answer);
    if (state.verdict == Verdict::kCompliant) {
        state.value = text_of(answer.value);
    } else if (state.verdict == Verdict::kUnknown) {
        state.reason = unknown_reason(answer);
    } else {
        std::size_t main = 0;
        if (plan_.main_measure(control, main) != nullptr)
            state.value = read(system, main).to_text();
    }
    return state;
}

LevelState Core::ask_level(System& system, const rules::Level& level) {
    const prolog::Answer answer = machine_.level(level.name, level.predicate, system.name);
    LevelState state;
    state.verdict = verdict_from(answer);
    state.asked = true;
    if (state.verdict == Verdict::kUnknown) state.reason = unknown_reason(answer);
    if (state.verdict == Verdict::kNonCompliant) {
        state.reason = level.predicate + "/1 fails though every control holds";
    }
    return state;
}

void Core::emit_verdict(const System& system, std::size_t l, Verdict was, bool by_tick) {
    if (by_tick && tick_at_ != now_) {
        tick_at_ = now_;
        emit(OutputKind::kTick, "\"kind\":\"tick\"");
    }
    const rules::Level& level = plan_.bundle.levels[l];
    std::string body = "\"kind\":\"verdict\",\"system\":";
    append_json(body, system.name);
    body += ",\"level\":";
    append_json(body, level.name);
    body += ",\"verdict\":";
    append_json(body, to_text(system.level(l).verdict));
    body += ",\"was\":";
    append_json(body, to_text(was));
    body += ",\"controls\":[";
    for (const std::size_t c : level.controls) {
        const ControlState& state = *system.find_control(c);
        if (body.back() == ']') body += ',';
        body += '[';
        append_json(body, plan_.bundle.controls[c].id);
        body += ',';
        append_json(body, to_text(state.verdict));
        body += ',';
        append_json(body, state.value);
        body += ',';
        append_json(body, state.reason.text());
        append_waiver(body, state.waived ? plan_.waiver(c, system.name, now_) : nullptr);
        body += ']';
    }
    body += ']';
    emit(OutputKind::kVerdict, std::move(body));
}

std::pair<Verdict, std::string> Core::verdict_of(const System& system) const {
    if (system.levels.empty()) return {Verdict::kUnknown, "the system has no levels"};
    std::pair<Verdict, std::string> result{Verdict::kCompliant, ""};
    for (const std::size_t l : system.levels) {
        const LevelState& level = system.level(l);
        if (level.verdict == Verdict::kNonCompliant) return {Verdict::kNonCompliant, ""};
        if (level.verdict == Verdict::kCompliant || result.first == Verdict::kUnknown) continue;
        result = {Verdict::kUnknown, level.reason};
        for (const std::size_t c : plan_.bundle.levels[l].controls) {
            if (!result.second.empty()) break;
            const ControlState* state = system.find_control(c);
            if (state != nullptr && state->verdict == Verdict::kUnknown) {
                result.second = plan_.bundle.controls[c].id + ": " + state->reason.text();
            }
        }
    }
    return result;
}

}  // namespace overlord::evaluate
