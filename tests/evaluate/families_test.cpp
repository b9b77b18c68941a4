// age, distinct, rate and percentile against their definitions.
#include <map>
#include <set>

#include "oracle.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;

namespace {

Seen keyed(Random& random) {
    return {0, {Number(between(random, 0, 99)), Number(between(random, 0, 3))}, "s"};
}

rules::Measure age_measure() {
    rules::Measure measure = measure_of(Function::kAge, 0);
    measure.in = kMinuteNs;
    return measure;
}

rules::Measure percentile_measure(DurationNs length, Number share) {
    rules::Measure measure = measure_of(Function::kPercentile, length);
    measure.value = field(0);
    measure.share = std::move(share);
    measure.bounds = {Number(-10), Number::ratio(1, 2), Number(20)};
    return measure;
}

// From the definition: sort, take the rank, find the least bound that covers it.
Reading percentile_of(std::vector<Number> values, const rules::Measure& measure) {
    std::sort(values.begin(), values.end());
    std::size_t rank = 1;
    const Number least = measure.share * Number(static_cast<std::int64_t>(values.size()));
    while (Number(static_cast<std::int64_t>(rank) * 100) < least) ++rank;
    for (const Number& bound : measure.bounds) {
        if (compare(values[rank - 1], bound) <= 0) return Reading::of(bound);
    }
    return Reading::of(values.back());
}

}  // namespace

TEST_CASE("measures: age is the time since the latest event of the most silent group",
          "[evaluate]") {
    rules::Measure measure = age_measure();
    measure.by = 1;
    measure.forget_after = GENERATE(as<DurationNs>{}, 0, 3 * kMinuteNs);
    measure.inputs[0].where = node(Op::kLess, {field(0), number(50)});
    const MeasurePlan plan(measure, "thing");
    run(plan, {21, kMinuteNs, Ahead::kSome}, keyed,
        [&](const std::vector<Seen>& all, TimeNs now) {
            if (all.empty()) return Reading::missing("no thing observed");
            std::map<std::string, TimeNs> latest;
            for (const Seen& seen : all) {
                if (!(number_of(seen) < Number(50))) continue;
                const auto at = latest.try_emplace(number_of(seen, 1).to_text(), seen.time).first;
                at->second = std::max(at->second, seen.time);
            }
            std::optional<TimeNs> oldest;
            for (const auto& [name, time] : latest) {
                const bool gone = measure.forget_after > 0 && now - time > measure.forget_after;
                if (!gone) oldest = std::min(oldest.value_or(time), time);
            }
            if (!oldest) return Reading::none();
            return Reading::of(Number::ratio(std::max<TimeNs>(now - *oldest, 0), kMinuteNs));
        });
}

TEST_CASE("measures: an age falls due at its limit to the nanosecond", "[evaluate]") {
    using Limit = rules::Limit::Op;
    const auto due_of = [](Limit op, Number number, TimeNs now) {
        MeasurePlan plan(age_measure(), "heartbeat");
        plan.measure.limits.push_back({0, op, std::move(number)});
        const std::unique_ptr<Measure> state = make_measure(plan);
        fold(*state, {kStart, {}, "s"}, kStart, 7);
        CHECK(state->evidence(kStart).records == std::vector<std::uint64_t>{7});
        return state->next_due(now);
    };
    CHECK(due_of(Limit::kAtMost, Number(15), kStart) == kStart + 15 * kMinuteNs + 1);
    CHECK(due_of(Limit::kGreater, Number(15), kStart) == kStart + 15 * kMinuteNs + 1);
    CHECK(due_of(Limit::kLess, Number(15), kStart) == kStart + 15 * kMinuteNs);
    CHECK(due_of(Limit::kAtLeast, Number(15), kStart) == kStart + 15 * kMinuteNs);
    CHECK(due_of(Limit::kLess, Number::ratio(1, 7), kStart) == kStart + (kMinuteNs + 6) / 7);
    CHECK(due_of(Limit::kEqual, Number(15), kStart) == kStart + 15 * kMinuteNs);
    CHECK(due_of(Limit::kEqual, Number(15), kStart + 15 * kMinuteNs) ==
          kStart + 15 * kMinuteNs + 1);
    CHECK(due_of(Limit::kEqual, Number::ratio(1, 7), kStart) == kNever);
    CHECK(due_of(Limit::kAtMost, Number(15), kStart + kHourNs) == kNever);
}

