// What is told about a system: claims, explanations, the terms behind why/2.
#include <algorithm>

#include "core.hpp"
#include "json.hpp"
#include "settle.hpp"
#include "terms.hpp"

namespace overlord::evaluate {
namespace {

std::string_view operator_text(rules::Limit::Op op) {
    using Op = rules::Limit::Op;
    switch (op) {
        case Op::kAtMost:
            return "=<";
        case Op::kLess:
            return "<";
        case Op::kAtLeast:
            return ">=";
        case Op::kGreater:
            return ">";
        case Op::kEqual:
            break;
    }
    return "=";
}

bool is_truth(const rules::Measure& measure) {
    return measure.function == rules::Measure::Function::kAll ||
           measure.function == rules::Measure::Function::kLatestAll;
}

// ">= 99999/100000", "= true", "" without a limit.
std::string limit_text(const rules::Control& control, const MeasurePlan* measure,
                       std::string_view system) {
    if (!control.limit) return "";
    std::string text(operator_text(control.limit->op));
    text += ' ';
    if (measure != nullptr && is_truth(measure->measure)) {
        return text + (control.limit->of(system) == Number(0) ? "false" : "true");
    }
    return text + control.limit->of(system).to_text();
}

void member(std::string& out, std::string_view name, std::string_view text) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_json(out, text);
}

void member_raw(std::string& out, std::string_view name, const std::string& value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":";
    out += value;
}

std::string texts(const std::vector<std::string>& values) {
    std::string out = "[";
    for (const std::string& value : values) {
        if (out.back() != '[') out += ',';
        append_json(out, value);
    }
    return out + "]";
}

std::string numbers(const std::vector<std::uint64_t>& values) {
    std::string text = "[";
    for (const std::uint64_t value : values) {
        if (text.back() != '[') text += ',';
        text += std::to_string(value);
    }
    return text + "]";
}

struct Told {
    std::string_view system;
    const rules::Control& control;
    const ControlState& state;
    const MeasurePlan* plan;
    Evidence evidence;
    const rules::Waiver* waiver = nullptr;  // somebody answers for it
    std::vector<std::string> outdated;      // of its calendars: what their lists do not reach
    [[nodiscard]] bool provisional() const {
        return plan != nullptr && evidence.count < plan->measure.provisional_below;
    }
};

// What the rule says and the verdict does not yet, or null.
std::string pending_json(const Told& told) {
    if (!told.state.in_suspense()) return "null";
    std::string out = "{";
    member(out, "verdict", to_text(told.state.found));
    member_raw(out, "since", std::to_string(told.state.since));
    member_raw(out, "at", std::to_string(settles_at(told.control, told.state)));
    return out + "}";
}

std::string waiver_json(const rules::Waiver& waiver) {
    std::string out = "{";
    member(out, "owner", waiver.owner);
    member(out, "reason", waiver.reason);
    member(out, "approved_by", waiver.approved_by);
    member_raw(out, "until", std::to_string(waiver.until));
    return out + "}";
}

std::string control_json(const Told& told, bool with_evidence) {
    std::string out = "{";
    member(out, "id", told.control.id);
    member(out, "version", told.control.version);
    member(out, "verdict", to_text(told.state.verdict));
    member(out, "reason", told.state.reason.text());
    member(out, "value", told.state.value);
    member(out, "limit", limit_text(told.control, told.plan, told.system));
    member(out, "unit", told.plan == nullptr ? "" : told.plan->measure.unit);
    member_raw(out, "observations", std::to_string(told.evidence.count));
    const bool any = told.evidence.any;
    member_raw(out, "first", any ? std::to_string(told.evidence.first) : "null");
    member_raw(out, "last", any ? std::to_string(told.evidence.last) : "null");
    const DurationNs window = told.plan == nullptr ? 0 : told.plan->window.length();
    member_raw(out, "window_ns", std::to_string(window));
    member_raw(out, "provisional", told.provisional() ? "true" : "false");
    member(out, "basis", told.control.basis);
    member(out, "severity", told.control.severity);
    member(out, "status", told.control.status);
    member_raw(out, "unverified", texts(told.control.unverified));
    member_raw(out, "calendars", texts(told.control.calendars));
    member_raw(out, "pending", pending_json(told));
    member_raw(out, "waiver", told.waiver == nullptr ? "null" : waiver_json(*told.waiver));
    if (with_evidence) {
        member(out, "file", told.control.file);
        member_raw(out, "line", std::to_string(told.control.line));
        member_raw(out, "records", numbers(told.evidence.records));
    }
    return out + "}";
}

Told tell(const Plan& plan, System& system, std::size_t c, TimeNs now) {
    const rules::Control& control = plan.bundle.controls[c];
    std::size_t main = 0;
    Told told{system.name, control, system.control(c), plan.main_measure(control, main), {},
              nullptr, {}};
    for (const auto& calendar : plan.bundle.calendars) {
        const auto& used = control.calendars;
        if (std::find(used.begin(), used.end(), calendar->name) == used.end()) continue;
        if (std::string text = calendar->outdated(now); !text.empty())
            told.outdated.push_back(std::move(text));
    }
    if (told.state.waived) told.waiver = plan.waiver(c, system.name, system.evaluated_at);
    Followed* followed = told.plan == nullptr ? nullptr : system.find(main);
    if (followed != nullptr) told.evidence = awake(*followed, *told.plan, now).evidence(now);
    return told;
}

prolog::Value list_of(const std::vector<std::string>& texts,
                      prolog::Value (*made)(std::string_view)) {
    std::vector<prolog::Value> items;
    for (const std::string& text : texts) items.push_back(made(text));
    return prolog::Value::of_list(std::move(items));
}

prolog::Value note(std::string_view name, prolog::Value value) {
    return prolog::Value::of_compound(name, {std::move(value)});
}

// What people want to know of a control that does not hold: severity(S), basis(B), status(S),
// unverified([Citation, ...]) where nobody has checked a clause, calendars([Name, ...]) where it
// counts by some, outdated([Text, ...]) where the holidays of those end before log time,
// pending(Verdict, SinceNs, AtNs) and waived(Owner, Reason, Until).
prolog::Value notes_term(const Told& told) {
    using prolog::Value;
    const rules::Control& control = told.control;
    std::vector<Value> notes = {note("severity", Value::of_atom(control.severity)),
                                note("basis", Value::of_atom(control.basis)),
                                note("status", Value::of_atom(control.status))};
    if (!control.unverified.empty()) {
        notes.push_back(note("unverified", list_of(control.unverified, Value::of_string)));
    }
    if (!control.calendars.empty()) {
        notes.push_back(note("calendars", list_of(control.calendars, Value::of_atom)));
    }
    if (!told.outdated.empty()) {
        notes.push_back(note("outdated", list_of(told.outdated, Value::of_string)));
    }
    if (told.state.in_suspense()) {
        notes.push_back(Value::of_compound(
            "pending", {Value::of_atom(to_text(told.state.found)),
                        Value::of_integer(told.state.since),
                        Value::of_integer(settles_at(control, told.state))}));
    }
    if (told.waiver != nullptr) {
        notes.push_back(Value::of_compound(
            "waived", {Value::of_string(told.waiver->owner), Value::of_string(told.waiver->reason),
                       Value::of_string(format_rfc3339(told.waiver->until))}));
    }
    return Value::of_list(std::move(notes));
}

prolog::Value control_term(const Told& told, const std::string& level) {
    using prolog::Value;
    std::vector<Value> records;
    for (const std::uint64_t record : told.evidence.records) {
        records.push_back(Value::of_integer(static_cast<std::int64_t>(record)));
    }
    const std::string unit = told.plan == nullptr ? "" : told.plan->measure.unit;
    return Value::of_compound(
        "control", {Value::of_atom(told.control.id), Value::of_atom(level),
                    Value::of_atom(to_text(told.state.verdict)), Value::of_atom(told.state.value),
                    Value::of_atom(limit_text(told.control, told.plan, told.system)),
                    Value::of_atom(unit),
                    Value::of_atom(told.control.file), Value::of_integer(told.control.line),
                    Value::of_string(told.state.reason.text()), Value::of_list(std::move(records)),
                    notes_term(told)});
}

}  // namespace

