#include "event_pair.hpp"

#include <algorithm>
#include <limits>

#include "expression.hpp"

namespace overlord::evaluate {
namespace {

using Form = rules::ProvedControl::Form;
using Function = rules::Measure::Function;

constexpr std::uint64_t kUnitsMax = std::numeric_limits<std::uint32_t>::max();

bool keeps(const Number& value, const rules::Limit& limit) {
    const int order = compare(value, limit.number);
    switch (limit.op) {
        case rules::Limit::Op::kAtMost:
            return order <= 0;
        case rules::Limit::Op::kLess:
            return order < 0;
        case rules::Limit::Op::kAtLeast:
            return order >= 0;
        case rules::Limit::Op::kGreater:
            return order > 0;
        case rules::Limit::Op::kEqual:
            break;
    }
    return order == 0;
}

// A whole number from 0 up; what has no place in a pair is as much as there can be.
std::uint64_t units(const Operand& value) {
    const Number* number = std::get_if<Number>(&value);
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    if (number == nullptr) return 0;
    if (!number->small(numerator, denominator)) return kUnitsMax;
    return static_cast<std::uint64_t>(numerator);
}

bool passes(const rules::Measure& measure, const Observation& observation) {
    const auto& where = measure.inputs[observation.input].where;
    return !where || holds(*where, observation.fields);
}

std::optional<EventPair> ratio_pair(const rules::Measure& measure,
                                    const Observation& observation) {
    if (!passes(measure, observation)) return std::nullopt;
    const std::uint64_t good = units(evaluate_expression(*measure.value, observation.fields));
    const std::uint64_t total = units(evaluate_expression(*measure.divisor, observation.fields));
    return EventPair{total > good ? total - good : 0, total};
}

// What a value uses up of the most there can be, where little is good; else what it falls short.
EventPair mean_pair(const rules::ProvedControl& proved, std::uint64_t value) {
    const bool little_is_good = proved.limit.op == rules::Limit::Op::kAtMost ||
                                proved.limit.op == rules::Limit::Op::kLess;
    const std::uint64_t short_of = proved.most - std::min(proved.most, value);
    return EventPair{little_is_good ? value : short_of, proved.most};
}

std::optional<EventPair> value_pair(const rules::ProvedControl& proved,
                                    const rules::Measure& measure,
                                    const Observation& observation) {
    if (!passes(measure, observation)) return std::nullopt;
    if (measure.function == Function::kCount) return EventPair{1, 1};
    const std::uint64_t value = units(evaluate_expression(*measure.value, observation.fields));
    if (measure.function == Function::kSum) return EventPair{value, 1};
    return mean_pair(proved, value);
}

std::optional<EventPair> violation_pair(const rules::Measure& measure, const rules::Limit& limit,
                                        const Observation& observation) {
    const bool passed = passes(measure, observation);
    if (measure.function == Function::kAll) return EventPair{passed ? 0u : 1u, 1};
    if (!passed) return std::nullopt;
    const Operand value = evaluate_expression(*measure.value, observation.fields);
    const Number* number = std::get_if<Number>(&value);
    if (number == nullptr) return std::nullopt;
    return EventPair{keeps(*number, limit) ? 0u : 1u, 1};
}

}  // namespace

std::optional<EventPair> event_pair(const rules::ProvedControl& proved,
                                    const rules::Measure& measure,
                                    const Observation& observation) {
    switch (measure.function) {
        case Function::kRatio:
            return ratio_pair(measure, observation);
        case Function::kCount:
        case Function::kSum:
        case Function::kMean:
            return value_pair(proved, measure, observation);
        case Function::kMax:
        case Function::kMin:
        case Function::kAll:
        case Function::kPercentile:  // the share of values within its limit
            return violation_pair(measure, proved.limit, observation);
        default:
            return std::nullopt;
    }
}

}  // namespace overlord::evaluate
