// availability in tumbling and calendar windows, and with time that is excepted.
#include <map>

#include "oracle.hpp"

namespace overlord::evaluate {

using namespace testing;
using Windows = rules::Measure::Windows;

namespace {

using Span = std::pair<std::int64_t, std::int64_t>;  // microseconds, [first, second)
constexpr std::int64_t kMicro = 1'000;

rules::Measure uptime(DurationNs window) {
    rules::Measure measure = measure_of(rules::Measure::Function::kAvailability, window);
    measure.inputs[0].where = node(Op::kEqual, {field(1), text("up")});
    measure.by = 0;
    measure.period = kSecondNs;
    measure.at_least = 0;
    measure.lateness = 20 * kSecondNs;
    return measure;
}

rules::Measure with_exceptions(rules::Measure measure) {
    measure.inputs.push_back({1, node(Op::kEqual, {field(2), text("approved")})});
    measure.from_field = 0;
    measure.until_field = 1;
    return measure;
}

struct Beat {
    std::int64_t at;
    bool up;
};

// Everything that was folded, and what availability is by definition.
class World {
public:
    explicit World(const MeasurePlan& plan) : plan_(plan) {}

    void beat(Measure& state, TimeNs time, TimeNs now, std::int64_t service, bool up) {
        forget(now);
        fold(state, {time, {Number(service), std::string_view(up ? "up" : "down")}, "s"}, now);
        if (plan_.window.pane_of(time) < plan_.window.oldest(now)) return;  // of a period before
        auto& beats = services_[service];
        const Beat beat{time / kMicro, up};
        beats.insert(std::upper_bound(beats.begin(), beats.end(), beat,
                                      [](auto& l, auto& r) { return l.at < r.at; }),
                     beat);
    }
    void except(Measure& state, TimeNs from, TimeNs to, TimeNs now, bool approved = true) {
        const Seen seen{now, {from, to, std::string_view(approved ? "approved" : "draft")}, "s"};
        state.fold(Observation{1, now, now, 9, "s", seen.fields});
        if (approved) excepted_.push_back({std::max(from, now - plan_.measure.lateness) / kMicro,
                                           to / kMicro});
    }
    // Nothing was ever heard: not asked.
    [[nodiscard]] Reading value(TimeNs now) {
        forget(now);
        const Pane pane = plan_.window.oldest(now);
        const std::int64_t start = plan_.window.begins(pane) / kMicro;
        const bool whole = plan_.measure.windows == Windows::kTumbling;
        const std::int64_t end = whole ? plan_.window.begins(pane + 1) / kMicro : now / kMicro;
        std::int64_t good = 0;
        std::int64_t observed = 0;
        for (const auto& [name, beats] : services_) {
            observed += left({std::max(beats.front().at, start), end});
            for (std::size_t i = 0; i < beats.size(); ++i) {
                const std::int64_t last = std::min(cover_end(beats, i), end);
                if (beats[i].up) good += left({std::max(beats[i].at, start), last});
            }
        }
        if (services_.empty()) return Reading::none();
        if (observed == 0) return Reading::missing("no time observed");
        return Reading::of(Number::ratio(good, observed));
    }

private:
    static std::int64_t cover_end(const std::vector<Beat>& beats, std::size_t i) {
        if (!beats[i].up) return beats[i].at;
        const std::int64_t end = beats[i].at + 1'500'000;
        return i + 1 < beats.size() ? std::min(end, beats[i + 1].at) : end;
    }
    // How long the span is without what is excepted, cut at every edge there is.
    [[nodiscard]] std::int64_t left(Span span) const {
        std::vector<std::int64_t> edges = {span.first, span.second};
        for (const Span& one : excepted_) {
            edges.push_back(std::clamp(one.first, span.first, std::max(span.first, span.second)));
            edges.push_back(std::clamp(one.second, span.first, std::max(span.first, span.second)));
        }
        std::sort(edges.begin(), edges.end());
        std::int64_t sum = 0;
        for (std::size_t i = 0; span.first < span.second && i + 1 < edges.size(); ++i) {
            const bool out = std::any_of(excepted_.begin(), excepted_.end(), [&](const Span& one) {
                return one.first <= edges[i] && edges[i + 1] <= one.second;
            });
            if (!out) sum += edges[i + 1] - edges[i];
        }
        return sum;
    }
    // Services whose cover ended before the window (of periods: before the period in front).
    void forget(TimeNs now) {
        const Pane oldest = plan_.window.oldest(now);
        const bool periods = plan_.window.periods().has_value();
        const std::int64_t from = plan_.window.begins(periods ? oldest - 1 : oldest) / kMicro;
        std::erase_if(services_, [&](const auto& service) {
            const auto& beats = service.second;
            return beats.back().at < from && cover_end(beats, beats.size() - 1) <= from;
        });
    }

