// A random stream that a measure and a list of what was folded are compared over.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <vector>

#include "support.hpp"

namespace overlord::evaluate::testing {

inline constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;

// Observations ahead of log time, as clocks that are not quite right send them.
enum class Ahead : std::uint8_t { kNone, kSome };

struct Stream {
    std::uint64_t seed = 1;
    DurationNs length = kHourNs;  // of a window, for steps that fit it
    Ahead ahead = Ahead::kNone;
};

// Feeds a random stream, in and out of order, to a measure and to a list of what was folded;
// `oracle` says after each step what the value is. The measure goes through its bytes now and then.
inline void run(const MeasurePlan& plan, const Stream& stream,
                const std::function<Seen(Random&)>& make,
                const std::function<Reading(const std::vector<Seen>&, TimeNs)>& oracle) {
    using Function = rules::Measure::Function;
    const bool runs = plan.measure.function == Function::kResponse ||
                      plan.measure.function == Function::kAge;  // changes all the time
    Random random(stream.seed);
    std::unique_ptr<Measure> measure = make_measure(plan);
    std::vector<Seen> all;
    TimeNs now = kStart + between(random, 0, kDayNs);
    for (int step = 0; step < 3'000; ++step) {
        const TimeNs before = now;
        const TimeNs due = measure->next_due(now);
        REQUIRE(due > now);
        const int kind = static_cast<int>(between(random, 0, 99));
        now += kind < 90   ? between(random, 0, stream.length / 500)
               : kind < 98 ? between(random, 0, stream.length / 10)
                           : between(random, 0, 2 * stream.length);
        if (due > before && due <= now && kind % 2 == 0) now = due;
        const Reading unchanged = oracle(all, before);
        if (due > before + 1 && !all.empty() && !runs) {
            const TimeNs still = std::min(due - 1, now);
            INFO("due " << due << " still " << still << " before " << before);
            REQUIRE(oracle(all, still).to_text() ==
                    unchanged.to_text());  // nothing changes before it is due
        }
        REQUIRE(measure->value(now) == oracle(all, now));
        Seen seen = make(random);
        seen.time =
            now - (between(random, 0, 2) == 0 ? between(random, 0, plan.measure.lateness) : 0);
        if (stream.ahead == Ahead::kSome && between(random, 0, 4) == 0) {
            seen.time = now + between(random, 0, kFutureMax);
        }
        fold(*measure, seen, now, all.size());
        all.push_back(seen);
        REQUIRE(measure->value(now) == oracle(all, now));
        if (step % 100 == 0) measure = reborn(*measure, plan, now);
    }
}

inline std::vector<Seen> in_window(const std::vector<Seen>& all, TimeNs now,
                                   const Window& window) {
    std::vector<Seen> kept;
    std::copy_if(all.begin(), all.end(), std::back_inserter(kept),
                 [&](const Seen& seen) { return held(seen.time, now, window); });
    return kept;
}

inline const Number& number_of(const Seen& seen, std::size_t i = 0) {
    return std::get<Number>(seen.fields[i]);
}

}  // namespace overlord::evaluate::testing
