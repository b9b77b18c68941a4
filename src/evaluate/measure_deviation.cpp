// deviation: the greatest distance in the window of an observation from the centre before it, over
// the spread before it. Centre and spread are an exponentially weighted mean and variance, or the
// median and the median absolute deviation of the latest observations; both learn from every
// observation in the order of the log, after it was measured.
//
// Fixed point: observations, centres and distances in units of 10^-9, variances of 10^-18; every
// division rounds towards zero.
#include <algorithm>
#include <optional>

#include "families.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

constexpr std::int64_t kUnit = 1'000'000'000;
constexpr std::int64_t kValueMax = kUnit * kUnit;     // 10^9: what a square has room for
constexpr std::int64_t kDistanceMax = kUnit * kUnit;  // 10^9 spreads
// The median absolute deviation of a normal distribution, times this, is its standard deviation.
constexpr std::int64_t kNormalNumerator = 14'826;
constexpr std::int64_t kNormalDenominator = 10'000;

// number in units of 10^-9, nothing where it is beyond kValueMax.
std::optional<std::int64_t> fixed(const Number& number) {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    if (compare(number, Number(kUnit)) > 0 || compare(number, Number(-kUnit)) < 0) {
        return std::nullopt;
    }
    if (number.small(numerator, denominator)) {
        return static_cast<std::int64_t>(Int128{numerator} * kUnit / denominator);
    }
    // A long fraction: its decimal spelling, of which nine digits behind the point count.
    const std::string text = number.to_decimal();
    const bool negative = text.front() == '-';
    std::int64_t value = 0;
    int behind = -1;  // digits behind the point
    for (const char c : text) {
        if (c == '.' && behind >= 0) break;  // "...": goes on
        if (c == '.') behind = 0;
        if (c < '0' || c > '9' || behind == 9) continue;
        value = value * 10 + (c - '0');
        if (behind >= 0) ++behind;
    }
    for (behind = std::max(behind, 0); behind < 9; ++behind) value *= 10;
    return negative ? -value : value;
}

// value * factor / kUnit for a factor up to kUnit, where the product has no room.
Uint128 scaled(Uint128 value, std::uint64_t factor) {
    constexpr Uint128 kLow = ~std::uint64_t{0};
    const Uint128 high = (value >> 64) * factor;
    const Uint128 low = (value & kLow) * factor;
    const Uint128 rest = ((high % kUnit) << 64) + low;
    return ((high / kUnit) << 64) + rest / kUnit;
}

std::int64_t square_root(Uint128 value) {
    Uint128 root = 0;
    for (int bit = 62; bit >= 0; --bit) {
        const Uint128 next = root | (Uint128{1} << bit);
        if (next * next <= value) root = next;
    }
    return static_cast<std::int64_t>(root);
}

std::int64_t magnitude(std::int64_t value) {
    return value < 0 ? -value : value;
}

struct Baseline {
    std::int64_t centre = 0;
    std::int64_t spread = 0;
};

// m += a (x - m) and v = (1 - a) (v + a (x - m)^2), from the first observation on.
class WeightedMean {
public:
    explicit WeightedMean(std::uint64_t alpha) : alpha_(alpha) {}

    [[nodiscard]] Baseline baseline() const { return {centre_, square_root(variance_)}; }
    void add(std::int64_t value) {
        if (!begun_) {
            begun_ = true;
            centre_ = value;
            return;
        }
        const std::int64_t off = value - centre_;
        centre_ += static_cast<std::int64_t>(Int128{off} * alpha_ / kUnit);
        const auto square = static_cast<Uint128>(Int128{off} * off);
        const Uint128 grown = variance_ + scaled(square, alpha_);
        variance_ = grown - scaled(grown, alpha_);
    }
    void write(Writer& out) const {
        out.flag(begun_);
        out.i(centre_);
        out.u(static_cast<std::uint64_t>(variance_ >> 64));
        out.u(static_cast<std::uint64_t>(variance_));
    }
    void read(Reader& in) {
        begun_ = in.flag();
        centre_ = in.i();
        const Uint128 high = in.u();
        variance_ = (high << 64) | in.u();
    }

private:
    std::uint64_t alpha_;  // in units of 10^-9
    bool begun_ = false;
    std::int64_t centre_ = 0;
    Uint128 variance_ = 0;
};

// The middle one, or of an even number the mean of the two in the middle.
template <class At>
std::int64_t median(std::size_t count, At at) {
    const std::int64_t upper = at(count / 2);
    if (count % 2 == 1) return upper;
    return static_cast<std::int64_t>((Int128{at(count / 2 - 1)} + upper) / 2);
}

class LatestValues {
public:
    explicit LatestValues(std::size_t most) : most_(most) {}

    [[nodiscard]] Baseline baseline() const {
        if (sorted_.empty()) return {};
        const std::int64_t centre =
            median(sorted_.size(), [&](std::size_t i) { return sorted_[i]; });
        const std::int64_t middle =
            median(sorted_.size(), [&](std::size_t i) { return distance(centre, i); });
        return {centre, static_cast<std::int64_t>(Int128{middle} * kNormalNumerator /
                                                  kNormalDenominator)};
    }
    void add(std::int64_t value) {
        if (values_.size() < most_) {
            values_.push_back(value);
        } else {
            sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), values_[oldest_]));
            values_[oldest_] = value;
            oldest_ = (oldest_ + 1) % most_;
        }
        sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), value), value);
    }
    void write(Writer& out) const {
        out.u(values_.size());
        for (std::size_t i = 0; i < values_.size(); ++i) {
            out.i(values_[(oldest_ + i) % values_.size()]);
        }
    }
    void read(Reader& in) {
        values_.clear();
        oldest_ = 0;
        for (std::size_t left = in.count(); left > 0 && in.ok(); --left) values_.push_back(in.i());
        if (values_.size() > most_) in.fail();
        sorted_ = values_;
        std::sort(sorted_.begin(), sorted_.end());
    }

