#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "support.hpp"

namespace overlord::evaluate {

using namespace testing;

namespace {

constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;
constexpr std::int64_t kMicro = 1'000;

rules::Measure uptime(DurationNs window, std::uint64_t at_least) {
    rules::Measure measure = measure_of(rules::Measure::Function::kAvailability, window);
    measure.inputs[0].where = node(Op::kEqual, {field(1), text("up")});
    measure.by = 0;
    measure.period = kSecondNs;
    measure.at_least = at_least;
    return measure;
}

Seen beat(TimeNs time, std::int64_t service, bool up) {
    return {time, {Number(service), std::string_view(up ? "up" : "down")}, "s"};
}

struct Arrived {
    Seen seen;
    TimeNs now;
};
struct Heard {
    std::int64_t at;
    bool up;
};

// The latest beat and all that it covers have left the window.
bool gone(const std::vector<Heard>& beats, TimeNs now, const MeasurePlan& plan) {
    if (beats.empty()) return false;
    const std::int64_t start = plan.window.oldest(now) * plan.window.pane() / kMicro;
    const Heard& last = beats.back();
    return last.at < start && last.at + (last.up ? 1'500'000 : 0) <= start;
}

// From the definition: microsecond by microsecond would be too slow, so cover by cover.
Reading oracle(const std::vector<Arrived>& all, TimeNs now, const MeasurePlan& plan) {
    if (all.empty()) return Reading::missing("no heartbeat observed");
    const std::int64_t at = now / kMicro;
    const std::int64_t start = plan.window.oldest(now) * plan.window.pane() / kMicro;
    std::map<std::string, std::vector<Heard>> services;
    std::uint64_t count = 0;
    for (const Arrived& one : all) {
        count += held(one.seen.time, now, plan.window) ? 1 : 0;
        auto& beats = services[std::get<Number>(one.seen.fields[0]).to_text()];
        if (gone(beats, one.now, plan)) beats.clear();
        const bool up = std::get<std::string_view>(one.seen.fields[1]) == "up";
        const Heard heard{one.seen.time / kMicro, up};
        beats.insert(std::upper_bound(beats.begin(), beats.end(), heard,
                                      [](auto& l, auto& r) { return l.at < r.at; }),
                     heard);
    }
    if (count < plan.measure.at_least) {
        return Reading::missing(std::to_string(count) + " of " +
                                std::to_string(plan.measure.at_least) + " heartbeats");
    }
    std::int64_t good = 0;
    std::int64_t observed = 0;
    for (const auto& [name, beats] : services) {
        if (gone(beats, now, plan)) continue;
        observed += std::max<std::int64_t>(0, at - std::max(beats[0].at, start));
        for (std::size_t i = 0; i < beats.size(); ++i) {
            if (!beats[i].up) continue;
            std::int64_t end = std::min(beats[i].at + 1'500'000, at);
            if (i + 1 < beats.size()) end = std::min(end, beats[i + 1].at);
            good += std::max<std::int64_t>(0, end - std::max(beats[i].at, start));
        }
    }
    if (observed == 0) return Reading::missing("no time observed");
    return Reading::of(Number::ratio(good, observed));
}

void feed(Measure& measure, TimeNs from, int seconds) {
    for (int i = 0; i < seconds; ++i) {
        fold(measure, beat(from + i * kSecondNs, 1, true), from + i * kSecondNs);
    }
}

}  // namespace

TEST_CASE("availability: agrees with its definition, in and out of order", "[evaluate]") {
    const DurationNs length = GENERATE(as<DurationNs>{}, kMinuteNs, 30 * kMinuteNs);
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
    const MeasurePlan plan(uptime(length, 3), "heartbeat");
    Random random(seed);
    std::unique_ptr<Measure> measure = make_measure(plan);
    std::vector<Arrived> all;
    TimeNs now = kStart;
    for (int step = 0; step < 2'500; ++step) {
        now += between(random, 0, step % 300 == 0 ? 3 * kMinuteNs : kSecondNs);
        const TimeNs lag = between(random, 0, 3) == 0 ? between(random, 0, 20 * kSecondNs) : 0;
        TimeNs time = now - lag + (between(random, 0, 9) == 0 ? 3 * kSecondNs : 0);
        if (between(random, 0, 4) == 0) time = time / kSecondNs * kSecondNs;  // equal times
        const Seen seen = beat(time, between(random, 0, 1), between(random, 0, 9) > 0);
        fold(*measure, seen, now);
        all.push_back({seen, now});
        const TimeNs later = now + between(random, 0, kSecondNs);
        REQUIRE(measure->value(now).to_text() == oracle(all, now, plan).to_text());
        REQUIRE(measure->value(later) == oracle(all, later, plan));
        now = later;
        if (step % 100 == 0) measure = reborn(*measure, plan, now);
    }
}

TEST_CASE("availability: too few heartbeats are said", "[evaluate]") {
    const MeasurePlan plan(uptime(365 * kDayNs, 60), "heartbeat");
    const std::unique_ptr<Measure> measure = make_measure(plan);
    feed(*measure, kStart, 12);
    CHECK(measure->value(kStart + 12 * kSecondNs) == Reading::missing("12 of 60 heartbeats"));
}

TEST_CASE("availability: silence breaks the limit in the microsecond that was foretold",
          "[evaluate]") {
    MeasurePlan plan(uptime(365 * kDayNs, 60), "heartbeat");
    const Number limit = GENERATE(Number::ratio(99'999, 100'000), Number::ratio(1, 2));
    const auto op = GENERATE(rules::Limit::Op::kAtLeast, rules::Limit::Op::kGreater);
    plan.measure.limits.push_back({0, op, limit});
    const std::unique_ptr<Measure> measure = make_measure(plan);
    feed(*measure, kStart, 300);
    const TimeNs last = kStart + 299 * kSecondNs;
    const TimeNs due = measure->next_due(last);
    REQUIRE(due > last + 1'500'000'000);
    const auto breaks = [&](TimeNs at) {
        const int order = compare(measure->value(at).number, limit);
        return op == rules::Limit::Op::kAtLeast ? order < 0 : order <= 0;
    };
    CHECK_FALSE(breaks(due - 1));
    CHECK(breaks(due));
}

TEST_CASE("availability: the foretold instant holds with several services", "[evaluate]") {
    MeasurePlan plan(uptime(kHourNs, 3), "heartbeat");
    const Number limit = Number::ratio(60, 100);
    plan.measure.limits.push_back({0, rules::Limit::Op::kAtLeast, limit});
    Random random(5);
    int broken = 0;
    for (int round = 0; round < 200; ++round) {
        const std::unique_ptr<Measure> measure = make_measure(plan);
        TimeNs now = kStart;
        for (int i = 0; i < 60; ++i) {
            now += between(random, 0, kSecondNs);
            const TimeNs time = now + between(random, -2, 4) * kSecondNs;
            fold(*measure, beat(time, between(random, 0, 2), between(random, 0, 30) > 0), now);
        }
        if (compare(measure->value(now).number, limit) < 0) continue;
        const TimeNs due = measure->next_due(now);
        ++broken;
        REQUIRE(due < now + kMinuteNs);
        for (TimeNs at = now; at < due; at += std::max<TimeNs>(1, (due - now) / 50)) {
            REQUIRE(compare(measure->value(at).number, limit) >= 0);
        }
        REQUIRE(compare(measure->value(due - 1).number, limit) >= 0);
        REQUIRE(compare(measure->value(due).number, limit) < 0);
    }
    CHECK(broken > 20);
}

TEST_CASE("availability: beats beyond the buffer settle the oldest first", "[evaluate]") {
    const MeasurePlan plan(uptime(kHourNs, 1), "heartbeat");
    const std::unique_ptr<Measure> measure = make_measure(plan);
    const TimeNs step = kSecondNs / 200;
    for (int i = 0; i < 6'000; ++i) {
        fold(*measure, beat(kStart + i * step, 1, true), kStart + i * step);
    }
    const TimeNs now = kStart + 6'000 * step;
    CHECK(measure->value(now) == Reading::of(Number(1)));
    fold(*measure, beat(kStart + 10 * step + 1'000, 1, false), now);  // before what is kept
    CHECK(measure->value(now) == Reading::of(Number(1)));
    fold(*measure, beat(now - 10 * step + 1'000, 1, false), now);
    CHECK(measure->value(now).number < Number(1));
    CHECK(reborn(*measure, plan, now)->value(now) == measure->value(now));
}

}  // namespace overlord::evaluate
