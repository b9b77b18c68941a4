// Expressions, events and a Prolog machine that tests make by hand.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "measure.hpp"
#include "overlord/evaluate/evaluator.hpp"

namespace overlord::evaluate::testing {

using Op = rules::Expression::Op;
using Random = std::mt19937_64;

inline rules::Expression leaf(Op op, std::size_t field, Number number, std::string text = "",
                              bool boolean = true) {
    return rules::Expression{op, field, std::move(number), std::move(text), boolean, {}};
}
inline rules::Expression field(std::size_t index) {
    return leaf(Op::kField, index, 0);
}
inline rules::Expression number(std::int64_t value) {
    return leaf(Op::kNumber, 0, value);
}
inline rules::Expression text(std::string value) {
    return leaf(Op::kText, 0, 0, std::move(value));
}
inline rules::Expression node(Op op, std::vector<rules::Expression> arguments) {
    return rules::Expression{op, 0, 0, "", true, std::move(arguments)};
}

inline std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

// A measure of one kind "thing" whose fields the test names by position.
inline rules::Measure measure_of(rules::Measure::Function function, DurationNs window) {
    rules::Measure measure;
    measure.pack = "p";
    measure.name = "m";
    measure.function = function;
    measure.inputs.push_back({0, std::nullopt});
    measure.window = window;
    return measure;
}

// An observation that was folded, as an oracle remembers it.
struct Seen {
    TimeNs time;
    std::vector<event::TypedValue> fields;
    std::string source;
};

inline void fold(Measure& measure, const Seen& seen, TimeNs now, std::uint64_t record = 0) {
    measure.fold(Observation{0, seen.time, now, record, seen.source, seen.fields});
}

// Whether a window of this length made of this pane holds the instant, by definition.
inline bool held(TimeNs time, TimeNs now, const Window& window) {
    const TimeNs end = (floor_divide(time, window.pane()) + 1) * window.pane();
    return end > now - window.length();
}

inline Bytes state_of(Measure& measure, TimeNs now) {
    Writer out;
    measure.write(out, now);
    return out.bytes();
}

// Through bytes and back; the test goes on with the copy.
inline std::unique_ptr<Measure> reborn(Measure& measure, const MeasurePlan& plan, TimeNs now) {
    const Bytes bytes = state_of(measure, now);
    std::unique_ptr<Measure> copy = make_measure(plan);
    Reader in(bytes);
    copy->read(in);
    OVERLORD_ASSERT(in.at_end());
    OVERLORD_ASSERT(state_of(*copy, now) == bytes);
    return copy;
}

}  // namespace overlord::evaluate::testing
