#include "elapsed.hpp"

#include <algorithm>

#include "overlord/evaluate/messages.hpp"

namespace overlord::evaluate {
namespace {

__extension__ using Int128 = __int128;

// So long after another one.
TimeNs instant(TimeNs since, Int128 span, const Calendar* calendar) {
    if (span >= kNever) return kNever;
    if (calendar != nullptr) {
        return calendar->after_working_time(since, static_cast<DurationNs>(span)).value_or(kNever);
    }
    const Int128 at = Int128{since} + span;
    return at < kNever ? static_cast<TimeNs>(at) : kNever;
}

}  // namespace

Number elapsed(TimeNs since, TimeNs now, DurationNs unit) {
    return Number::ratio(std::max<DurationNs>(now - since, 0), unit);
}

TimeNs crosses_at(TimeNs since, const rules::Limit& limit, DurationNs unit, TimeNs now,
                  const Calendar* calendar) {
    using Op = rules::Limit::Op;
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    if (!limit.number.small(numerator, denominator) || numerator < 0) return kNever;
    const Int128 span = static_cast<Int128>(numerator) * unit;
    const Int128 whole = span / denominator;
    const bool exact = whole * denominator == span;
    // What is at least the limit, and what is more than it: where a strict comparison and one
    // that is not part.
    const TimeNs reached = instant(since, whole + (exact ? 0 : 1), calendar);
    const TimeNs passed = instant(since, whole + 1, calendar);
    switch (limit.op) {
        case Op::kLess:
        case Op::kAtLeast:
            return reached > now ? reached : kNever;
        case Op::kAtMost:
        case Op::kGreater:
            return passed > now ? passed : kNever;
        case Op::kEqual:
            break;
    }
    if (!exact) return kNever;
    if (reached > now) return reached;
    return passed > now ? passed : kNever;
}

}  // namespace overlord::evaluate
