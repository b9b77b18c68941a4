// sequence_gaps and deviation against their definitions.
#include <map>
#include <set>

#include "oracle.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;

namespace {

rules::Measure gaps_measure(DurationNs length = kHourNs) {
    rules::Measure measure = measure_of(Function::kSequenceGaps, length);
    measure.value = field(0);
    measure.lateness = 10 * kSecondNs;
    return measure;
}

Seen numbered(TimeNs time, std::int64_t number, std::int64_t group = 0) {
    return {time, {Number(number), Number(group)}, "s"};
}

// What was said of one group, a number at a time: each missing number and when it was revealed.
struct Line {
    std::int64_t highest;
    TimeNs highest_at;
    std::map<std::int64_t, TimeNs> missing;
};

rules::Measure deviation_measure(Number alpha, std::uint64_t latest, std::uint64_t warm_up) {
    rules::Measure measure = measure_of(Function::kDeviation, kHourNs);
    measure.value = field(0);
    measure.alpha = std::move(alpha);
    measure.latest = latest;
    measure.warm_up = warm_up;
    return measure;
}

Reading reading_at(Measure& state, const std::vector<Number>& values, TimeNs now = kStart) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        fold(state, {now, {values[i]}, ""}, now, i);
    }
    return state.value(now);
}

}  // namespace