private:
    // The n-th least distance from the centre, from 0: of the two rising runs of distances above
    // and below it the parts that hold the n + 1 least.
    [[nodiscard]] std::int64_t distance(std::int64_t centre, std::size_t n) const {
        const auto split = std::lower_bound(sorted_.begin(), sorted_.end(), centre);
        const auto below = static_cast<std::size_t>(split - sorted_.begin());
        const std::size_t above = sorted_.size() - below;
        const auto up = [&](std::size_t i) { return sorted_[below + i] - centre; };
        const auto down = [&](std::size_t i) { return centre - sorted_[below - 1 - i]; };
        std::size_t least = n + 1 > below ? n + 1 - below : 0;  // of those above
        std::size_t most = std::min(above, n + 1);
        while (least < most) {
            const std::size_t taken = (least + most) / 2;
            if (down(n - taken) <= up(taken)) {
                most = taken;
            } else {
                least = taken + 1;
            }
        }
        const std::size_t rest = n + 1 - least;
        if (least == 0) return down(rest - 1);
        return rest == 0 ? up(least - 1) : std::max(up(least - 1), down(rest - 1));
    }

    std::size_t most_;
    std::vector<std::int64_t> values_;  // in the order of the log, a ring once there are most_
    std::size_t oldest_ = 0;
    std::vector<std::int64_t> sorted_;  // the same
};

template <class Learner>
class Deviation final : public WindowedMeasure {
public:
    Deviation(const MeasurePlan& plan, Learner learner)
        : WindowedMeasure(plan), learner_(std::move(learner)), distances_(true) {
        const std::optional<std::int64_t> least = fixed(plan.measure.least_spread);
        least_spread_ = std::max<std::int64_t>(least.value_or(0), 1);
    }

private:
    bool take(const Observation& observation, Pane pane) override {
        if (!passes(observation)) return false;
        const Operand value = evaluate_expression(*measure().value, observation.fields);
        const Number* number = std::get_if<Number>(&value);
        if (number == nullptr) return false;
        const std::optional<std::int64_t> exact = fixed(*number);
        if (!exact) {
            beyond_ = std::max(beyond_, pane);
            return true;
        }
        if (learned_ >= measure().warm_up) {
            distances_.add(pane, Number::ratio(distance(*exact), kUnit), observation.record);
        }
        ++learned_;
        learner_.add(*exact);
        return true;
    }
    void leave(Pane oldest) override {
        distances_.expire(oldest);
        if (beyond_ < oldest) beyond_ = kFirstPane;
    }
    Reading present(TimeNs) override {
        if (beyond_ != kFirstPane) return Reading::missing("a value is beyond 1000000000");
        if (!distances_.empty()) return Reading::of(distances_.value());
        const std::uint64_t needed = measure().warm_up + 1;
        return Reading::missing(std::to_string(std::min(learned_, needed - 1)) + " of " +
                                std::to_string(needed) + " " + plan().noun + "s");
    }
    TimeNs changes(TimeNs) override {
        const TimeNs due = beyond_ == kFirstPane ? kNever : window().leaves(beyond_);
        return distances_.empty() ? due : std::min(due, window().leaves(distances_.front()));
    }
    std::vector<std::uint64_t> records() const override {
        if (distances_.empty()) return {};
        return {distances_.record()};
    }
    void write_rest(Writer& out) const override {
        out.u(learned_);
        out.i(beyond_);
        learner_.write(out);
        distances_.write(out);
    }
    void read_rest(Reader& in) override {
        learned_ = in.u();
        beyond_ = in.i();
        learner_.read(in);
        distances_.read(in);
    }

    [[nodiscard]] std::int64_t distance(std::int64_t value) const {
        const Baseline baseline = learner_.baseline();
        const std::int64_t spread = std::max(baseline.spread, least_spread_);
        const Int128 spreads = Int128{magnitude(value - baseline.centre)} * kUnit / spread;
        return static_cast<std::int64_t>(std::min<Int128>(spreads, kDistanceMax));
    }

    Learner learner_;
    std::int64_t least_spread_ = 1;
    std::uint64_t learned_ = 0;   // observations, since the measure began
    Pane beyond_ = kFirstPane;    // the latest pane with a value out of range
    Extremes distances_;
};

}  // namespace

std::unique_ptr<Measure> make_deviation(const MeasurePlan& plan) {
    const rules::Measure& measure = plan.measure;
    if (measure.latest > 0) {
        return std::make_unique<Deviation<LatestValues>>(
            plan, LatestValues(static_cast<std::size_t>(measure.latest)));
    }
    const std::optional<std::int64_t> alpha = fixed(measure.alpha);
    OVERLORD_ASSERT(alpha && *alpha > 0 && *alpha < kUnit);
    return std::make_unique<Deviation<WeightedMean>>(
        plan, WeightedMean(static_cast<std::uint64_t>(*alpha)));
}

}  // namespace overlord::evaluate
