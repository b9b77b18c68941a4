#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "oracle.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;

namespace {

Seen numbers(Random& random) {
    return {0,
            {Number::ratio(between(random, -50, 50), between(random, 1, 7)),
             Number(between(random, 1, 9))},
            "s"};
}

}  // namespace

TEST_CASE("measures: count, sum, mean, ratio, min and max agree with a list", "[evaluate]") {
    const Function function = GENERATE(Function::kCount, Function::kSum, Function::kMean,
                                       Function::kRatio, Function::kMin, Function::kMax);
    const DurationNs length = GENERATE(as<DurationNs>{}, kHourNs, 10 * kMinuteNs, 30 * kDayNs);
    rules::Measure measure = measure_of(function, length);
    measure.value = field(0);
    if (function == Function::kRatio) measure.divisor = field(1);
    measure.inputs[0].where = node(Op::kLess, {field(0), number(40)});
    const MeasurePlan plan(measure, "thing");
    run(plan, {7, length}, numbers, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        std::vector<Seen> kept = in_window(all, now, plan.window);
        std::erase_if(kept, [](const Seen& seen) { return !(number_of(seen) < Number(40)); });
        if (function == Function::kCount) {
            return Reading::of(Number(static_cast<std::int64_t>(kept.size())));
        }
        if (kept.empty()) return Reading::none();
        Number sum = 0;
        Number by = 0;
        Number least = number_of(kept[0]);
        Number greatest = number_of(kept[0]);
        for (const Seen& seen : kept) {
            sum = sum + number_of(seen);
            by = by + (function == Function::kRatio ? number_of(seen, 1) : Number(1));
            if (number_of(seen) < least) least = number_of(seen);
            if (greatest < number_of(seen)) greatest = number_of(seen);
        }
        switch (function) {
            case Function::kSum:
                return Reading::of(sum);
            case Function::kMin:
                return Reading::of(least);
            case Function::kMax:
                return Reading::of(greatest);
            default:
                return Reading::of(sum / by);
        }
    });
}

TEST_CASE("measures: all agrees with a list and names the violating records", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kAll, kHourNs);
    measure.inputs[0].where = node(Op::kLess, {field(0), number(49)});
    const MeasurePlan plan(measure, "thing");
    run(plan, {8}, numbers, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        const std::vector<Seen> kept = in_window(all, now, plan.window);
        if (kept.empty()) return Reading::none();
        return Reading::of_truth(std::all_of(kept.begin(), kept.end(), [](const Seen& seen) {
            return number_of(seen) < Number(49);
        }));
    });
    const std::unique_ptr<Measure> state = make_measure(plan);
    for (std::uint64_t record = 0; record < 8; ++record) {
        fold(*state, {kStart, {Number(49), Number(1)}, "s"}, kStart, record);
    }
    CHECK(state->evidence(kStart).records == std::vector<std::uint64_t>{3, 4, 5, 6, 7});
    CHECK(state->evidence(kStart).count == 8);
}

TEST_CASE("measures: last takes each group's latest, the least of them, and goes stale",
          "[evaluate]") {
    rules::Measure measure = measure_of(Function::kLast, 0);
    measure.value = field(0);
    measure.by = 1;
    measure.greatest = GENERATE(false, true);
    measure.stale_after = 5 * kMinuteNs;
    const MeasurePlan plan(measure, "thing");
    run(
        plan, {9, kMinuteNs},
        [](Random& random) {
            return Seen{0, {Number(between(random, 0, 99)), Number(between(random, 0, 2))}, "s"};
        },
        [&](const std::vector<Seen>& all, TimeNs now) {
            if (all.empty()) return Reading::missing("no thing observed");
            std::map<std::string, Seen> latest;
            for (const Seen& seen : all) {
                const auto at = latest.try_emplace(number_of(seen, 1).to_text(), seen).first;
                if (seen.time >= at->second.time) at->second = seen;
            }
            TimeNs oldest = now;
            Number best = number_of(latest.begin()->second);
            for (const auto& [name, seen] : latest) {
                oldest = std::min(oldest, seen.time);
                const bool better =
                    measure.greatest ? best < number_of(seen) : number_of(seen) < best;
                if (better) best = number_of(seen);
            }
            if (now - oldest > measure.stale_after) {
                return Reading::missing("stale since " +
                                        format_rfc3339(oldest + measure.stale_after));
            }
            return Reading::of(best);
        });
}

TEST_CASE("measures: latest_all looks at the latest of every key", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kLatestAll, 0);
    measure.by = 1;
    measure.inputs[0].where = node(Op::kLess, {field(0), number(30)});
    const MeasurePlan plan(measure, "thing");
    run(
        plan, {10, kMinuteNs},
        [](Random& random) {
            return Seen{0, {Number(between(random, 0, 31)), Number(between(random, 0, 3))}, "s"};
        },
        [&](const std::vector<Seen>& all, TimeNs) {
            if (all.empty()) return Reading::missing("no thing observed");
            std::map<std::string, Seen> latest;
            for (const Seen& seen : all) {
                const auto at = latest.try_emplace(number_of(seen, 1).to_text(), seen).first;
                if (seen.time >= at->second.time) at->second = seen;
            }
            return Reading::of_truth(std::all_of(latest.begin(), latest.end(), [](auto& one) {
                return number_of(one.second) < Number(30);
            }));
        });
}

TEST_CASE("measures: latest_all says so when there are too many keys", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kLatestAll, 0);
    measure.by = 0;
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    for (std::int64_t key = 0; key <= 10'000; ++key) {
        fold(*state, {kStart, {Number(key)}, "s"}, kStart);
        if (key == 9'999) CHECK(state->value(kStart) == Reading::of_truth(true));
    }
    CHECK(state->value(kStart) == Reading::missing("more than 10000 keys"));
}

