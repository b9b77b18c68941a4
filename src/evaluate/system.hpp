// What the evaluator keeps of one system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "asleep.hpp"
#include "measure.hpp"
#include "slots.hpp"

namespace overlord::evaluate {

using SystemIndex = std::uint32_t;  // by the order in which systems were first seen

enum class Verdict : std::uint8_t { kCompliant = 0, kNonCompliant = 1, kUnknown = 2 };

[[nodiscard]] constexpr std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::kCompliant:
            return "compliant";
        case Verdict::kNonCompliant:
            return "non_compliant";
        case Verdict::kUnknown:
            break;
    }
    return "unknown";
}

struct ControlState {
    std::uint32_t index = 0;  // of the bundle's controls
    Verdict verdict = Verdict::kUnknown;
    // What its rule says, and since when without a break. Another verdict is in suspense: it keeps
    // what it was until the rule has said so for long enough (settle.cpp).
    Verdict found = Verdict::kUnknown;
    bool failed = false;  // non-compliant, and not compliant again since
    bool waived = false;  // not compliant, and somebody answers for it
    TimeNs since = kNever;  // kNever: it was never asked
    TimeNs due = kNever;    // when time alone changes the verdict or the waiver
    std::string value;      // exact text; "" when unknown
    SharedText reason;      // when unknown, or in suspense

    [[nodiscard]] bool in_suspense() const { return found != verdict; }
};

// A measure of a system, from its first observation on. Awake or asleep makes no difference to any
// record.
struct Followed {
    std::uint32_t index = 0;      // of the bundle's measures
    std::uint32_t asked_min = 0;  // log time of its last use, in minutes
    bool touched = false;         // since the last evaluation
    std::unique_ptr<Measure> measure;  // null: asleep
    Asleep asleep;
    Reading reading;      // at the last evaluation
    TimeNs due = kNever;  // when time alone may change the value

    [[nodiscard]] bool is_new() const { return !measure && asleep.empty(); }
};

// The measure, woken if it is asleep: it is used at `now`.
[[nodiscard]] Measure& awake(Followed& followed, const MeasurePlan& plan, TimeNs now);
// Writes its state as of `at` into `out`, which is empty. One that may sleep and has not been used
// for ten minutes falls asleep with what it wrote.
void write_measure(Writer& out, Followed& followed, const MeasurePlan& plan, TimeNs at,
                   bool may_sleep);

struct LevelState {
    Verdict verdict = Verdict::kUnknown;
    bool asked = false;  // the verdict is that of the level's own predicate
    SharedText reason;  // when that predicate failed or gave no answer
};

struct System {
    std::string name;
    std::vector<std::size_t> levels;  // indices into the bundle's levels

    // By index. A bundle has many measures and controls and a system few of them, so the others
    // take no memory.
    std::vector<Followed> measures;
    std::vector<ControlState> controls;    // of its levels, from the first evaluation on
    std::vector<LevelState> level_states;  // of `levels`, in their order

    std::unique_ptr<SystemSlots> slots;  // absent: it is not proved

    bool evaluated = false;
    bool announced = false;  // its first verdicts are recorded
    TimeNs evaluated_at = 0;
    bool dirty = false;         // touched since
    TimeNs postponed = kNever;  // when a postponed evaluation falls due
    TimeNs settles = kNever;    // the earliest `due` of its controls

    // Not part of the state: they change no record.
    TimeNs scheduled = kNever;  // in the queue of deadlines; never later than the earliest due
    std::uint32_t touched_by = kNoItem;

    [[nodiscard]] Followed* find(std::size_t measure);  // null: nothing was observed
    [[nodiscard]] const Followed* find(std::size_t measure) const;
    Followed& follow(std::size_t measure);  // makes an empty one where there is none
    [[nodiscard]] const ControlState* find_control(std::size_t control) const;  // null: none yet
    ControlState& control(std::size_t control);  // makes one where there is none
    [[nodiscard]] LevelState* find_level(std::size_t level);  // null: not one of `levels`
    [[nodiscard]] const LevelState& level(std::size_t level) const;  // one of `levels`
};

}  // namespace overlord::evaluate
