// LINKS: overlord_evaluate
//
// What one measure of one system costs when its window has been full for a while: bytes on the
// heap, bytes in a snapshot, nanoseconds an event and a value. Each line is a declaration of
// docs/rules/measures.md with what fills it. Argument: [SYSTEMS], 10 if not given.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace {

using namespace overlord;
using namespace overlord::evaluate;
using Function = rules::Measure::Function;
using SteadyClock = std::chrono::steady_clock;

constexpr TimeNs kStart = 1'769'688'000 * kSecondNs;

struct Load {
    std::string name;
    rules::Measure measure;
    DurationNs every;     // between events
    std::size_t fills;    // so many events fill the window of one system
    std::int64_t groups;  // different values of field 1
};

rules::Measure measure_of(Function function, DurationNs window) {
    rules::Measure measure;
    measure.function = function;
    measure.inputs.push_back({0, std::nullopt});
    measure.window = window;
    measure.value = rules::Expression{rules::Expression::Op::kField, 0, 0, "", true, {}};
    measure.period = kSecondNs;
    return measure;
}

rules::Measure by_group(rules::Measure measure) {
    measure.by = 1;
    return measure;
}

rules::Measure percentile(DurationNs window) {
    rules::Measure measure = measure_of(Function::kPercentile, window);
    measure.share = Number::ratio(999, 10);
    for (int i = 1; i <= 10; ++i) measure.bounds.push_back(Number(i * 10));
    return measure;
}

rules::Measure deviation(std::uint64_t latest) {
    rules::Measure measure = measure_of(Function::kDeviation, kHourNs);
    measure.alpha = Number::ratio(2, 1'000);
    measure.latest = latest;
    measure.warm_up = 300;
    return measure;
}

rules::Measure distinct(DurationNs window) {
    rules::Measure measure = measure_of(Function::kDistinct, window);
    measure.value->field = 1;
    return measure;
}

rules::Measure monthly(rules::Measure measure) {
    measure.windows = rules::Measure::Windows::kCalendar;
    measure.calendar = Period::kMonth;
    measure.window = 0;
    return measure;
}

// Of two kinds of events joined by field 1, of which only the first kind comes: all stay open.
rules::Measure join(Function function) {
    rules::Measure measure = measure_of(function, kDayNs);
    measure.in = kMinuteNs;
    measure.inputs.push_back({1, std::nullopt});
    measure.join.emplace();
    measure.join->within = kDayNs;
    measure.join->steps.resize(2);
    for (rules::Join::Step& step : measure.join->steps) step.key = {1};
    return measure;
}

std::vector<Load> loads() {
    return {
        {"count over 365 d", measure_of(Function::kCount, 365 * kDayNs), 6 * kHourNs, 1'500, 1},
        {"count over 1 h", measure_of(Function::kCount, kHourNs), kSecondNs, 3'600, 1},
        {"count, a month", monthly(measure_of(Function::kCount, 0)), kMinuteNs, 10'000, 1},
        {"rate over 1 h", measure_of(Function::kRate, kHourNs), kSecondNs, 3'600, 1},
        {"mean over 1 h", measure_of(Function::kMean, kHourNs), kSecondNs, 3'600, 1},
        {"max over 1 h", measure_of(Function::kMax, kHourNs), kSecondNs, 3'600, 1},
        {"percentile over 1 h, 10 bounds", percentile(kHourNs), kSecondNs, 3'600, 1},
        {"percentile over 25 min, 10 bounds, 50 events/s", percentile(25 * kMinuteNs),
         kSecondNs / 50, 75'000, 1},
        {"distinct over 1 h, 100 values", distinct(kHourNs), kSecondNs, 3'600, 100},
        {"distinct over 1 d, 10,000 values", distinct(kDayNs), kSecondNs, 20'000, 10'000},
        {"age, 1 group", measure_of(Function::kAge, 0), kSecondNs, 3'600, 1},
        {"age, 1,000 groups", by_group(measure_of(Function::kAge, 0)), kSecondNs, 5'000, 1'000},
        {"sequence_gaps over 1 h, 10 groups, 1 in 100 lost",
         by_group(measure_of(Function::kSequenceGaps, kHourNs)), kSecondNs / 10, 36'000, 10},
        {"deviation over 1 h, ewma", deviation(0), kSecondNs, 3'600, 1},
        {"deviation over 1 h, mad(1000)", deviation(1'000), kSecondNs, 3'600, 1},
        {"availability over 365 d, 1 service", by_group(measure_of(Function::kAvailability,
                                                                   365 * kDayNs)),
         kMinuteNs, 525'600, 1},
        {"span over 1 d, 1,000 open events", join(Function::kSpan), kSecondNs, 400, 1'000'000},
        {"unanswered over 1 d, 1,000 open events", join(Function::kUnanswered), kSecondNs, 400,
         1'000'000},
        {"unanswered over 1 d, 1 open event", join(Function::kUnanswered), kSecondNs, 1, 1},
    };
}

// Field 0 a value that spreads over the bounds, or a sequence number; field 1 the group.
void fold(Measure& measure, const Load& load, std::size_t i) {
    const TimeNs time = kStart + static_cast<TimeNs>(i) * load.every;
    const auto n = static_cast<std::int64_t>(i);
    const bool numbers = load.measure.function == Function::kSequenceGaps;
    if (numbers && (n * 7'919) % 100 == 0) return;  // lost
    const std::int64_t value = numbers ? n / load.groups : (n * 7'919) % 109 + 1;
    const std::vector<event::TypedValue> fields = {Number(value), Number(n % load.groups)};
    measure.fold(Observation{0, time, time, i, "s", fields});
}

// Large blocks are mapped, and counted apart.
std::size_t allocated() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

double nanoseconds(SteadyClock::time_point from, std::size_t steps) {
    const std::chrono::duration<double, std::nano> spent = SteadyClock::now() - from;
    return spent.count() / static_cast<double>(steps);
}

void run(const Load& load, std::size_t systems) {
    const std::size_t events = load.fills * 5 / 2;
    const MeasurePlan plan(load.measure, "thing");
    const std::size_t before = allocated();
    std::vector<std::unique_ptr<Measure>> measures;
    const auto from = SteadyClock::now();
    for (std::size_t s = 0; s < systems; ++s) {
        measures.push_back(make_measure(plan));
        for (std::size_t i = 0; i < events; ++i) fold(*measures.back(), load, i);
    }
    const double event_ns = nanoseconds(from, systems * events);
    const std::size_t heap = (allocated() - before) / systems;
    const TimeNs now = kStart + static_cast<TimeNs>(events) * load.every;
    const auto asked = SteadyClock::now();
    for (const auto& measure : measures) (void)measure->value(now);
    const double value_ns = nanoseconds(asked, systems);
    Writer out;
    measures.front()->write(out, now);
    std::printf("%-52s %9zu B heap %9zu B snapshot %7.0f ns an event %9.0f ns a value: %s\n",
                load.name.c_str(), heap, out.bytes().size(), event_ns, value_ns,
                measures.front()->value(now).to_text().c_str());
}

}  // namespace

int main(int count, char** values) {
    const std::size_t systems = count > 1 ? std::strtoul(values[1], nullptr, 10) : 10;
    for (const Load& load : loads()) run(load, systems);
}
