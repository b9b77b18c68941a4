// What events add to slots, against the measure itself: the inequality of the plan over their sum
// holds exactly if the measure's value keeps the control's limit.
#include "event_pair.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace overlord::evaluate {

using namespace testing;
using Form = rules::ProvedControl::Form;
using Function = rules::Measure::Function;
using LimitOp = rules::Limit::Op;

namespace {

constexpr std::int64_t kMost = 9;

// One kind with a field 0..9, one measure of it, one control that is nothing but its limit.
rules::Bundle bundle_of(Function function, LimitOp op, const Number& limit) {
    rules::Bundle bundle;
    event::FieldSchema value;
    value.name = "value";
    value.type = event::ValueType::kInteger;
    value.minimum = Number(0);
    value.maximum = Number(kMost);
    rules::Kind& kind = bundle.kinds.emplace_back();
    kind.pack = "p";
    kind.name = "thing";
    kind.schema.fields = {value};
    rules::Measure measure = measure_of(function, kHourNs);
    if (function != Function::kCount) measure.value = field(0);
    measure.share = Number(90);
    for (std::int64_t bound = 0; bound < kMost; bound += 2) measure.bounds.push_back(bound);
    bundle.measures.push_back(measure);
    rules::Control& control = bundle.controls.emplace_back();
    control.id = "p.c";
    control.pack = "p";
    control.reads = {0};
    control.limit = rules::Limit{0, op, limit};
    control.exact = control.limit;
    control.proof = rules::Proof::kEvent;
    return bundle;
}

bool keeps(const Number& value, LimitOp op, const Number& limit) {
    const int order = compare(value, limit);
    if (op == LimitOp::kAtMost) return order <= 0;
    if (op == LimitOp::kLess) return order < 0;
    if (op == LimitOp::kAtLeast) return order >= 0;
    return order > 0;
}

// (q - p) total - q bad >= 0 for the share p/q, or bad =< p/q for a sum; strictly where the limit
// is strict.
bool holds(const rules::ProvedControl& proved, const Number& bad, const Number& total) {
    const Number slack = proved.form == Form::kSum ? proved.bound - bad
                                                   : (Number(1) - proved.bound) * total - bad;
    const bool strict =
        proved.limit.op == LimitOp::kLess || proved.limit.op == LimitOp::kGreater;
    return strict ? compare(slack, 0) > 0 : compare(slack, 0) >= 0;
}

void check_against_measure(const rules::ProvedControl& proved, const rules::Bundle& bundle,
                           Random& random) {
    const MeasurePlan plan(bundle.measures[0], "thing");
    const std::unique_ptr<Measure> measure = make_measure(plan);
    const TimeNs now = 100 * kDayNs;
    Number bad = 0;
    Number total = 0;
    const std::int64_t count = between(random, 1, 25);
    for (std::int64_t i = 0; i < count; ++i) {
        const Seen seen{now - i, {Number(between(random, 0, between(random, 0, kMost)))}, "s"};
        fold(*measure, seen, now);
        const auto pair = event_pair(proved, bundle.measures[0],
                                     Observation{0, seen.time, now, 0, "s", seen.fields});
        REQUIRE(pair);
        bad = bad + Number(static_cast<std::int64_t>(pair->bad));
        total = total + Number(static_cast<std::int64_t>(pair->total));
    }
    const Reading value = measure->value(now);
    REQUIRE(value.kind == Reading::Kind::kNumber);
    const rules::Limit& limit = *bundle.controls[0].limit;
    INFO(value.to_text() << " against " << limit.number.to_text() << ": bad " << bad.to_text()
                         << " total " << total.to_text() << " bound " << proved.bound.to_text());
    CHECK(holds(proved, bad, total) == keeps(value.number, limit.op, limit.number));
}

}  // namespace

TEST_CASE("event pairs: the sum of a slot keeps the bound exactly if the measure keeps its limit",
          "[slots]") {
    const Function function =
        GENERATE(Function::kMean, Function::kCount, Function::kSum, Function::kPercentile);
    const LimitOp op =
        GENERATE(LimitOp::kAtMost, LimitOp::kLess, LimitOp::kAtLeast, LimitOp::kGreater);
    Random random(static_cast<std::uint64_t>(function) * 7 + static_cast<std::uint64_t>(op));
    std::size_t proved_limits = 0;
    for (int round = 0; round < 2'000; ++round) {
        const std::int64_t most = function == Function::kMean ? kMost : 40;
        const Number limit = function == Function::kPercentile
                                 ? Number(between(random, 0, kMost))
                                 : Number::ratio(between(random, 0, 3 * most), 3);
        const rules::Bundle bundle = bundle_of(function, op, limit);
        const rules::ProofPlan plan = rules::proof_plan(bundle, kMinuteNs);
        REQUIRE(plan.proved.size() == 1);
        if (plan.proved[0].form == Form::kState) continue;
        ++proved_limits;
        check_against_measure(plan.proved[0], bundle, random);
    }
    const bool at_most = op == LimitOp::kAtMost || op == LimitOp::kLess;
    const bool provable = function == Function::kMean ||
                          (function == Function::kPercentile ? op == LimitOp::kAtMost : at_most);
    CHECK((proved_limits > 500) == provable);
    CHECK((proved_limits == 0) == !provable);
}

}  // namespace overlord::evaluate
