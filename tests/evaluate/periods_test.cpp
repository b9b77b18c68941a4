// Tumbling and calendar windows.
#include <map>

#include "oracle.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;
using Windows = rules::Measure::Windows;

namespace {

TimeNs at(std::string_view text) {
    return parse_rfc3339(text).value();
}

rules::Measure calendar_measure(Period period, DurationNs offset = 0) {
    rules::Measure measure = measure_of(Function::kCount, 0);
    measure.windows = Windows::kCalendar;
    measure.calendar = period;
    measure.utc_offset = offset;
    return measure;
}

rules::Measure tumbling_measure(DurationNs length) {
    rules::Measure measure = measure_of(Function::kCount, length);
    measure.windows = Windows::kTumbling;
    return measure;
}

std::string begin_of(Period period, std::string_view time, DurationNs offset = 0) {
    const Periods periods(calendar_measure(period, offset));
    const Pane pane = periods.of(at(time));
    CHECK(periods.of(periods.begins(pane)) == pane);
    CHECK(periods.of(periods.begins(pane) - 1) == pane - 1);
    CHECK(periods.begins(pane + 1) == periods.until(pane));
    return format_rfc3339(periods.begins(pane));
}

}  // namespace

TEST_CASE("periods: days, weeks, months, quarters and years begin where a calendar says",
          "[evaluate]") {
    using enum Period;
    CHECK(begin_of(kDay, "2024-02-29T23:59:59.999999999Z") == "2024-02-29T00:00:00Z");
    CHECK(begin_of(kDay, "2024-03-01T00:00:00Z") == "2024-03-01T00:00:00Z");
    CHECK(begin_of(kWeek, "1970-01-01T00:00:00Z") == "1969-12-29T00:00:00Z");
    CHECK(begin_of(kWeek, "2026-11-29T23:59:59Z") == "2026-11-23T00:00:00Z");  // a Sunday
    CHECK(begin_of(kWeek, "2026-11-30T00:00:00Z") == "2026-11-30T00:00:00Z");
    CHECK(begin_of(kMonth, "2024-02-29T12:00:00Z") == "2024-02-01T00:00:00Z");
    CHECK(begin_of(kMonth, "1969-12-31T12:00:00Z") == "1969-12-01T00:00:00Z");
    CHECK(begin_of(kQuarter, "2026-12-31T23:59:59Z") == "2026-10-01T00:00:00Z");
    CHECK(begin_of(kQuarter, "2027-03-31T00:00:00Z") == "2027-01-01T00:00:00Z");
    CHECK(begin_of(kYear, "2028-12-31T00:00:00Z") == "2028-01-01T00:00:00Z");
    CHECK(begin_of(kYear, "1968-02-29T00:00:00Z") == "1968-01-01T00:00:00Z");
    CHECK(begin_of(kMonth, "2026-10-31T23:30:00Z", kHourNs) == "2026-10-31T23:00:00Z");
    CHECK(begin_of(kMonth, "2026-11-01T04:59:59Z", -5 * kHourNs) == "2026-10-01T05:00:00Z");
}

TEST_CASE("periods: they are those of the calendars that rules count by", "[evaluate]") {
    Random random(33);
    for (int i = 0; i < 3'000; ++i) {
        const auto period = static_cast<Period>(between(random, 0, 4));
        const auto minutes = between(random, -1'439, 1'439);
        const Calendar calendar(static_cast<int>(minutes), {}, {});
        const Periods periods(calendar_measure(period, minutes * kMinuteNs));
        const TimeNs time = between(random, -200 * 365, 200 * 365) * kDayNs +
                            between(random, 0, 24) * kHourNs - between(random, 0, 1);
        REQUIRE(periods.begins(periods.of(time)) == calendar.start_of(period, time));
        REQUIRE(periods.until(periods.of(time)) == calendar.end_of(period, time));
    }
}

TEST_CASE("periods: a tumbling window is over when nothing can come for it any more",
          "[evaluate]") {
    rules::Measure measure = tumbling_measure(kHourNs);
    measure.lateness = 30 * kSecondNs;
    const MeasurePlan plan(measure, "thing");
    std::unique_ptr<Measure> state = make_measure(plan);
    const TimeNs ten = at("2026-11-26T10:00:00Z");
    const TimeNs eleven = ten + kHourNs;
    CHECK(state->value(ten) == Reading::missing("no thing observed"));
    CHECK(state->next_due(ten) == kNever);
    fold(*state, {ten, {}, ""}, ten, 1);
    fold(*state, {eleven - 1, {}, ""}, eleven - 1, 2);
    fold(*state, {eleven, {}, ""}, eleven, 3);                      // the next interval's
    fold(*state, {eleven - kSecondNs, {}, ""}, eleven + kSecondNs, 4);  // out of order, not late
    const TimeNs closes = eleven + 30 * kSecondNs;
    CHECK(state->value(closes - 1) ==
          Reading::missing("no interval is over since the first thing"));
    CHECK(state->next_due(closes - 1) == closes);
    state = reborn(*state, plan, closes - 1);
    CHECK(state->value(closes) == Reading::of(Number(3)));
    CHECK(state->evidence(closes).count == 3);
    CHECK(state->evidence(closes).first == ten);
    CHECK(state->evidence(closes).last == eleven - 1);
    CHECK(state->next_due(closes) == closes + kHourNs);
    CHECK(state->value(closes + kHourNs - 1) == Reading::of(Number(3)));
    CHECK(state->value(closes + kHourNs) == Reading::of(Number(1)));
    CHECK(state->value(closes + 2 * kHourNs) == Reading::of(Number(0)));
    CHECK(state->next_due(closes + 2 * kHourNs) == kNever);
    CHECK_FALSE(state->evidence(closes + 2 * kHourNs).any);
}