    const MeasurePlan& plan_;
    std::map<std::int64_t, std::vector<Beat>> services_;
    std::vector<Span> excepted_;
};

rules::Measure of_kind(int kind) {
    rules::Measure measure = uptime(kind == 0 ? 10 * kMinuteNs : kMinuteNs);
    if (kind == 1) measure.windows = Windows::kTumbling;
    if (kind == 2) {
        measure.windows = Windows::kCalendar;
        measure.window = 0;
        measure.calendar = Period::kDay;
        measure.utc_offset = 11 * kHourNs + 10 * kMinuteNs;  // a day ends soon after kStart
    }
    return measure;
}

}  // namespace

TEST_CASE("availability: in every window and with exceptions it agrees with its definition",
          "[evaluate]") {
    const int kind = GENERATE(0, 1, 2);
    const bool excepts = GENERATE(false, true);
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2);
    const MeasurePlan plan(excepts ? with_exceptions(of_kind(kind)) : of_kind(kind), "heartbeat");
    Random random(seed);
    std::unique_ptr<Measure> state = make_measure(plan);
    World world(plan);
    TimeNs now = kStart;
    CHECK(state->value(now) == Reading::missing("no heartbeat observed"));
    for (int step = 0; step < 2'500; ++step) {
        now += between(random, 0, step % 300 == 299 ? 3 * kMinuteNs : kSecondNs);
        const TimeNs lag = between(random, 0, 3) == 0 ? between(random, 0, 20 * kSecondNs) : 0;
        const TimeNs time = now - lag + (between(random, 0, 9) == 0 ? 3 * kSecondNs : 0);
        world.beat(*state, time, now, between(random, 0, 1), between(random, 0, 9) > 0);
        if (excepts && step % 40 == 0) {
            const TimeNs from = now + between(random, -30, 60) * kSecondNs;
            world.except(*state, from, from + between(random, -5, 30) * kSecondNs / 3, now,
                         between(random, 0, 4) > 0);
        }
        const TimeNs later = now + between(random, 0, kSecondNs);
        REQUIRE(state->value(now) == world.value(now));
        REQUIRE(state->value(later) == world.value(later));
        now = later;
        if (step % 100 == 0) state = reborn(*state, plan, now);
    }
}

TEST_CASE("availability: an exception counts from what was not settled on", "[evaluate]") {
    const MeasurePlan plan(with_exceptions(uptime(10 * kMinuteNs)), "heartbeat");
    const std::unique_ptr<Measure> state = make_measure(plan);
    World world(plan);
    world.except(*state, kStart, kStart + kMinuteNs, kStart);
    CHECK(state->value(kStart) == Reading::missing("no heartbeat observed"));
    for (int i = 0; i < 100; ++i) {
        const TimeNs now = kStart + i * kSecondNs;
        world.beat(*state, now, now, 1, i % 2 == 0);
        if (i == 59) CHECK(state->value(now) == Reading::missing("no time observed"));
    }
    const TimeNs now = kStart + 100 * kSecondNs;
    // 40 s behind the exception; an up covers 1 s of every 2.
    CHECK(state->value(now) == Reading::of(Number::ratio(1, 2)));
    // Of a stretch that is told of when it is over, only the lateness is left to except.
    world.except(*state, kStart, now, now);
    CHECK(state->value(now) == Reading::of(Number::ratio(10, 20)));
    CHECK(state->value(now) == world.value(now));
    CHECK(state->evidence(now).count == 100);  // a beat in excepted time is evidence still
}

