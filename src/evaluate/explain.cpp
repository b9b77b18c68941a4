// What is told about a system: claims, explanations, the terms behind why/2.
#include "core.hpp"
#include "json.hpp"
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
std::string limit_text(const rules::Control& control, const MeasurePlan* measure) {
    if (!control.limit) return "";
    std::string text(operator_text(control.limit->op));
    text += ' ';
    if (measure != nullptr && is_truth(measure->measure)) {
        return text + (control.limit->number == Number(0) ? "false" : "true");
    }
    return text + control.limit->number.to_text();
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

std::string numbers(const std::vector<std::uint64_t>& values) {
    std::string text = "[";
    for (const std::uint64_t value : values) {
        if (text.back() != '[') text += ',';
        text += std::to_string(value);
    }
    return text + "]";
}

struct Told {
    const rules::Control& control;
    const ControlState& state;
    const MeasurePlan* plan;
    Evidence evidence;
    [[nodiscard]] bool provisional() const {
        return plan != nullptr && evidence.count < plan->measure.provisional_below;
    }
};

std::string control_json(const Told& told, bool with_evidence) {
    std::string out = "{";
    member(out, "id", told.control.id);
    member(out, "version", told.control.version);
    member(out, "verdict", to_text(told.state.verdict));
    member(out, "reason", told.state.reason);
    member(out, "value", told.state.value);
    member(out, "limit", limit_text(told.control, told.plan));
    member(out, "unit", told.plan == nullptr ? "" : told.plan->measure.unit);
    member_raw(out, "observations", std::to_string(told.evidence.count));
    const bool any = told.evidence.any;
    member_raw(out, "first", any ? std::to_string(told.evidence.first) : "null");
    member_raw(out, "last", any ? std::to_string(told.evidence.last) : "null");
    const DurationNs window = told.plan == nullptr ? 0 : told.plan->window.length();
    member_raw(out, "window_ns", std::to_string(window));
    member_raw(out, "provisional", told.provisional() ? "true" : "false");
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
    Told told{control, system.controls[c], plan.main_measure(control, main), {}};
    if (told.plan != nullptr && system.measures[main]) {
        told.evidence = system.measures[main]->evidence(now);
    }
    return told;
}

}  // namespace

// Everything is as of the last evaluation but the counts, which are as of now; the place in the log
// is the statement's to say. So unchanged evidence gives the same text again.
std::string Core::describe(System& system, bool with_evidence) {
    bool provisional = false;
    std::string levels = "[";
    for (const std::size_t l : system.levels) {
        const LevelState& state = system.level_states[l];
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
        member(level, "verdict", to_text(state.verdict));
        member(level, "reason", state.reason);
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

// control(Id, Level, Verdict, Value, Limit, Unit, File, Line, Reason, RecordNumbers)
std::vector<prolog::Value> Core::explain(System& system) {
    using prolog::Value;
    std::vector<Value> controls;
    for (const std::size_t l : system.levels) {
        for (const std::size_t c : plan_.bundle.levels[l].controls) {
            const Told told = tell(plan_, system, c, now_);
            std::vector<Value> records;
            for (const std::uint64_t record : told.evidence.records) {
                records.push_back(Value::of_integer(static_cast<std::int64_t>(record)));
            }
            std::vector<Value> arguments;
            arguments.push_back(Value::of_atom(told.control.id));
            arguments.push_back(Value::of_atom(plan_.bundle.levels[l].name));
            arguments.push_back(Value::of_atom(to_text(told.state.verdict)));
            arguments.push_back(Value::of_atom(told.state.value));
            arguments.push_back(Value::of_atom(limit_text(told.control, told.plan)));
            arguments.push_back(
                Value::of_atom(told.plan == nullptr ? "" : told.plan->measure.unit));
            arguments.push_back(Value::of_atom(told.control.file));
            arguments.push_back(Value::of_integer(told.control.line));
            arguments.push_back(Value::of_string(told.state.reason));
            arguments.push_back(Value::of_list(std::move(records)));
            controls.push_back(Value::of_compound("control", std::move(arguments)));
        }
    }
    return controls;
}

}  // namespace overlord::evaluate