// Everything is as of the last evaluation but the counts, which are as of now; the place in the log
// is the statement's to say. So unchanged evidence gives the same text again.
std::string Core::describe(System& system, bool with_evidence) {
    bool provisional = false;
    std::string levels = "[";
    for (const std::size_t l : system.levels) {
        const LevelState& state = system.level(l);
        std::string controls = "[";
        for (const std::size_t c : plan_.bundle.levels[l].controls) {
            const Told told = tell(plan_, system, c, now_);
            provisional = provisional || told.provisional();
            if (controls.back() != '[') controls += ',';
            controls += control_json(told, with_evidence);
        }
        if (levels.back() != '[') levels += ',';
        std::string level = "{";
        member(level, "level", plan_.bundle.levels[l].name);
        member(level, "family", plan_.bundle.levels[l].family);
        member(level, "version", plan_.bundle.levels[l].version);
        member(level, "verdict", to_text(state.verdict));
        member(level, "reason", state.reason.text());
        member_raw(level, "controls", controls + "]");
        levels += level + "}";
    }
    std::string out = "{";
    member(out, "system", system.name);
    member(out, "bundle", to_hex(plan_.bundle.digest));
    member_raw(out, "levels", levels + "]");
    member(out, "verdict", to_text(verdict_of(system).first));
    member_raw(out, "provisional", provisional ? "true" : "false");
    return out + "}";
}

// control(Id, Level, Verdict, Value, Limit, Unit, File, Line, Reason, RecordNumbers, Notes)
std::vector<prolog::Value> Core::explain(System& system) {
    std::vector<prolog::Value> controls;
    for (const std::size_t l : system.levels) {
        for (const std::size_t c : plan_.bundle.levels[l].controls) {
            controls.push_back(
                control_term(tell(plan_, system, c, now_), plan_.bundle.levels[l].name));
        }
    }
    return controls;
}

}  // namespace overlord::evaluate