TEST_CASE("periods: a nil report makes an interval without events known", "[evaluate]") {
    rules::Measure measure = tumbling_measure(kHourNs);
    measure.function = Function::kMax;
    measure.value = field(0);
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    state->observe_nil();
    CHECK(state->value(kStart) == Reading::none());
}

TEST_CASE("periods: too few observations of an interval are said", "[evaluate]") {
    rules::Measure measure = calendar_measure(Period::kDay);
    measure.at_least = 2;
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    const TimeNs noon = at("2026-11-26T12:00:00Z");
    fold(*state, {noon, {}, ""}, noon);
    CHECK(state->value(noon) == Reading::missing("1 of 2 things"));
    fold(*state, {noon, {}, ""}, noon);
    CHECK(state->value(noon) == Reading::of(Number(2)));
    CHECK(state->next_due(noon) == noon + 12 * kHourNs);
    CHECK(state->value(noon + 12 * kHourNs) == Reading::missing("0 of 2 things"));
}

TEST_CASE("periods: windowed measures agree with a list of their interval", "[evaluate]") {
    const Function function = GENERATE(Function::kCount, Function::kMean, Function::kMax,
                                       Function::kDistinct, Function::kAll);
    const bool tumbling = GENERATE(true, false);
    rules::Measure measure = tumbling ? tumbling_measure(10 * kMinuteNs)
                                      : calendar_measure(Period::kDay, 3 * kHourNs);
    measure.function = function;
    measure.value = field(0);
    if (function == Function::kAll) {
        measure.inputs[0].where = node(Op::kLess, {field(0), number(49)});
    }
    const MeasurePlan plan(measure, "thing");
    const DurationNs length = tumbling ? measure.window : kDayNs;
    const auto interval = [&](TimeNs time) {
        return floor_divide(time + (tumbling ? 0 : 3 * kHourNs), length);
    };
    const auto make = [](Random& random) {
        return Seen{0, {Number(between(random, -50, 50))}, "s"};
    };
    run(plan, {31, length, Ahead::kSome}, make, [&](const std::vector<Seen>& all, TimeNs now) {
        if (all.empty()) return Reading::missing("no thing observed");
        const Pane counts = tumbling ? interval(now - measure.lateness) - 1 : interval(now);
        Pane first = interval(all[0].time);
        std::map<std::string, int> values;
        Number sum = 0;
        std::int64_t count = 0;
        for (const Seen& seen : all) {
            first = std::min(first, interval(seen.time));
            if (interval(seen.time) != counts) continue;
            ++values[number_of(seen).to_text()];
            sum = sum + number_of(seen);
            ++count;
        }
        if (count == 0 && counts < first) {
            return Reading::missing("no interval is over since the first thing");
        }
        if (function == Function::kCount) return Reading::of(Number(count));
        if (function == Function::kDistinct) {
            return Reading::of(Number(static_cast<std::int64_t>(values.size())));
        }
        if (count == 0) return Reading::none();
        if (function == Function::kMean) return Reading::of(sum / Number(count));
        Number greatest = Number(-51);
        for (const auto& [text, times] : values) {
            const Number value = Number::parse_ratio(text).value();
            if (greatest < value) greatest = value;
        }
        if (function == Function::kAll) return Reading::of_truth(greatest < Number(49));
        return Reading::of(greatest);
    });
}

TEST_CASE("periods: the rate of a tumbling window is per its length", "[evaluate]") {
    rules::Measure measure = tumbling_measure(kMinuteNs);
    measure.function = Function::kRate;
    measure.period = kSecondNs;
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    const TimeNs minute = at("2026-11-26T10:00:00Z");
    for (int i = 0; i < 90; ++i) fold(*state, {minute + i, {}, ""}, minute + i);
    CHECK(state->value(minute + 2 * kMinuteNs) == Reading::of(Number::ratio(3, 2)));
}

TEST_CASE("periods: open intervals are bounded by the lateness", "[evaluate]") {
    const MeasurePlan plan(tumbling_measure(kSecondNs), "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    TimeNs now = kStart;
    for (int i = 0; i < 10'000; ++i) fold(*state, {now, {}, ""}, now += kSecondNs / 4);
    CHECK(state_of(*state, now).size() < 62 * 40);  // 60 s of lateness, the open one and the last
    now += kHourNs;
    CHECK(state_of(*state, now).size() < 16);
}

}  // namespace overlord::evaluate
