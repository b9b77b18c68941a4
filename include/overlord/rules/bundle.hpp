// A bundle: the packs active together, as the evaluator needs them. Plain values, any thread.
// The language is described in docs/rules/reference.md; DESIGN of the words: docs/ARCHITECTURE.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/number.hpp"
#include "overlord/base/time.hpp"
#include "overlord/event/schema.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/cost.hpp"
#include "overlord/rules/site.hpp"

namespace overlord::rules {

// An expression over the fields of one event: values, arithmetic, conditions.
struct Expression {
    enum class Op {
        kField,
        kNumber,
        kText,
        kBool,  // leaves
        kAdd,
        kSubtract,
        kMultiply,
        kDivide,  // numbers
        kEqual,
        kNotEqual,
        kLess,
        kAtMost,
        kGreater,
        kAtLeast,
        kGiven,
        kMissing,  // of a field
        kAnd,
        kOr,
        kNot,
        kAbs,
        kMin,
        kMax,  // numbers
    };
    Op op = Op::kBool;
    std::size_t field = 0;  // index into the kind's schema fields
    Number number = 0;
    std::string text;
    bool boolean = true;
    std::vector<Expression> arguments;
};

// One event type, "telecoms.failover", with the Prolog term its checks see.
struct Kind {
    std::string pack;  // "telecoms"
    std::string name;  // "failover"
    event::KindSchema schema;
    struct Argument {
        // Minutes: an exact rational, none while a side is absent.
        enum class From { kEventTime, kField, kMinutesBetween };
        std::string functor;  // "duration_ms"
        From from = From::kField;
        std::size_t field = 0;
        std::size_t until_field = 0;  // kMinutesBetween: until - field
    };
    std::vector<Argument> term;
    std::string declaration;  // its fields and its term, in one spelling
};

// How a measure joins events by key: one step for each of its inputs, the earlier event first.
// `when` looks at earlier events too. Its fields are slots: what the steps keep of their events, in
// the order of the steps, and behind that what this step looks at in its own event.
struct Join {
    struct Step {
        std::vector<std::size_t> key;       // fields of the input's kind
        std::vector<std::size_t> keeps;     // fields
        std::vector<std::size_t> looks_at;  // fields
        std::optional<Expression> when;
        std::optional<std::size_t> time;  // the field that stands for the event's time
        std::uint64_t times = 1;          // events that the step takes
        bool negated = false;             // none such between its neighbours
    };
    std::vector<Step> steps;
    std::size_t slots = 0;  // kept by all steps
    DurationNs within = 0;  // 0: no limit
    bool settled = false;   // counts only what no late event can take back
};

// A number that a clause compares a measure with, read from its own literal.
struct Limit {
    std::size_t measure = 0;
    enum class Op { kAtMost, kLess, kAtLeast, kGreater, kEqual } op = Op::kAtMost;
    Number number = 0;  // kEqual on booleans: 1 = true
    std::map<std::string, Number, std::less<>> of_systems{};  // that have one of their own

