// The proof plan: which form each marked control has, and the plan's one spelling.
#include <algorithm>

#include "overlord/base/assert.hpp"
#include "overlord/base/json_text.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/rules/proof_plan.hpp"

namespace overlord::rules {
namespace {

using Form = ProvedControl::Form;
using Function = Measure::Function;

constexpr DurationNs kLatenessOfStates = 60 * kSecondNs;  // of one that reads no measure
constexpr int kCounterBits = 32;
constexpr std::int64_t kNumbersEnd = std::int64_t{1} << kCounterBits;  // of a slot
constexpr int kStateBits = 8;  // a state is 0 or 1 of 1
// One beat's cover lies in so many slots at most: its cost, and memory of open slots.
constexpr std::int64_t kSlotsOfBeatMax = 16;
constexpr std::string_view kNoCount = "what it sums is no field of type integer(0, MOST)";
constexpr std::string_view kUnmarked = "not marked with prove(slot)";

void append_text(std::string& out, std::string_view name, std::string_view text) {
    out += '"';
    out += name;
    out += "\":";
    append_json_string(out, text);
}

void append_number(std::string& out, std::string_view name, std::int64_t number) {
    out += ",\"";
    out += name;
    out += "\":" + std::to_string(number);
}

bool is_at_most(const Limit& limit) {
    return limit.op == Limit::Op::kAtMost || limit.op == Limit::Op::kLess;
}

bool is_at_least(const Limit& limit) {
    return limit.op == Limit::Op::kAtLeast || limit.op == Limit::Op::kGreater;
}

// A field of whole numbers from 0 up, the only ones that add up to a slot's numbers.
bool is_count(const Bundle& bundle, const Measure& measure, const Expression& expression) {
    if (expression.op != Expression::Op::kField) return false;
    const event::FieldSchema& field =
        bundle.kinds[measure.inputs.front().kind].schema.fields[expression.field];
    return field.type == event::ValueType::kInteger && !field.optional && field.minimum &&
           compare(*field.minimum, Number(0)) >= 0;
}

// Else the surplus of one event would make up for another's lack in the verdict, but not in a slot.
bool is_never_more(const Bundle& bundle, const Measure& measure) {
    const auto& orders = bundle.kinds[measure.inputs.front().kind].schema.orders;
    const std::size_t part = measure.value->field;
    const std::size_t whole = measure.divisor->field;
    return part == whole ||
           std::any_of(orders.begin(), orders.end(), [&](const event::FieldOrder& order) {
               return order.less == part && order.greater == whole;
           });
}

// At most `most` and at least 0, with numbers that coefficients of a statement have room for.
bool is_bound(const Number& number, const Number& most) {
    std::int64_t p = 0;
    std::int64_t q = 0;
    return number.small(p, q) && p >= 0 && compare(number, most) <= 0;
}

std::optional<Number> greatest_value(const Bundle& bundle, const Measure& measure) {
    return bundle.kinds[measure.inputs.front().kind].schema.fields[measure.value->field].maximum;
}

std::uint64_t whole(const Number& number) {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    OVERLORD_ASSERT(number.small(numerator, denominator) && denominator == 1 && numerator >= 0);
    return static_cast<std::uint64_t>(numerator);
}

bool is_bounded(Form form) {
    return form == Form::kRatio || form == Form::kSum;
}

struct Chosen {
    Form form = Form::kState;
    std::string why;
    Number bound = 1;  // of the statement, where there is one
};

// Which slots there are.
struct Grid {
    DurationNs slot = 0;
    DurationNs lateness = 0;
};

// A service must still be followed when the slot of its last beat closes.
Chosen availability_or_why(const Measure& measure, const Grid& grid) {
    if (measure.inputs.size() > 1) return {Form::kState, "it leaves excepted time out"};
    if (measure.window <= grid.slot + grid.lateness) {
        return {Form::kState, "its window is over before a slot closes"};
    }
    if (measure.period / 2 * 3 > kSlotsOfBeatMax * grid.slot) {
        return {Form::kState, "its beats are too far apart for slots"};
    }
    return {Form::kRatio, ""};
}

Chosen ratio_or_why(const Bundle& bundle, const Measure& measure, const Limit& limit,
                    const Grid& grid) {
    if (!is_at_least(limit)) return {Form::kState, "a share is proved to be at least its limit"};
    if (!is_bound(limit.number, 1)) return {Form::kState, "its limit is not between 0 and 1"};
    if (measure.function == Function::kAvailability) {
        Chosen chosen = availability_or_why(measure, grid);
        chosen.bound = limit.number;
        return chosen;
    }
    if (!is_count(bundle, measure, *measure.value) ||
        !is_count(bundle, measure, *measure.divisor)) {
        return {Form::kState, std::string(kNoCount)};
    }
    if (!is_never_more(bundle, measure)) {
        return {Form::kState, "its kind does not require the one field to be at most the other"};
    }
    return {Form::kRatio, "", limit.number};
}

// As a share: what each value leaves of the most there can be, or falls short of it.
Chosen mean_or_why(const Bundle& bundle, const Measure& measure, const Limit& limit) {
    if (limit.op == Limit::Op::kEqual) return {Form::kState, "a mean is not proved to be equal"};
    if (!is_count(bundle, measure, *measure.value)) return {Form::kState, std::string(kNoCount)};
    const std::optional<Number> most = greatest_value(bundle, measure);
    if (!most || compare(*most, kNumbersEnd) >= 0) {
        return {Form::kState, "its field has no MOST below 2^32"};
    }
    if (compare(*most, 0) == 0 || !is_bound(limit.number, *most)) {
        return {Form::kState, "its limit is none of the values that its field can have"};
    }
    const Number share = limit.number / *most;
    Chosen chosen{Form::kRatio, "", is_at_least(limit) ? share : Number(1) - share};
    if (is_bound(chosen.bound, 1)) return chosen;
    return {Form::kState, "its limit has too many digits"};
}

// A sum that is too small could be one that was not counted, so only a greatest one is proved.
Chosen sum_or_why(const Bundle& bundle, const Measure& measure, const Limit& limit) {
    if (!is_at_most(limit)) return {Form::kState, "a sum is proved to be at most its limit"};
    if (measure.function == Function::kSum && !is_count(bundle, measure, *measure.value)) {
        return {Form::kState, std::string(kNoCount)};
    }
    // A slot without room says 2^32 - 1, and that has to be too much.
    if (!is_bound(limit.number, kNumbersEnd - Number(2))) {
        return {Form::kState, "its limit is not between 0 and 2^32 - 2"};
    }
    return {Form::kSum, "", limit.number};
}

// The nearest rank is at most one of the bounds exactly if that share of the values is.
Chosen percentile_or_why(const Measure& measure, const Limit& limit) {
    if (limit.op != Limit::Op::kAtMost) {
        return {Form::kState, "a percentile is proved to be at most its limit"};
    }
    const auto& bounds = measure.bounds;
    if (std::find(bounds.begin(), bounds.end(), limit.number) == bounds.end()) {
        return {Form::kState, "its limit is none of its bounds"};
    }
    const Number share = measure.share / Number(100);
    if (!is_bound(share, 1)) return {Form::kState, "its share has too many digits"};
    return {Form::kRatio, "", share};
}

Chosen form_of(const Bundle& bundle, const Control& control, const Grid& grid) {
    if (control.fails_for > 0 || control.clear_after > 0) {
        return {Form::kState, "its verdict waits before it follows the rule"};
    }
    if (!control.exact) return {Form::kState, "its rule is more than one limit on one measure"};
    const Limit& limit = *control.exact;
    const Measure& measure = bundle.measures[limit.measure];
    if (measure.windows != Measure::Windows::kSliding) {
        return {Form::kState, "its window is no sliding one"};
    }
    switch (measure.function) {
        case Function::kAvailability:
        case Function::kRatio:
            return ratio_or_why(bundle, measure, limit, grid);
        case Function::kMax:
            if (is_at_most(limit)) return {Form::kViolations, ""};
            return {Form::kState, "the largest value has to be at least something"};
        case Function::kMin:
            if (is_at_least(limit)) return {Form::kViolations, ""};
            return {Form::kState, "the least value has to be at most something"};
        case Function::kAll:
            if (limit.op == Limit::Op::kEqual) return {Form::kViolations, ""};
            break;
        case Function::kMean:
            return mean_or_why(bundle, measure, limit);
        case Function::kCount:
        case Function::kSum:
            return sum_or_why(bundle, measure, limit);
        case Function::kPercentile:
            return percentile_or_why(measure, limit);
        default:
            break;
    }
    return {Form::kState, "its measure is no sum over slots"};
}

std::string limit_text(const Bundle& bundle, const Limit& limit) {
    static constexpr std::string_view kOperators[] = {"=<", "<", ">=", ">", "=="};
    const Function function = bundle.measures[limit.measure].function;
    const bool truth = limit.op == Limit::Op::kEqual &&
                       (function == Function::kAll || function == Function::kLatestAll);
    std::string number = truth ? "true" : limit.number.to_text();
    std::replace(number.begin(), number.end(), '/', 'r');
    return std::string(kOperators[static_cast<std::size_t>(limit.op)]) + " " + number;
}

// The measure that a control is mainly about: that of its limit, else the first it reads.
std::optional<std::size_t> main_measure(const Control& control) {
    if (control.limit) return control.limit->measure;
    if (control.reads.empty()) return std::nullopt;
    return control.reads.front();
}

DurationNs lateness_of(const Bundle& bundle, const Control& control) {
    const std::optional<std::size_t> measure = main_measure(control);
    return measure ? bundle.measures[*measure].lateness : kLatenessOfStates;
}

Grid grid_of(const Bundle& bundle, DurationNs slot) {
    Grid grid{slot, 0};
    for (const Control& control : bundle.controls) {
        if (control.proof != Proof::kNone)
            grid.lateness = std::max(grid.lateness, lateness_of(bundle, control));
    }
    return grid;
}

ProvedControl prove(const Bundle& bundle, std::size_t index, const Grid& grid) {
    const Control& control = bundle.controls[index];
    Chosen chosen = form_of(bundle, control, grid);
    ProvedControl proved;
    proved.control = index;
    proved.form = chosen.form;
    proved.event_bound = control.proof == Proof::kEvent;
    proved.why = std::move(chosen.why);
    proved.bound = std::move(chosen.bound);
    if (control.limit) proved.limit = *control.limit;
    const std::optional<std::size_t> measure = main_measure(control);
    proved.has_measure = measure.has_value();
    proved.measure = measure.value_or(0);
    if (proved.form == Form::kRatio &&
        bundle.measures[proved.measure].function == Function::kMean) {
        proved.most = whole(*greatest_value(bundle, bundle.measures[proved.measure]));
    }
    return proved;
}

// A ratio's share, a sum's most; what has to be zero is written as the share 1.
void append_bound(std::string& out, const ProvedControl& proved) {
    std::int64_t p = 1;
    std::int64_t q = 1;
    if (is_bounded(proved.form)) (void)proved.bound.small(p, q);
    const bool strict =
        is_bounded(proved.form) &&
        (proved.limit.op == Limit::Op::kGreater || proved.limit.op == Limit::Op::kLess);
    out += strict ? ",\"strict\":true," : ",\"strict\":false,";
    append_text(out, "p", std::to_string(p));
    out += ',';
    append_text(out, "q", std::to_string(q));
}

std::string entry_of(const Bundle& bundle, const ProvedControl& proved) {
    const Control& control = bundle.controls[proved.control];
    const Measure none;
    const Measure& measure = proved.has_measure ? bundle.measures[proved.measure] : none;
    std::string out = "{";
    append_text(out, "control", control.id);
    out += ',';
    append_text(out, "level", control.pack);
    out += proved.event_bound ? ",\"mode\":\"event\"," : ",\"mode\":\"slot\",";
    append_text(out, "form", to_text(proved.form));
    append_bound(out, proved);
    out += ',';
    append_text(out, "measure", proved.has_measure ? measure.pack + ":" + measure.name : "");
    out += ',';
    append_text(out, "declared",
                proved.has_measure ? to_hex(crypto::sha256(as_bytes(measure.declaration))) : "");
    out += ',';
    append_text(out, "limit", control.limit ? limit_text(bundle, proved.limit) : "");
    append_number(out, "window_ns", proved.form == Form::kState ? 0 : measure.window);
    append_number(out, "bits", proved.form == Form::kState ? kStateBits : kCounterBits);
    append_number(out, "lateness_ns", lateness_of(bundle, control));
    return out + "}";
}

std::string unproved_entry(const Control& control) {
    std::string out = "{";
    append_text(out, "control", control.id);
    out += ',';
    append_text(out, "level", control.pack);
    out += ",\"mode\":\"none\",";
    append_text(out, "why", kUnmarked);
    return out + "}";
}

void append_level(std::string& out, const Bundle& bundle, const Level& level) {
    const bool conjunction = !level.conjunction.empty();
    out += '{';
    append_text(out, "level", level.name);
    out += ",\"controls\":[";
    for (const std::size_t c : conjunction ? level.conjunction : level.controls) {
        if (out.back() != '[') out += ',';
        append_json_string(out, bundle.controls[c].id);
    }
    out += conjunction ? "],\"conjunction\":true}" : "],\"conjunction\":false}";
}

}  // namespace

std::string_view to_text(Form form) {
    switch (form) {
        case Form::kRatio:
            return "ratio";
        case Form::kViolations:
            return "violations";
        case Form::kSum:
            return "sum";
        case Form::kState:
            break;
    }
    return "state";
}

std::optional<std::string> why_not_event_bound(const Bundle& bundle, const Control& control) {
    if (control.exact) {
        const Measure& measure = bundle.measures[control.exact->measure];
        if (measure.function == Function::kAvailability) {
            return "what a beat adds to an availability depends on the next one";
        }
    }
    // Of what is left the form is the same on every grid.
    Chosen chosen = form_of(bundle, control, Grid{kMinuteNs, kMinuteNs});
    if (chosen.form != Form::kState) return std::nullopt;
    return std::move(chosen.why);
}

ProofPlan proof_plan(const Bundle& bundle, DurationNs slot) {
    const Grid grid = grid_of(bundle, slot);
    ProofPlan plan;
    plan.lateness = grid.lateness;
    std::string& out = plan.text;
    out = "{\"v\":1";
    append_number(out, "slot_ns", slot);
    out += ",\"controls\":[";
    for (std::size_t c = 0; c < bundle.controls.size(); ++c) {
        if (c > 0) out += ',';
        if (bundle.controls[c].proof == Proof::kNone) {
            out += unproved_entry(bundle.controls[c]);
            continue;
        }
        ProvedControl proved = prove(bundle, c, grid);
        proved.entry = entry_of(bundle, proved);
        out += proved.entry;
        plan.proved.push_back(std::move(proved));
    }
    out += "],\"levels\":[";
    for (const Level& level : bundle.levels) {
        if (out.back() == '}') out += ',';
        append_level(out, bundle, level);
    }
    out += "]}";
    return plan;
}

std::vector<std::string> proof_lines(const Bundle& bundle, DurationNs slot) {
    const Grid grid = grid_of(bundle, slot);
    std::vector<std::string> lines;
    for (std::size_t c = 0; c < bundle.controls.size(); ++c) {
        const Control& control = bundle.controls[c];
        std::string line = control.id + ": ";
        if (control.proof == Proof::kNone) {
            lines.push_back(line + "not proved: " + std::string(kUnmarked));
            continue;
        }
        const ProvedControl proved = prove(bundle, c, grid);
        line += "proved in zero knowledge (";
        line += proved.event_bound ? "event-bound, " : "slot-asserted, ";
        line += to_text(proved.form);
        if (!proved.why.empty()) line += " at the close of each slot: " + proved.why;
        lines.push_back(line + ")");
    }
    return lines;
}

}  // namespace overlord::rules
