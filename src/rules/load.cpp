// From the loader's normalised declarations (src/prolog/kernel/language.pl) to a Bundle. Their form
// is the kernel's: an unexpected one is a programmer's error, not a user's.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "overlord/rules/proof_plan.hpp"
#include "read_site.hpp"
#include "read_terms.hpp"

namespace overlord::rules {
namespace {

using prolog::Value;

event::ValueType value_type(const std::string& name) {
    static const std::map<std::string, event::ValueType> types = {
        {"atom", event::ValueType::kAtom},       {"string", event::ValueType::kString},
        {"number", event::ValueType::kNumber},   {"integer", event::ValueType::kInteger},
        {"bool", event::ValueType::kBool},       {"time", event::ValueType::kTime},
        {"strings", event::ValueType::kStrings},
    };
    const auto found = types.find(name);
    OVERLORD_ASSERT(found != types.end());
    return found->second;
}

// One spelling of a normalised declaration: a letter, the length of the text, the text, and the
// number of what is inside.
void spell(std::string& out, const Value& value) {
    static constexpr std::string_view kLetters = "irasLc_";
    const std::string text =
        value.kind == Value::Kind::kInteger ? std::to_string(value.integer) : value.text;
    out += kLetters[static_cast<std::size_t>(value.kind)];
    out += std::to_string(text.size()) + ":" + text;
    if (value.items.empty()) return;
    out += "(" + std::to_string(value.items.size()) + ":";
    for (const Value& item : value.items) spell(out, item);
    out += ")";
}

std::string spelled(const Value& value) {
    std::string out;
    spell(out, value);
    return out;
}

// Settings whose order and presence people may change without another value coming out.
std::vector<std::string> spelled_settings(const Value& list) {
    std::vector<std::string> texts;
    for (const Value& setting : list.items) {
        const bool told = setting.text == "at_least" || setting.text == "provisional_below" ||
                          setting.text == "unit";
        if (!told) texts.push_back(spelled(setting));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

// Builds one bundle; the declarations come with kinds before what names them.
class Builder {
public:
    explicit Builder(Bundle& bundle) : bundle_(bundle) {}

    void add(const Value& declaration) {
        if (is(declaration, "control_set", 4)) return add_control_set(declaration);
        if (is(declaration, "calendar", 8)) {
            bundle_.calendars.push_back(
                std::make_shared<const NamedCalendar>(read_calendar(declaration)));
            return;
        }
        if (is(declaration, "kind", 7)) return add_kind(declaration);
        if (is(declaration, "kind_taken", 3)) return take_kind(declaration);
        if (is(declaration, "measure", 7)) return add_measure(declaration);
        if (is(declaration, "control", 6)) return add_control(declaration);
        if (is(declaration, "check", 5)) return add_check(declaration);
        if (is(declaration, "control_reads", 2)) return add_reads(declaration);
        if (is(declaration, "control_cost", 2)) return add_cost(declaration);
        if (is(declaration, "control_calendars", 2)) return add_calendars(declaration);
        if (is(declaration, "control_limit", 4)) return add_limit(declaration);
        if (is(declaration, "control_limit_for", 3)) {
            Control& control = bundle_.controls[control_index(text(declaration, 0))];
            control.limit->of_systems.emplace(text(declaration, 1),
                                              number(argument(declaration, 2)));
            return;
        }
        if (is(declaration, "control_exact", 4)) return add_exact(declaration);
        if (is(declaration, "measure_limit", 3)) return add_measure_limit(declaration);
        if (is(declaration, "measure_free", 1)) {
            bundle_.measures[measure_index(argument(declaration, 0))].free = true;
            return;
        }
        if (is(declaration, "level", 5)) return add_level(declaration);
        if (is(declaration, "waiver", 10)) {
            const std::size_t control = control_index(text(declaration, 0));
            bundle_.waivers.push_back(read_waiver(declaration, control));
            return;
        }
        OVERLORD_ASSERT(false);
    }

private:
    // control_set(Pack, Family, Version, always | on_request)
    void add_control_set(const Value& declaration) {
        sets_[text(declaration, 0)] = {text(declaration, 1), text(declaration, 2),
                                       text(declaration, 3) == "on_request"};
    }

    [[nodiscard]] std::shared_ptr<const NamedCalendar> calendar(const std::string& name) const {
        if (name == "utc") return utc_;
        return bundle_.calendars[index_of(
            bundle_.calendars, [&](const auto& known) { return known->name == name; })];
    }

    // kind(Pack, Name, Fields, Arguments, Orders, File, Line)
    void add_kind(const Value& declaration) {
        Kind kind;
        kind.pack = text(declaration, 0);
        kind.name = text(declaration, 1);
        kind.schema.type = kind.pack + "." + kind.name;
        for (const Value& field : argument(declaration, 2).items)
            kind.schema.fields.push_back(field_schema(field));
        for (const Value& made : argument(declaration, 3).items)
            kind.term.push_back(term_argument(kind, made));
        // order(Less, Strict, Greater)
        for (const Value& order : argument(declaration, 4).items) {
            kind.schema.orders.push_back({field_index(kind, text(order, 0)),
                                          text(order, 1) == "true",
                                          field_index(kind, text(order, 2))});
        }
        kind.declaration = spelled(argument(declaration, 2)) + spelled(argument(declaration, 3));
        if (!kind.schema.orders.empty()) kind.declaration += spelled(argument(declaration, 4));
        bundle_.kinds.push_back(std::move(kind));
    }

    // kind_taken(Pack, Kind, DeclaringPack): the pack's measures read another pack's events.
    void take_kind(const Value& declaration) {
        declared_by_[{text(declaration, 0), text(declaration, 1)}] = text(declaration, 2);
    }

    // field(Name, Type, Optional, OneOf, Minimum, Maximum)
    static event::FieldSchema field_schema(const Value& field) {
        event::FieldSchema schema;
        schema.name = text(field, 0);
        schema.type = value_type(text(field, 1));
        schema.optional = text(field, 2) == "true";
        for (const Value& allowed : argument(field, 3).items) {
            const bool is_text =
                allowed.kind == Value::Kind::kAtom || allowed.kind == Value::Kind::kString;
            schema.one_of.push_back(is_text ? allowed.text : number(allowed).to_text());
        }
        if (argument(field, 4).kind != Value::Kind::kAtom)
            schema.minimum = number(argument(field, 4));
        if (argument(field, 5).kind != Value::Kind::kAtom)
            schema.maximum = number(argument(field, 5));
        return schema;
    }

    // argument(Functor, event_time | field(Name) | minutes(From, Until))
    static Kind::Argument term_argument(const Kind& kind, const Value& made) {
        Kind::Argument result;
        result.functor = text(made, 0);
        const Value& source = argument(made, 1);
        if (is(source, "field", 1)) {
            result.field = field_index(kind, text(source, 0));
        } else if (is(source, "minutes", 2)) {
            result.from = Kind::Argument::From::kMinutesBetween;
            result.field = field_index(kind, text(source, 0));
            result.until_field = field_index(kind, text(source, 1));
        } else {
            result.from = Kind::Argument::From::kEventTime;
        }
        return result;
    }

    // measure(Pack, Name, f(Function, Inputs, Details), Window, Settings, File, Line)
    void add_measure(const Value& declaration) {
        Measure measure;
        measure.pack = text(declaration, 0);
        measure.name = text(declaration, 1);
        const Value& function = argument(declaration, 2);
        measure.function = measure_function(text(function, 0));
        for (const Value& input : argument(function, 1).items) add_input(measure, input);
        set_window(measure, argument(declaration, 3));
        for (const Value& detail : argument(function, 2).items) set(measure, detail);
        for (const Value& setting : argument(declaration, 4).items) set(measure, setting);
        measure.declaration = declaration_text(measure, declaration);
        measure.file = text(declaration, 5);
        measure.line = static_cast<int>(integer(argument(declaration, 6)));
        bundle_.measures.push_back(std::move(measure));
    }

    // Ns | tumbling(Ns) | calendar(Period, UtcOffsetNs, Name), Name '' where none is named
    void set_window(Measure& measure, const Value& window) {
        if (is(window, "tumbling", 1)) {
            measure.windows = Measure::Windows::kTumbling;
            measure.window = integer(argument(window, 0));
        } else if (is(window, "calendar", 3)) {
            measure.windows = Measure::Windows::kCalendar;
            measure.calendar = calendar_period(text(window, 0));
            measure.utc_offset = integer(argument(window, 1));
            const std::string& name = text(window, 2);
            if (!name.empty()) measure.counts_by = calendar(name);
        } else {
            measure.window = integer(window);
        }
    }

    static Period calendar_period(const std::string& name) {
        static const std::map<std::string, Period> periods = {
            {"day", Period::kDay},         {"week", Period::kWeek}, {"month", Period::kMonth},
            {"quarter", Period::kQuarter}, {"year", Period::kYear},
        };
        const auto found = periods.find(name);
        OVERLORD_ASSERT(found != periods.end());
        return found->second;
    }

    [[nodiscard]] std::string declaration_text(const Measure& measure,
                                               const Value& declaration) const {
        const Value& function = argument(declaration, 2);
        std::string out = spelled(argument(function, 0)) + spelled(argument(function, 1)) +
                          spelled(argument(declaration, 3));
        for (const std::string& detail : spelled_settings(argument(function, 2))) out += detail;
        for (const std::string& one : spelled_settings(argument(declaration, 4))) out += one;
        out += "l" + std::to_string(measure.lateness);
        if (measure.counts_by) out += "c" + measure.counts_by->calendar.spelling();
        for (const Measure::Input& input : measure.inputs) {
            const Kind& kind = bundle_.kinds[input.kind];
            out += "k" + kind.schema.type + kind.declaration;
        }
        return out;
    }

    static Measure::Function measure_function(const std::string& name) {
        using Function = Measure::Function;
        static const std::map<std::string, Function> functions = {
            {"availability", Function::kAvailability},
            {"last", Function::kLast},
            {"count", Function::kCount},
            {"sum", Function::kSum},
            {"mean", Function::kMean},
            {"min", Function::kMin},
            {"max", Function::kMax},
            {"ratio", Function::kRatio},
            {"all", Function::kAll},
            {"latest_all", Function::kLatestAll},
            {"response", Function::kResponse},
            {"resolution", Function::kResolution},
            {"age", Function::kAge},
            {"distinct", Function::kDistinct},
            {"rate", Function::kRate},
            {"percentile", Function::kPercentile},
            {"sequence_gaps", Function::kSequenceGaps},
            {"deviation", Function::kDeviation},
            {"span", Function::kSpan},
            {"unanswered", Function::kUnanswered},
            {"unpreceded", Function::kUnpreceded},
            {"episodes", Function::kEpisodes},
        };
        const auto found = functions.find(name);
        OVERLORD_ASSERT(found != functions.end());
        return found->second;
    }

    // input(Kind, Condition | none)
    void add_input(Measure& measure, const Value& input) {
        Measure::Input made;
        made.kind = kind_index(measure.pack, text(input, 0));
        if (argument(input, 1).kind != Value::Kind::kAtom)
            made.where = expression(bundle_.kinds[made.kind], argument(input, 1));
        measure.inputs.push_back(std::move(made));
    }

    void set(Measure& measure, const Value& setting) {
        if (read_join_setting(measure, bundle_.kinds, setting)) return;
        const Kind& kind = bundle_.kinds[measure.inputs.front().kind];
        const std::string& name = setting.text;
        if (name == "greatest") {
            measure.greatest = true;
            return;
        }
        const Value& value = argument(setting, 0);
        if (name == "except") return set_exception(measure, setting);
        if (name == "value")
            measure.value = expression(kind, value);
        else if (name == "divisor")
            measure.divisor = expression(kind, value);
        else if (name == "by")
            measure.by = field_index(kind, value.text);
        else if (name == "from")
            measure.from_field = field_index(kind, value.text);
        else if (name == "until")
            measure.until_field = field_index(kind, value.text);
        else if (name == "period")
            measure.period = integer(value);
        else if (name == "in")
            set_unit(measure, setting);
        else if (name == "share")
            measure.share = number(value);
        else if (name == "bounds")
            for (const Value& bound : value.items) measure.bounds.push_back(number(bound));
        else if (name == "ewma")
            measure.alpha = number(value);
        else if (name == "mad")
            measure.latest = static_cast<std::uint64_t>(integer(value));
        else if (name == "warm_up")
            measure.warm_up = static_cast<std::uint64_t>(integer(value));
        else if (name == "least_spread")
            measure.least_spread = number(value);
        else if (name == "forget_after")
            measure.forget_after = integer(value);
        else if (name == "stale_after")
            measure.stale_after = integer(value);
        else if (name == "lateness")
            measure.lateness = integer(value);
        else if (name == "at_least")
            measure.at_least = static_cast<std::uint64_t>(integer(value));
        else if (name == "provisional_below")
            measure.provisional_below = static_cast<std::uint64_t>(integer(value));
        else if (name == "unit")
            measure.unit = value.text;
        else if (name == "calendar")
            measure.counts_by = calendar(value.text);
        else
            OVERLORD_ASSERT(false);
    }

    // except(input(Kind, Condition | none), From, To)
    void set_exception(Measure& measure, const Value& setting) {
        add_input(measure, argument(setting, 0));
        const Kind& kind = bundle_.kinds[measure.inputs.back().kind];
        measure.from_field = field_index(kind, text(setting, 1));
        measure.until_field = field_index(kind, text(setting, 2));
    }

    // in(Unit, Ns)
    static void set_unit(Measure& measure, const Value& setting) {
        measure.unit = text(setting, 0);
        measure.in = integer(argument(setting, 1));
    }

    static Expression expression(const Kind& kind, const Value& term) {
        return read_expression(
            term, [&](const Value& leaf) { return field_index(kind, text(leaf, 0)); });
    }

    // control(Id, Pack, Predicate, properties(Title, Basis, Version, Citations,
    // none | slot | event, Details), File, Line)
    void add_control(const Value& declaration) {
        Control control;
        control.id = text(declaration, 0);
        control.pack = text(declaration, 1);
        control.predicate = text(declaration, 2);
        const Value& properties = argument(declaration, 3);
        control.title = text(properties, 0);
        control.basis = text(properties, 1);
        if (control.basis == "shape_regulation") control.basis = "shape-regulation";
        control.version = text(properties, 2);
        for (const Value& citation : argument(properties, 3).items)
            control.citations.push_back(citation.text);
        const std::string proof = text(properties, 4);
        control.proof = proof == "slot"    ? Proof::kSlot
                        : proof == "event" ? Proof::kEvent
                                           : Proof::kNone;
        for (const Value& detail : argument(properties, 5).items) set(control, detail);
        control.file = text(declaration, 4);
        control.line = static_cast<int>(integer(argument(declaration, 5)));
        bundle_.controls.push_back(std::move(control));
    }

    // severity(S), status(S), unverified([Citation, ...]), for(Ns), clear_after(Ns)
    static void set(Control& control, const Value& detail) {
        const Value& value = argument(detail, 0);
        if (detail.text == "severity") {
            control.severity = value.text;
        } else if (detail.text == "status") {
            control.status = value.text;
        } else if (detail.text == "for") {
            control.fails_for = integer(value);
        } else if (detail.text == "clear_after") {
            control.clear_after = integer(value);
        } else if (detail.text == "unverified") {
            for (const Value& citation : value.items) control.unverified.push_back(citation.text);
        } else {
            OVERLORD_ASSERT(false);
        }
    }

    // check(Pack, Kind, Predicate, File, Line)
    void add_check(const Value& declaration) {
        Check check;
        check.kind = kind_index(text(declaration, 0), text(declaration, 1));
        check.predicate = text(declaration, 2);
        check.file = text(declaration, 3);
        check.line = static_cast<int>(integer(argument(declaration, 4)));
        bundle_.checks.push_back(std::move(check));
    }

    // control_cost(Id, cost(Rules, Measures, Packs, [Name/Arity, ...]))
    void add_cost(const Value& declaration) {
        Cost& cost = bundle_.controls[control_index(text(declaration, 0))].cost;
        const Value& told = argument(declaration, 1);
        cost.rules = static_cast<std::size_t>(integer(argument(told, 0)));
        cost.measures = static_cast<std::size_t>(integer(argument(told, 1)));
        for (const Value& pack : argument(told, 2).items) cost.scans.push_back(pack.text);
        for (const Value& rule : argument(told, 3).items)
            cost.recursive.push_back(text(rule, 0) + "/" +
                                     std::to_string(integer(argument(rule, 1))));
    }

    void add_reads(const Value& declaration) {
        bundle_.controls[control_index(text(declaration, 0))].reads =
            measures(argument(declaration, 1));
    }

    // control_calendars(Id, Names), after control_reads
    void add_calendars(const Value& declaration) {
        Control& control = bundle_.controls[control_index(text(declaration, 0))];
        std::set<std::string> names;
        for (const Value& name : argument(declaration, 1).items) names.insert(name.text);
        for (const std::size_t m : control.reads) {
            if (bundle_.measures[m].counts_by) names.insert(bundle_.measures[m].counts_by->name);
        }
        control.calendars.assign(names.begin(), names.end());
    }

    // control_limit(Id, Pack:Measure, Op, Number)
    void add_limit(const Value& declaration) {
        bundle_.controls[control_index(text(declaration, 0))].limit = limit_of(declaration, 1);
    }

    // control_exact(Id, Pack:Measure, Op, Number)
    void add_exact(const Value& declaration) {
        bundle_.controls[control_index(text(declaration, 0))].exact = limit_of(declaration, 1);
    }

    // measure_limit(Pack:Measure, Op, Number)
    void add_measure_limit(const Value& declaration) {
        Limit limit = limit_of(declaration, 0);
        bundle_.measures[limit.measure].limits.push_back(std::move(limit));
    }

    // Measure, operation and number are arguments from `first` on.
    [[nodiscard]] Limit limit_of(const Value& declaration, std::size_t first) const {
        static const std::map<std::string, Limit::Op> operations = {
            {"at_most", Limit::Op::kAtMost},   {"less", Limit::Op::kLess},
            {"at_least", Limit::Op::kAtLeast}, {"greater", Limit::Op::kGreater},
            {"equal", Limit::Op::kEqual},
        };
        Limit limit;
        limit.measure = measure_index(argument(declaration, first));
        const auto found = operations.find(text(declaration, first + 1));
        OVERLORD_ASSERT(found != operations.end());
        limit.op = found->second;
        limit.number = number(argument(declaration, first + 2));
        return limit;
    }

    // level(Pack, Predicate, ControlIds, Reads, ConjunctIds | none)
    void add_level(const Value& declaration) {
        Level level;
        level.name = text(declaration, 0);
        level.predicate = text(declaration, 1);
        const auto set = sets_.find(level.name);
        level.family = set == sets_.end() ? level.name : set->second.family;
        level.version = set == sets_.end() ? "1" : set->second.version;
        level.on_request = set != sets_.end() && set->second.on_request;
        for (const Value& id : argument(declaration, 2).items)
            level.controls.push_back(control_index(id.text));
        level.reads = measures(argument(declaration, 3));
        for (const Value& id : argument(declaration, 4).items)
            level.conjunction.push_back(control_index(id.text));
        // The four levels of operation come in the order people know them in, others by name after
        // them; answers and reports list levels in the bundle's order.
        const auto after = std::upper_bound(bundle_.levels.begin(), bundle_.levels.end(), level,
                                            [](const Level& left, const Level& right) {
                                                return level_order(left) < level_order(right);
                                            });
        bundle_.levels.insert(after, std::move(level));
    }

    static std::pair<std::ptrdiff_t, std::string_view> level_order(const Level& level) {
        static constexpr std::array<std::string_view, 4> kKnown = {"telecoms", "trading", "gmp",
                                                                   "itil"};
        return {std::find(kKnown.begin(), kKnown.end(), level.name) - kKnown.begin(), level.name};
    }

    std::vector<std::size_t> measures(const Value& list) const {
        std::vector<std::size_t> indexes;
        for (const Value& named : list.items) indexes.push_back(measure_index(named));
        std::sort(indexes.begin(), indexes.end());
        return indexes;
    }

    template <class Items, class Matches>
    static std::size_t index_of(const Items& items, Matches matches) {
        const auto found = std::find_if(items.begin(), items.end(), matches);
        OVERLORD_ASSERT(found != items.end());
        return static_cast<std::size_t>(found - items.begin());
    }

    [[nodiscard]] std::size_t kind_index(const std::string& pack, const std::string& name) const {
        const auto taken = declared_by_.find({pack, name});
        const std::string& declaring = taken == declared_by_.end() ? pack : taken->second;
        return index_of(bundle_.kinds, [&](const Kind& kind) {
            return kind.pack == declaring && kind.name == name;
        });
    }
    [[nodiscard]] std::size_t measure_index(const Value& named) const {
        return index_of(bundle_.measures, [&](const Measure& measure) {
            return measure.pack == text(named, 0) && measure.name == text(named, 1);
        });
    }
    [[nodiscard]] std::size_t control_index(const std::string& id) const {
        return index_of(bundle_.controls, [&](const Control& control) { return control.id == id; });
    }

    struct ControlSet {
        std::string family, version;
        bool on_request = false;
    };

    Bundle& bundle_;
    std::shared_ptr<const NamedCalendar> utc_ =
        std::make_shared<const NamedCalendar>(NamedCalendar{"utc", Calendar(), "", "", "", 0});
    std::map<std::string, ControlSet> sets_;  // by pack
    std::map<std::pair<std::string, std::string>, std::string> declared_by_;  // of kinds taken in
};

// What events cannot be summed to is an error where the control asks for it. True: there was one.
bool refuse_unbindable(const Bundle& bundle, std::vector<prolog::Diagnostic>& diagnostics) {
    bool refused = false;
    for (const Control& control : bundle.controls) {
        if (control.proof != Proof::kEvent) continue;
        const std::optional<std::string> why = why_not_event_bound(bundle, control);
        if (!why) continue;
        refused = true;
        diagnostics.push_back({control.file, control.line, 1, "error", "rules.prove_event",
                               "control " + control.id + " cannot be proved as prove(event): " +
                                   *why + "; prove(slot) can prove it"});
    }
    return refused;
}

}  // namespace

Loaded load(prolog::Machine& machine, std::vector<prolog::SourceFile> files) {
    std::sort(files.begin(), files.end(),
              [](const auto& left, const auto& right) { return left.name < right.name; });
    Loaded loaded;
    prolog::LoadResult result = machine.load(files);
    loaded.diagnostics = std::move(result.diagnostics);
    if (!result.accepted) return loaded;

    Bundle bundle;
    bundle.digest = bundle_digest(files);
    bundle.files = std::move(files);
    Builder builder(bundle);
    for (const Value& declaration : result.declarations) builder.add(declaration);
    if (refuse_unbindable(bundle, loaded.diagnostics)) return loaded;
    loaded.bundle = std::move(bundle);
    return loaded;
}

}  // namespace overlord::rules
