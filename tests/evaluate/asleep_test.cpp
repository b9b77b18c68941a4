// When a measure falls asleep, and that nobody can tell from what it says.
#include <catch2/catch.hpp>

#include "support.hpp"
#include "system.hpp"

namespace overlord::evaluate {

using namespace testing;

namespace {

constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;

Followed followed_sum(const MeasurePlan& plan) {
    Followed followed;
    followed.measure = make_measure(plan);
    return followed;
}

Bytes written(Followed& followed, const MeasurePlan& plan, TimeNs at, bool may_sleep = true) {
    Writer out;
    write_measure(out, followed, plan, at, may_sleep);
    return out.bytes();
}

}  // namespace

TEST_CASE("asleep: a measure sleeps when it was not used for ten minutes", "[evaluate]") {
    rules::Measure measure = measure_of(rules::Measure::Function::kSum, kHourNs);
    measure.value = field(0);
    const MeasurePlan plan(measure, "thing");
    Followed followed = followed_sum(plan);
    CHECK_FALSE(followed.is_new());
    fold(awake(followed, plan, kStart), {kStart, {Number(7)}, "s"}, kStart);

    const TimeNs idle = kStart + 10 * kMinuteNs;
    const Bytes before = written(followed, plan, idle - kMinuteNs);
    CHECK(followed.measure);
    (void)written(followed, plan, idle, false);
    CHECK(followed.measure);  // it may not
    const Bytes falling = written(followed, plan, idle);
    CHECK_FALSE(followed.measure);
    CHECK_FALSE(followed.is_new());
    CHECK(falling == before);
    CHECK(written(followed, plan, idle + kMinuteNs) == before);
    CHECK_FALSE(followed.measure);  // writing is no use

    CHECK(awake(followed, plan, idle + kMinuteNs).value(idle + kMinuteNs) == Reading::of(7));
    CHECK(followed.asleep.empty());
    CHECK(written(followed, plan, idle + 2 * kMinuteNs) == before);
    CHECK(followed.measure);  // used a minute ago
}

TEST_CASE("asleep: what leaves the window meanwhile leaves what is written", "[evaluate]") {
    rules::Measure measure = measure_of(rules::Measure::Function::kSum, kHourNs);
    measure.value = field(0);
    const MeasurePlan plan(measure, "thing");
    Followed sleeper = followed_sum(plan);
    Followed other = followed_sum(plan);
    for (Followed* one : {&sleeper, &other})
        fold(awake(*one, plan, kStart), {kStart, {Number(7)}, "s"}, kStart);
    for (const DurationNs later : {20 * kMinuteNs, 50 * kMinuteNs, 2 * kHourNs}) {
        CHECK(written(sleeper, plan, kStart + later) ==
              written(other, plan, kStart + later, false));
        CHECK_FALSE(sleeper.measure);
    }
    CHECK(awake(sleeper, plan, kStart + 2 * kHourNs).value(kStart + 2 * kHourNs) ==
          awake(other, plan, kStart + 2 * kHourNs).value(kStart + 2 * kHourNs));
}

}  // namespace overlord::evaluate