TEST_CASE("sequence_gaps: agrees with a list of numbers", "[evaluate]") {
    rules::Measure measure = gaps_measure(10 * kMinuteNs);
    measure.by = 1;
    const MeasurePlan plan(measure, "order");
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
    Random random(seed);
    std::unique_ptr<Measure> state = make_measure(plan);
    std::map<std::int64_t, Line> lines;
    std::map<std::int64_t, std::int64_t> sent;
    std::vector<Seen> waiting;  // sent, and under way for a while
    TimeNs now = kStart;
    std::size_t gaps_seen = 0;
    const auto arrive = [&](const Seen& seen) {
        if (seen.time < now - measure.lateness) return;  // late: the core passes it by
        fold(*state, seen, now);
        std::int64_t number = 0;
        std::int64_t group = 0;
        std::int64_t one = 0;
        (void)number_of(seen, 0).small(number, one);
        (void)number_of(seen, 1).small(group, one);
        const auto [at, first] = lines.try_emplace(group, Line{number, seen.time, {}});
        Line& line = at->second;
        line.missing.erase(number);
        for (std::int64_t n = line.highest + 1; n < number; ++n) line.missing[n] = seen.time;
        if (number > line.highest) line.highest = number;
    };
    for (int step = 0; step < 4'000; ++step) {
        now += between(random, 0, step % 400 == 399 ? 5 * kMinuteNs : 500'000'000);
        const auto group = between(random, 0, 2);
        const Seen seen = numbered(now, 100 + sent[group]++, group);
        const auto fate = between(random, 0, 99);
        if (fate < 90) {
            arrive(seen);
        } else if (fate < 98) {
            waiting.push_back(seen);  // else it is lost
        }
        for (std::size_t i = 0; i < waiting.size();) {
            if (between(random, 0, 19) > 0) {
                ++i;
                continue;
            }
            arrive(waiting[i]);
            waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
        }
        std::int64_t expected = 0;
        TimeNs next = kNever;
        for (auto& [name, line] : lines) {
            for (const auto& [n, revealed] : line.missing) {
                if (!held(revealed, now, plan.window)) continue;
                if (revealed + measure.lateness < now) {
                    ++expected;
                } else {
                    next = std::min(next, revealed + measure.lateness + 1);
                }
            }
        }
        REQUIRE(state->value(now) == Reading::of(Number(expected)));
        REQUIRE(state->next_due(now) <= next);
        gaps_seen += expected > 0 ? 1 : 0;
        if (step % 100 == 0) state = reborn(*state, plan, now);
    }
    CHECK(gaps_seen > 1'000);
}

TEST_CASE("sequence_gaps: a gap counts once nothing can fill it any more", "[evaluate]") {
    const MeasurePlan plan(gaps_measure(), "order");
    std::unique_ptr<Measure> state = make_measure(plan);
    CHECK(state->value(kStart) == Reading::missing("no order observed"));
    fold(*state, numbered(kStart, 5), kStart, 1);
    fold(*state, numbered(kStart + 1, 9), kStart + 1, 2);  // 6, 7 and 8 are missing
    const TimeNs counts = kStart + 1 + 10 * kSecondNs + 1;
    CHECK(state->value(counts - 1) == Reading::of(Number(0)));
    CHECK(state->next_due(counts - 1) == counts);
    fold(*state, numbered(kStart, 7), counts - 2, 3);
    state = reborn(*state, plan, counts - 2);
    CHECK(state->value(counts) == Reading::of(Number(2)));
    CHECK(state->evidence(counts).records == std::vector<std::uint64_t>{2, 2});
    CHECK(state->evidence(counts).count == 3);
    const TimeNs leaves = plan.window.leaves(plan.window.pane_of(kStart + 1));
    CHECK(state->next_due(counts) == leaves);
    CHECK(state->value(leaves - 1) == Reading::of(Number(2)));
    CHECK(state->value(leaves) == Reading::of(Number(0)));
    CHECK(state_of(*state, leaves).size() < 50);  // the silent group is forgotten
}

TEST_CASE("sequence_gaps: a restarted source begins anew, a repeated number does not",
          "[evaluate]") {
    const MeasurePlan plan(gaps_measure(), "order");
    std::unique_ptr<Measure> state = make_measure(plan);
    const auto after = [&](std::initializer_list<std::pair<TimeNs, std::int64_t>> sent) {
        for (const auto& [second, number] : sent) {
            fold(*state, numbered(kStart + second * kSecondNs, number), kStart + 60 * kSecondNs);
        }
        state = reborn(*state, plan, kStart + kMinuteNs);
        return state->value(kStart + 5 * kMinuteNs).to_text();
    };
    CHECK(after({{50, 7}, {51, 8}, {52, 7}, {53, 8}}) == "0");
    CHECK(after({{54, 11}}) == "2");           // 9 and 10
    CHECK(after({{55, 1}, {56, 2}, {57, 4}}) == "3");  // and 3 of the new run
    CHECK(after({{53, 10}}) == "2");           // of the run before
    CHECK(after({{57, 9}}) == "6");            // of this one: 5 to 8 are missing
    CHECK(after({{56, 3}}) == "5");
}

TEST_CASE("sequence_gaps: what cannot be followed is said", "[evaluate]") {
    rules::Measure measure = gaps_measure(kMinuteNs);
    measure.by = 1;
    const MeasurePlan plan(measure, "order");
    const std::unique_ptr<Measure> range = make_measure(plan);
    fold(*range, numbered(kStart, -1), kStart);
    CHECK(range->value(kStart) ==
          Reading::missing("a sequence number is not between 0 and 2^62"));
    CHECK(range->value(kStart + 2 * kMinuteNs) == Reading::of(Number(0)));

    std::unique_ptr<Measure> state = make_measure(plan);
    TimeNs now = kStart;
    for (std::int64_t n = 0; n <= 20'000; n += 2) fold(*state, numbered(now, n), now);
    CHECK(state->value(now) == Reading::of(Number(0)));  // 10,000 gaps, none counts yet
    fold(*state, numbered(now, 20'002), now);
    state = reborn(*state, plan, now);
    CHECK(state->value(now) == Reading::missing("more than 10000 groups or gaps"));
    CHECK(state_of(*state, now).size() < 400'000);
    now = plan.window.leaves(plan.window.pane_of(now));
    CHECK(state->value(now) == Reading::of(Number(0)));
    const std::int64_t most = std::int64_t{1} << 62;
    fold(*state, numbered(now, 0, 5), now);
    fold(*state, numbered(now, most, 5), now);
    CHECK(state->value(now + 30 * kSecondNs) == Reading::of(Number(most - 1)));
}

TEST_CASE("deviation: an exponentially weighted mean, by hand", "[evaluate]") {
    const MeasurePlan plan(deviation_measure(Number::ratio(1, 2), 0, 2), "trade");
    const std::unique_ptr<Measure> state = make_measure(plan);
    CHECK(reading_at(*state, {Number(10)}) == Reading::missing("1 of 3 trades"));
    // m = 11, v = 1/2 (0 + 1/2 * 4) = 1
    CHECK(reading_at(*state, {Number(12)}) == Reading::missing("2 of 3 trades"));
    CHECK(reading_at(*state, {Number(15)}) == Reading::of(Number(4)));  // |15 - 11| / 1
    // m = 13, v = 1/2 (1 + 1/2 * 16) = 4.5, its root 2.121320343
    CHECK(reading_at(*state, {Number(13)}) == Reading::of(Number(4)));
    // m = 13, v = 2.25
    CHECK(reading_at(*state, {Number(4)}) == Reading::of(Number(6)));  // 9 / 1.5
}

TEST_CASE("deviation: the median and the median absolute deviation, by hand", "[evaluate]") {
    const MeasurePlan plan(deviation_measure(0, 4, 4), "trade");
    std::unique_ptr<Measure> state = make_measure(plan);
    const std::vector<Number> first = {Number(1), Number(9), Number(3), Number(5)};
    CHECK(reading_at(*state, first) == Reading::missing("4 of 5 trades"));
    // median 4, distances 3 5 1 1: their median 2; 2 * 1.4826 = 2.9652; 7 / 2.9652
    CHECK(reading_at(*state, {Number(11)}) ==
          Reading::of(Number::ratio(2'360'717'658, 1'000'000'000)));
    state = reborn(*state, plan, kStart);
    // of 9 3 5 11: median 7, distances 2 4 2 4: 3 * 1.4826 = 4.4478; 13 / 4.4478
    CHECK(reading_at(*state, {Number(20)}) ==
          Reading::of(Number::ratio(2'922'793'291, 1'000'000'000)));
}

TEST_CASE("deviation: agrees with a sorted list, leaves with its pane, and survives bytes",
          "[evaluate]") {
    const auto latest = GENERATE(as<std::uint64_t>{}, 3, 8, 51);
    const rules::Measure measure = deviation_measure(0, latest, latest);
    const MeasurePlan plan(measure, "thing");
    const auto make = [](Random& random) {
        return Seen{0, {Number::ratio(between(random, -500, 500), 4)}, "s"};
    };
    const auto middle = [](std::vector<std::int64_t> values) {
        std::sort(values.begin(), values.end());
        const std::size_t half = values.size() / 2;
        return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    };
    run(plan, {41}, make, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        std::optional<std::int64_t> greatest;
        std::size_t kept = 0;
        std::vector<std::int64_t> before;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool in = held(all[i].time, now, plan.window);
            kept += in ? 1 : 0;
            std::int64_t n = 0;
            std::int64_t d = 0;
            (void)number_of(all[i]).small(n, d);
            const std::int64_t value = n * 1'000'000'000 / d;
            if (in && before.size() == latest) {
                const std::int64_t centre = middle(before);
                std::vector<std::int64_t> off;
                for (const std::int64_t one : before) off.push_back(std::abs(one - centre));
                const std::int64_t spread =
                    std::max<std::int64_t>(middle(off) * 14'826 / 10'000, 1);
                __extension__ using Wide = __int128;
                const auto z = static_cast<std::int64_t>(
                    std::min<Wide>(Wide{std::abs(value - centre)} * 1'000'000'000 / spread,
                                   1'000'000'000'000'000'000));
                greatest = std::max(greatest.value_or(0), z);
            }
            if (before.size() == latest) before.erase(before.begin());
            before.push_back(value);
        }
        if (kept == 0) return Reading::none();
        if (greatest) return Reading::of(Number::ratio(*greatest, 1'000'000'000));
        return Reading::missing(std::to_string(std::min<std::size_t>(all.size(), latest)) +
                                " of " + std::to_string(latest + 1) + " things");
    });
}

TEST_CASE("deviation: where nothing varies the least spread counts", "[evaluate]") {
    rules::Measure measure = deviation_measure(Number::ratio(1, 10), 0, 1);
    const MeasurePlan bare(measure, "trade");
    const std::unique_ptr<Measure> infinite = make_measure(bare);
    CHECK(reading_at(*infinite, {Number(5), Number(5)}) == Reading::of(Number(0)));
    CHECK(reading_at(*infinite, {Number(7)}) == Reading::of(Number(1'000'000'000)));
    measure.least_spread = Number::ratio(1, 2);
    const MeasurePlan floored(measure, "trade");
    const std::unique_ptr<Measure> state = make_measure(floored);
    CHECK(reading_at(*state, {Number(5), Number(5), Number(7)}) == Reading::of(Number(4)));
}

TEST_CASE("deviation: fixed point takes every number in its range", "[evaluate]") {
    rules::Measure measure = deviation_measure(Number::ratio(1, 10), 0, 1);
    measure.least_spread = Number(1);
    const MeasurePlan plan(measure, "trade");
    const auto distance = [&](const Number& first, const Number& second) {
        const std::unique_ptr<Measure> state = make_measure(plan);
        return reading_at(*state, {first, second}).to_text();
    };
    const Number most(1'000'000'000);
    CHECK(distance(Number(-1'000'000'000), most) == "1000000000");  // at most 10^9 spreads
    CHECK(distance(Number(0), Number::ratio(-1, 3)) == "333333333/1000000000");
    const Number fraction = Number::parse_json("-2.00000000099999999999999999999").value();
    CHECK(distance(Number(0), fraction) == "2");
    CHECK(distance(Number(0), Number::parse_json("0.123456789999999999999999").value()) ==
          "123456789/1000000000");
    CHECK(distance(Number(0), most + Number(1)) == "");
    const std::unique_ptr<Measure> state = make_measure(plan);
    CHECK(reading_at(*state, {Number(0), most + Number(1)}) ==
          Reading::missing("a value is beyond 1000000000"));
    const TimeNs gone = plan.window.leaves(plan.window.pane_of(kStart));
    CHECK(state->value(gone) == Reading::none());
}

TEST_CASE("deviation: extreme values overflow nothing", "[evaluate]") {
    const MeasurePlan plan(deviation_measure(Number::ratio(999'999'999, 1'000'000'000), 0, 1),
                           "trade");
    std::unique_ptr<Measure> state = make_measure(plan);
    for (int i = 0; i < 200; ++i) {
        const Number value(i % 2 == 0 ? 1'000'000'000 : -1'000'000'000);
        fold(*state, {kStart, {value}, ""}, kStart);
        state = reborn(*state, plan, kStart);
        if (i > 0) {
            const Number& most = state->value(kStart).number;
            CHECK(compare(most, Number(0)) >= 0);
            CHECK(compare(most, Number(1'000'000'000)) <= 0);
        }
    }
}

}  // namespace overlord::evaluate