TEST_CASE("availability: the limit is broken when it was foretold, around exceptions too",
          "[evaluate]") {
    MeasurePlan plan(with_exceptions(uptime(kHourNs)), "heartbeat");
    const Number limit = Number::ratio(60, 100);
    plan.measure.limits.push_back({0, rules::Limit::Op::kAtLeast, limit});
    Random random(5);
    int broken = 0;
    for (int round = 0; round < 200; ++round) {
        const std::unique_ptr<Measure> state = make_measure(plan);
        World world(plan);
        TimeNs now = kStart;
        for (int i = 0; i < 60; ++i) {
            now += between(random, 0, kSecondNs);
            const TimeNs time = now + between(random, -2, 4) * kSecondNs;
            world.beat(*state, time, now, between(random, 0, 2), between(random, 0, 30) > 0);
            if (i % 20 != 0) continue;
            const TimeNs from = now + between(random, 0, 60) * kSecondNs;
            world.except(*state, from, from + between(random, 1, 20) * kSecondNs, now);
        }
        if (compare(state->value(now).number, limit) < 0) continue;
        const TimeNs due = state->next_due(now);
        ++broken;
        REQUIRE(due < now + 3 * kMinuteNs);
        for (TimeNs at = now; at < due; at += std::max<TimeNs>(1, (due - now) / 50)) {
            REQUIRE(compare(state->value(at).number, limit) >= 0);
        }
        REQUIRE(compare(state->value(due - 1).number, limit) >= 0);
        REQUIRE(compare(state->value(due).number, limit) < 0);
    }
    CHECK(broken > 20);
}

TEST_CASE("availability: a service that stays silent is down through one whole period",
          "[evaluate]") {
    rules::Measure measure = uptime(kMinuteNs);
    measure.windows = Windows::kTumbling;
    measure.lateness = kSecondNs;
    const MeasurePlan plan(measure, "heartbeat");
    std::unique_ptr<Measure> state = make_measure(plan);
    World world(plan);
    const TimeNs minute = kStart - kStart % kMinuteNs;
    for (int i = 0; i < 30; ++i) {
        world.beat(*state, minute + i * kSecondNs, minute + i * kSecondNs, 1, true);
    }
    const TimeNs closes = minute + kMinuteNs + kSecondNs;
    CHECK(state->value(closes - 1) == Reading::missing("no time observed"));
    CHECK(state->next_due(closes - 1) == closes);
    CHECK(state->value(closes) == Reading::of(Number::ratio(305, 600)));
    CHECK(state->evidence(closes).count == 30);
    CHECK(state->evidence(closes).last == minute + 29 * kSecondNs);
    state = reborn(*state, plan, closes);
    CHECK(state->next_due(closes) == closes + kMinuteNs);
    CHECK(state->value(closes + kMinuteNs) == Reading::of(Number(0)));
    CHECK_FALSE(state->evidence(closes + kMinuteNs).any);
    CHECK(state->value(closes + 2 * kMinuteNs) == Reading::none());
    CHECK(state->next_due(closes + 2 * kMinuteNs) == kNever);
}

TEST_CASE("availability: at_least counts the heartbeats of the period", "[evaluate]") {
    rules::Measure measure = of_kind(1);
    measure.at_least = 3;
    const MeasurePlan plan(measure, "heartbeat");
    const std::unique_ptr<Measure> state = make_measure(plan);
    World world(plan);
    const TimeNs minute = kStart - kStart % kMinuteNs;
    for (const TimeNs time : {minute, minute + kSecondNs, minute + kMinuteNs}) {
        world.beat(*state, time, time, 1, true);
    }
    const TimeNs closed = minute + kMinuteNs + 20 * kSecondNs;
    CHECK(state->value(closed) == Reading::missing("2 of 3 heartbeats"));
}

TEST_CASE("availability: more exceptions than can be kept are said", "[evaluate]") {
    const MeasurePlan plan(with_exceptions(uptime(kHourNs)), "heartbeat");
    std::unique_ptr<Measure> state = make_measure(plan);
    World world(plan);
    world.beat(*state, kStart, kStart, 1, true);
    for (int i = 1; i <= 1'000; ++i) {
        world.except(*state, kStart + i * kSecondNs, kStart + i * kSecondNs + kMicro, kStart);
    }
    const TimeNs now = kStart + 2 * kSecondNs;
    CHECK(state->value(now) == world.value(now));
    const TimeNs until = kStart + 1'001 * kSecondNs + kMicro;
    world.except(*state, until - kMicro, until, now);
    state = reborn(*state, plan, now);
    CHECK(state->value(now) == Reading::missing("more than 1000 exceptions"));
    CHECK(state_of(*state, now).size() < 20'000);
    // Those that meet another one need no room; the rest of the window is as it was.
    world.except(*state, kStart + kSecondNs, kStart + 2 * kSecondNs, now);
    for (int i = 0; i < 7'000; ++i) {
        world.beat(*state, now + i * kSecondNs, now + i * kSecondNs, 1, true);
    }
    CHECK(state->value(now + 7'000 * kSecondNs) == Reading::of(Number(1)));
}

}  // namespace overlord::evaluate
