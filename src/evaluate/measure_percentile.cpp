// percentile: the nearest rank over a histogram with the bounds of the declaration. Of n
// observations the rank is the least whole number that is at least share / 100 * n; the value is
// the least bound that so many observations do not exceed, and where none is, the greatest
// observation of the window.
#include <algorithm>

#include "families.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

__extension__ using Int128 = __int128;

class Percentile final : public WindowedMeasure {
public:
    explicit Percentile(const MeasurePlan& plan)
        : WindowedMeasure(plan),
          buckets_(static_cast<std::int64_t>(plan.measure.bounds.size()) + 1),
          totals_(plan.measure.bounds.size() + 1),
          greatest_(true) {}

private:
    bool take(const Observation& observation, Pane pane) override;
    void leave(Pane oldest) override;
    Reading present(TimeNs) override;
    TimeNs changes(TimeNs) override { return window().leaves(counts().front()); }
    std::vector<std::uint64_t> records() const override;
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;

    [[nodiscard]] std::uint64_t rank() const;
    [[nodiscard]] std::size_t bucket_of(Pane cell) const {
        return static_cast<std::size_t>(cell - floor_divide(cell, buckets_) * buckets_);
    }

    std::int64_t buckets_;  // one for each bound, and one for what exceeds them all
    PaneCounts cells_;      // bucket b of pane p is cell p * buckets_ + b
    std::vector<std::uint64_t> totals_;  // by bucket
    Extremes greatest_;
};

bool Percentile::take(const Observation& observation, Pane pane) {
    if (!passes(observation)) return false;
    const Operand value = evaluate_expression(*measure().value, observation.fields);
    const Number* number = std::get_if<Number>(&value);
    if (number == nullptr) return false;
    const auto& bounds = measure().bounds;
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), *number) - bounds.begin();
    cells_.add(pane * buckets_ + bucket);
    ++totals_[static_cast<std::size_t>(bucket)];
    greatest_.add(pane, *number, observation.record);
    return true;
}

void Percentile::leave(Pane oldest) {
    if (window().endless()) return;
    cells_.expire(oldest * buckets_, [&](Pane cell, std::uint32_t count) {
        totals_[bucket_of(cell)] -= count;
    });
    greatest_.expire(oldest);
}

std::uint64_t Percentile::rank() const {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    OVERLORD_ASSERT(measure().share.small(numerator, denominator));
    const Int128 by = Int128{denominator} * 100;
    return static_cast<std::uint64_t>((Int128{counts().total()} * numerator + by - 1) / by);
}

Reading Percentile::present(TimeNs) {
    const std::uint64_t needed = rank();
    std::uint64_t covered = 0;
    for (std::size_t i = 0; i < measure().bounds.size(); ++i) {
        covered += totals_[i];
        if (covered >= needed) return Reading::of(measure().bounds[i]);
    }
    return Reading::of(greatest_.value());
}

std::vector<std::uint64_t> Percentile::records() const {
    if (greatest_.empty()) return {};
    return {greatest_.record()};
}

void Percentile::write_rest(Writer& out) const {
    cells_.write(out);
    greatest_.write(out);
}

void Percentile::read_rest(Reader& in) {
    cells_.read(in);
    greatest_.read(in);
    std::fill(totals_.begin(), totals_.end(), 0);
    cells_.each([&](Pane cell, std::uint32_t count) { totals_[bucket_of(cell)] += count; });
    if (greatest_.empty() != counts().empty() || cells_.total() != counts().total()) in.fail();
}

}  // namespace

std::unique_ptr<Measure> make_percentile(const MeasurePlan& plan) {
    return std::make_unique<Percentile>(plan);
}

}  // namespace overlord::evaluate