TEST_CASE("measures: an age that other rules read too is looked at again", "[evaluate]") {
    MeasurePlan plan(age_measure(), "heartbeat");
    const std::unique_ptr<Measure> unlimited = make_measure(plan);
    fold(*unlimited, {kStart, {}, "s"}, kStart);
    CHECK(unlimited->next_due(kStart) == kNever);  // nobody looks at it
    plan.measure.limits.push_back({0, rules::Limit::Op::kAtMost, Number(15)});
    CHECK(unlimited->next_due(kStart) == kStart + 15 * kMinuteNs + 1);
    plan.measure.free = true;
    CHECK(unlimited->next_due(kStart) == kStart + kMinuteNs);
    plan.measure.in = kSecondNs;
    CHECK(unlimited->next_due(kStart) == kStart + kLookAgain);
}

TEST_CASE("measures: age needs its events and says when there are too many groups",
          "[evaluate]") {
    rules::Measure measure = age_measure();
    measure.by = 0;
    measure.at_least = 2;
    measure.forget_after = kMinuteNs;
    const MeasurePlan plan(measure, "beat");
    const std::unique_ptr<Measure> state = make_measure(plan);
    CHECK(state->value(kStart) == Reading::missing("no beat observed"));
    state->observe_nil();
    CHECK(state->value(kStart) == Reading::missing("0 of 2 beats"));
    for (std::int64_t key = 0; key < 10'000; ++key) {
        fold(*state, {kStart, {Number(key)}, ""}, kStart);
    }
    CHECK(state->value(kStart) == Reading::of(Number(0)));
    fold(*state, {kStart, {Number(10'000)}, ""}, kStart);
    CHECK(state->value(kStart) == Reading::missing("more than 10000 groups"));
    const TimeNs forgotten = state->next_due(kStart);
    CHECK(forgotten == kStart + kMinuteNs + 1);
    CHECK(state->value(forgotten - 1) == Reading::missing("more than 10000 groups"));
    CHECK(state->value(forgotten) == Reading::none());
}

TEST_CASE("measures: distinct agrees with a list", "[evaluate]") {
    const DurationNs length = GENERATE(as<DurationNs>{}, 10 * kMinuteNs, 30 * kDayNs);
    rules::Measure measure = measure_of(Function::kDistinct, length);
    measure.value = field(1);
    measure.inputs[0].where = node(Op::kLess, {field(0), number(70)});
    const MeasurePlan plan(measure, "thing");
    const auto make = [](Random& random) {
        Seen seen{0, {Number(between(random, 0, 99)), std::monostate()}, "s"};
        const auto value = between(random, 0, 400);
        if (value > 0) seen.fields[1] = Number(value);
        return seen;
    };
    run(plan, {22, length}, make, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        std::set<std::string> values;
        for (const Seen& seen : in_window(all, now, plan.window)) {
            const Number* value = std::get_if<Number>(&seen.fields[1]);
            if (value != nullptr && number_of(seen) < Number(70)) values.insert(value->to_text());
        }
        return Reading::of(Number(static_cast<std::int64_t>(values.size())));
    });
}

TEST_CASE("measures: distinct names the latest new values and is bounded", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kDistinct, kMinuteNs);
    measure.value = field(0);
    const MeasurePlan plan(measure, "login");
    std::unique_ptr<Measure> state = make_measure(plan);
    const std::string longest(100'000, 'x');
    const std::string longer(100'001, 'x');
    fold(*state, {kStart, {std::string_view(longest)}, ""}, kStart, 1);
    fold(*state, {kStart, {std::string_view(longer)}, ""}, kStart, 2);
    fold(*state, {kStart, {std::string_view(longest)}, ""}, kStart, 3);
    CHECK(state->value(kStart) == Reading::of(Number(2)));
    CHECK(state->evidence(kStart).records == std::vector<std::uint64_t>{1, 2});
    CHECK(state_of(*state, kStart).size() < 300);  // long texts are known by their digests

    for (std::int64_t key = 2; key < 10'000; ++key) {
        fold(*state, {kStart, {Number(key)}, ""}, kStart);
    }
    CHECK(state->value(kStart) == Reading::of(Number(10'000)));
    fold(*state, {kStart + kSecondNs, {Number(-1)}, ""}, kStart + kSecondNs);
    state = reborn(*state, plan, kStart + kSecondNs);
    const Reading too_many = Reading::missing("more than 10000 different values");
    const TimeNs gone = plan.window.leaves(plan.window.pane_of(kStart + kSecondNs));
    CHECK(state->value(kStart + kSecondNs) == too_many);
    CHECK(state->value(gone - 1) == too_many);
    CHECK(state->value(gone) == Reading::of(Number(0)));
}

TEST_CASE("measures: long groups, keys and sources are known by their digests", "[evaluate]") {
    const Function function = GENERATE(Function::kLast, Function::kLatestAll, Function::kResponse,
                                       Function::kResolution, Function::kAge,
                                       Function::kSequenceGaps);
    rules::Measure measure = measure_of(function, kHourNs);
    measure.value = field(1);
    measure.by = 0;
    measure.from_field = 2;
    measure.until_field = 3;
    const MeasurePlan plan(measure, "thing");
    std::unique_ptr<Measure> state = make_measure(plan);
    for (const std::size_t size : {64, 65, 50'000, 50'001}) {
        const std::string name(size, 'x');
        fold(*state, {kStart, {std::string_view(name), Number(1), kStart, std::monostate()}, name},
             kStart);
    }
    const Bytes bytes = state_of(*state, kStart);
    CHECK(bytes.size() < 700);
    CHECK(bytes.size() > 64 + 3 * 65);  // four of them
    state = reborn(*state, plan, kStart);
}

TEST_CASE("measures: rate is the count over the window's length", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kRate, kHourNs);
    measure.period = 7 * kSecondNs;
    const MeasurePlan plan(measure, "thing");
    run(plan, {23}, keyed, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        const auto count = static_cast<std::int64_t>(in_window(all, now, plan.window).size());
        return Reading::of(Number(count) * Number::ratio(7, 3600));
    });
}

TEST_CASE("measures: percentile agrees with the nearest rank of a list", "[evaluate]") {
    const DurationNs length = GENERATE(as<DurationNs>{}, 10 * kMinuteNs, 30 * kDayNs);
    const Number share = GENERATE(Number(50), Number::ratio(999, 10), Number(100));
    const rules::Measure measure = percentile_measure(length, share);
    const MeasurePlan plan(measure, "thing");
    const auto make = [](Random& random) {
        return Seen{0, {Number::ratio(between(random, -60, 60), between(random, 1, 3))}, "s"};
    };
    run(plan, {24, length}, make, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        std::vector<Number> values;
        for (const Seen& seen : in_window(all, now, plan.window)) values.push_back(number_of(seen));
        return values.empty() ? Reading::none() : percentile_of(values, measure);
    });
}

TEST_CASE("measures: of a percentile the rank at the limit counts, the one behind it does not",
          "[evaluate]") {
    const MeasurePlan plan(percentile_measure(kHourNs, Number::ratio(999, 10)), "trade");
    std::unique_ptr<Measure> state = make_measure(plan);
    for (int i = 0; i < 999; ++i) fold(*state, {kStart, {Number::ratio(1, 2)}, ""}, kStart);
    fold(*state, {kStart, {Number(900)}, ""}, kStart, 5);
    CHECK(state->value(kStart) == Reading::of(Number::ratio(1, 2)));  // 999 of 1,000
    fold(*state, {kStart, {Number(800)}, ""}, kStart, 6);
    CHECK(state->value(kStart) == Reading::of(Number(900)));  // 999 of 1,001 are too few
    CHECK(state->evidence(kStart).records == std::vector<std::uint64_t>{5});
    state = reborn(*state, plan, kStart);
    CHECK(state->value(kStart) == Reading::of(Number(900)));
}

TEST_CASE("measures: a percentile needs its observations", "[evaluate]") {
    rules::Measure measure = percentile_measure(kHourNs, Number(99));
    measure.at_least = 2;
    const MeasurePlan plan(measure, "trade");
    const std::unique_ptr<Measure> state = make_measure(plan);
    fold(*state, {kStart, {Number(1)}, ""}, kStart);
    CHECK(state->value(kStart) == Reading::missing("1 of 2 trades"));
    fold(*state, {kStart, {std::monostate()}, ""}, kStart);  // no value: none for this measure
    CHECK(state->value(kStart) == Reading::missing("1 of 2 trades"));
    fold(*state, {kStart, {Number(1)}, ""}, kStart);
    CHECK(state->value(kStart) == Reading::of(Number(20)));
}

}  // namespace overlord::evaluate