    [[nodiscard]] const Number& of(std::string_view system) const;
};

struct Measure {
    enum class Function {
        kAvailability,  // microseconds covered over microseconds observed; condition = up
        kLast,          // latest value by group, then the least (or greatest) over groups
        kCount,
        kSum,
        kMean,
        kMin,
        kMax,
        kRatio,       // sum(value) / sum(divisor)
        kAll,         // true when every observation meets its condition
        kLatestAll,   // the latest observation of every key meets the condition; no window
        kResponse,    // longest minutes between two times of a key; runs while the second is absent
        kResolution,  // coarsest over sources of the largest power of ten (ns) dividing all event
                      // times
        kAge,         // time since the latest event, the greatest over groups; no window
        kDistinct,    // different values of a field
        kRate,        // observations per `period`
        kPercentile,  // least of `bounds` that covers the share of observations
        kSequenceGaps,  // sequence numbers that are missing
        kDeviation,   // greatest distance from the centre of what came before, in spreads
        kSpan,        // longest time from an event to the next other one of its key
        kUnanswered,  // events that no other one of their key followed in time
        kUnpreceded,  // events that no other one of their key came before
        kEpisodes,    // completed sequences of events of a key
    };
    // Sliding: the latest `window` of time (0: no window). Tumbling: the last interval of that
    // length, counted from the epoch, that is over. Calendar: since the current period began.
    enum class Windows { kSliding, kTumbling, kCalendar };
    struct Input {
        std::size_t kind = 0;             // index into Bundle::kinds
        std::optional<Expression> where;  // condition
    };
    std::string pack, name;
    Function function = Function::kCount;
    std::vector<Input> inputs;  // kAvailability: beats, and what excepts time from it
    std::optional<Expression> value, divisor;
    std::optional<std::size_t> by;  // field index of the group or key; kAvailability: the service
    std::size_t from_field = 0, until_field = 0;  // kResponse; kAvailability: excepted
    bool greatest = false;                        // kLast over groups
    DurationNs period = 0;                        // kAvailability: expected interval; kRate: per
    Windows windows = Windows::kSliding;
    DurationNs window = 0;                        // 0 = none (kLast, kLatestAll, kAge), kCalendar
    Period calendar = Period::kDay;
    DurationNs utc_offset = 0;                    // of the calendar's local time
    DurationNs stale_after = 0;                   // kLast
    DurationNs forget_after = 0;                  // kAge: silent groups; 0 = never
    DurationNs in = kSecondNs;                    // the unit of a value that is a duration
    Number share = 0;                             // kPercentile: 0 < share <= 100
    std::vector<Number> bounds;                   // kPercentile: ascending
    Number alpha = 0;                             // kDeviation, ewma: 0 < alpha < 1
    std::uint64_t latest = 0;                     // kDeviation, mad: observations; 0 = ewma
    std::uint64_t warm_up = 0;                    // kDeviation: observations before the first value
    Number least_spread = 0;                      // kDeviation
    DurationNs lateness = 60 * kSecondNs;
    std::uint64_t at_least = 1;  // observations in the window for a value
    std::uint64_t provisional_below = 0;
    std::string unit;  // "ms", "min", "" = none
    std::shared_ptr<const NamedCalendar> counts_by;  // a calendar; null: all time counts
    std::optional<Join> join;  // kSpan and those after it
    // All that rules compare it with, of every system; `free`: they do more with it than that.
    std::vector<Limit> limits;
    bool free = false;
    // What decides its value, in one spelling, with the kinds it takes in. Limits, units and how
    // many observations it needs are no part of it.
    std::string declaration;
    std::string file;
    int line = 0;
};

// What a control's option `prove` asks for: slots as the daemon counts them, or slots that are the
// sums of what their events say one by one.
enum class Proof : std::uint8_t { kNone, kSlot, kEvent };

struct Control {
    std::string id;         // "telecoms.uptime"
    std::string pack;       // its level
    std::string predicate;  // name of PREDICATE/2
    std::string title, version;
    std::string basis;     // target | regulation | standard | shape-regulation
    Cost cost;
    std::string severity;  // low | medium | high | critical
    std::string status;    // experimental | stable | deprecated
    std::vector<std::string> citations;
    std::vector<std::string> unverified;  // those of them whose clause nobody has checked
    std::vector<std::size_t> reads;  // measures, through every rule it calls
    std::vector<std::string> calendars;  // its rules and measures count by, sorted by name
    std::optional<Limit> limit;
    std::optional<Limit> exact;  // the whole rule is this limit, with or without its guard on none
    Proof proof = Proof::kNone;
    // How long its rule must fail, or hold again, before the verdict follows it; 0: at once.
    DurationNs fails_for = 0, clear_after = 0;
    std::string file;
    int line = 0;
};

struct Check {
    std::size_t kind = 0;
    std::string predicate;
    std::string file;
    int line = 0;
};

struct Level {
    std::string name;       // "telecoms"
    std::string predicate;  // "telecoms_compliant"
    std::string family;     // of its control set: what the ids of its controls begin with
    std::string version;    // of the control set
    bool on_request = false;  // a system has it only where the configuration says so
    std::vector<std::size_t> controls;
    std::vector<std::size_t> reads;
    // The controls in the order of the level's own rule, when that rule is nothing but all of them;
    // else empty.
    std::vector<std::size_t> conjunction;
};

struct Bundle {
    Hash digest{};
    std::vector<prolog::SourceFile> files;  // sorted by name
    std::vector<Kind> kinds;
    std::vector<std::shared_ptr<const NamedCalendar>> calendars;  // without utc
    std::vector<Measure> measures;
    std::vector<Control> controls;
    std::vector<Check> checks;
    std::vector<Level> levels;
    std::vector<Waiver> waivers;
};

// SHA-256 over the files in the order of their names: for each u64 name length, name, u64 text
// length, text (lengths big-endian), after the label "zk-overlords/bundle/v1" and a zero byte.
[[nodiscard]] Hash bundle_digest(const std::vector<prolog::SourceFile>& files);

// The files of find_rules (sources.hpp), or the first of its faults, with its code.
[[nodiscard]] Result<std::vector<prolog::SourceFile>> read_rules(const std::string& directory);

struct Loaded {
    std::optional<Bundle> bundle;  // absent when refused
    std::vector<prolog::Diagnostic> diagnostics;
};

// Runs the gate inside `machine` and builds the bundle from what it declares.
[[nodiscard]] Loaded load(prolog::Machine& machine, std::vector<prolog::SourceFile> files);

// "telecoms.pl:14:5: error[rules.undefined]: foo/2 is not defined"
[[nodiscard]] std::string to_text(const prolog::Diagnostic& diagnostic);

}  // namespace overlord::rules