TEST_CASE("measures: resolution agrees with a list", "[evaluate]") {
    rules::Measure measure = measure_of(Function::kResolution, kHourNs);
    measure.at_least = 20;
    const MeasurePlan plan(measure, "trade");
    Random random(11);
    std::unique_ptr<Measure> state = make_measure(plan);
    std::vector<Seen> all;
    TimeNs now = kStart;
    for (int step = 0; step < 4'000; ++step) {
        now += between(random, 0, step % 50 == 0 ? kHourNs : 20 * kSecondNs);
        TimeNs unit = 1;
        for (auto zeros = between(random, 0, 9); zeros > 0; --zeros) unit *= 10;
        const TimeNs time = (now - between(random, 0, 30) * kSecondNs) / unit * unit;
        if (time < now - measure.lateness) continue;
        const Seen seen{time, {}, "source" + std::to_string(between(random, 0, 2))};
        fold(*state, seen, now);
        all.push_back(seen);
        std::map<std::string, std::int64_t> exact;
        const std::vector<Seen> kept = in_window(all, now, plan.window);
        for (const Seen& one : kept) {
            std::int64_t power = 1;
            while (power < 1'000'000'000'000'000'000 && one.time % (power * 10) == 0) power *= 10;
            const auto at = exact.try_emplace(one.source, power).first;
            at->second = std::min(at->second, power);
        }
        Reading expected = Reading::missing(std::to_string(kept.size()) + " of 20 trades");
        if (kept.size() >= 20) {
            std::int64_t coarsest = 0;
            for (const auto& [name, power] : exact) coarsest = std::max(coarsest, power);
            expected = Reading::of(Number(coarsest));
        }
        REQUIRE(state->value(now) == expected);
        if (step % 100 == 0) state = reborn(*state, plan, now);
    }
}

namespace {

rules::Measure response_measure() {
    rules::Measure measure = measure_of(Function::kResponse, 30 * kDayNs);
    measure.by = 0;
    measure.from_field = 1;
    measure.until_field = 2;
    return measure;
}

Seen incident(TimeNs time, std::int64_t key, TimeNs from, std::optional<TimeNs> until) {
    Seen seen{time, {Number(key), from, std::monostate()}, "s"};
    if (until) seen.fields[2] = *until;
    return seen;
}

}  // namespace

TEST_CASE("measures: response agrees with a list", "[evaluate]") {
    const MeasurePlan plan(response_measure(), "incident");
    Random random(12);
    std::unique_ptr<Measure> state = make_measure(plan);
    std::vector<Seen> all;
    TimeNs now = kStart;
    for (int step = 0; step < 4'000; ++step) {
        now += between(random, 0, step % 100 == 0 ? 20 * kDayNs : kHourNs);
        const TimeNs time = now - between(random, 0, 60) * kSecondNs;
        const TimeNs from = time - between(random, 0, kHourNs);
        const bool open = between(random, 0, 9) == 0;
        const Seen seen =
            incident(time, between(random, 0, 5), from,
                     open ? std::nullopt : std::optional(from + between(random, 0, kHourNs)));
        fold(*state, seen, now);
        all.push_back(seen);
        std::map<std::string, Seen> latest;
        std::optional<TimeNs> longest;
        for (const Seen& one : all) {
            const auto at = latest.try_emplace(number_of(one).to_text(), one).first;
            if (one.time >= at->second.time) at->second = one;
            const TimeNs* until = std::get_if<TimeNs>(&one.fields[2]);
            if (until == nullptr || !held(one.time, now, plan.window)) continue;
            longest = std::max(longest.value_or(0), *until - std::get<TimeNs>(one.fields[1]));
        }
        for (const auto& [name, one] : latest) {
            if (std::get_if<TimeNs>(&one.fields[2]) != nullptr) continue;
            longest = std::max(longest.value_or(0), now - std::get<TimeNs>(one.fields[1]));
        }
        const Reading expected =
            longest ? Reading::of(Number::ratio(*longest, kMinuteNs)) : Reading::none();
        REQUIRE(state->value(now) == expected);
        if (step % 100 == 0) state = reborn(*state, plan, now);
    }
}

TEST_CASE("measures: an open response falls due one nanosecond after its limit", "[evaluate]") {
    MeasurePlan plan(response_measure(), "incident");
    plan.measure.limits.push_back({0, rules::Limit::Op::kAtMost, Number(15)});
    const std::unique_ptr<Measure> state = make_measure(plan);
    fold(*state, incident(kStart, 1, kStart - kMinuteNs, std::nullopt), kStart);
    const TimeNs due = kStart + 14 * kMinuteNs + 1;
    CHECK(state->next_due(kStart) == due);
    CHECK(state->value(due - 1) == Reading::of(Number(15)));
    CHECK(Number(15) < state->value(due).number);
    CHECK(state->next_due(due) == kNever);

    plan.measure.limits[0] = {0, rules::Limit::Op::kLess, Number::ratio(1, 7)};
    const TimeNs seventh = kStart - kMinuteNs + (kMinuteNs + 6) / 7;
    const std::unique_ptr<Measure> strict = make_measure(plan);
    fold(*strict, incident(kStart - kMinuteNs, 1, kStart - kMinuteNs, std::nullopt),
         kStart - kMinuteNs);
    CHECK(strict->next_due(kStart - kMinuteNs) == seventh);
}

TEST_CASE("measures: a nil report counts as observed", "[evaluate]") {
    const MeasurePlan plan(response_measure(), "incident");
    const std::unique_ptr<Measure> state = make_measure(plan);
    CHECK(state->value(kStart) == Reading::missing("no incident observed"));
    state->observe_nil();
    CHECK(state->value(kStart) == Reading::none());
}

}  // namespace overlord::evaluate
