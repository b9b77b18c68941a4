// count, rate, sum, mean, ratio, min and max over a window.
#include <utility>

#include "families.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

class Count final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    bool take(const Observation& observation, Pane) override { return passes(observation); }
    void leave(Pane) override {}
    Reading present(TimeNs) override {
        const Number total(static_cast<std::int64_t>(counts().total()));
        if (measure().function == rules::Measure::Function::kCount) return Reading::of(total);
        return Reading::of(total * Number::ratio(measure().period, measure().window));
    }
    TimeNs changes(TimeNs) override { return window().leaves(counts().front()); }
    void write_rest(Writer&) const override {}
    void read_rest(Reader&) override {}
    Reading empty_reading() const override { return Reading::of(Number(0)); }
};

// sum(value), mean = sum(value) / count, ratio = sum(value) / sum(divisor).
class Sums final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    struct Pair {
        Number value{0};
        Number divisor{0};
    };

    bool take(const Observation& observation, Pane pane) override {
        if (!passes(observation)) return false;
        Operand value = evaluate_expression(*measure().value, observation.fields);
        Number* number = std::get_if<Number>(&value);
        if (number == nullptr) return false;
        Operand divisor = Number(1);
        if (measure().divisor)
            divisor = evaluate_expression(*measure().divisor, observation.fields);
        const Number* by = std::get_if<Number>(&divisor);
        if (by == nullptr) return false;
        Pair& sums = panes_.at(pane);
        sums.value = sums.value + *number;
        sums.divisor = sums.divisor + *by;
        total_.value = total_.value + *number;
        total_.divisor = total_.divisor + *by;
        return true;
    }
    void leave(Pane oldest) override {
        panes_.expire(oldest, [&](const Pair& gone) {
            total_.value = total_.value - gone.value;
            total_.divisor = total_.divisor - gone.divisor;
        });
    }
    Reading present(TimeNs) override {
        if (measure().function == rules::Measure::Function::kSum) return Reading::of(total_.value);
        if (total_.divisor == Number(0)) return Reading::missing("the divisor is 0");
        return Reading::of(total_.value / total_.divisor);
    }
    TimeNs changes(TimeNs) override { return window().leaves(counts().front()); }
    void write_rest(Writer& out) const override {
        out.u(panes_.size());
        for (const auto& entry : panes_) {
            out.i(entry.pane);
            out.number(entry.value.value);
            out.number(entry.value.divisor);
        }
    }
    void read_rest(Reader& in) override {
        panes_ = {};
        total_ = {};
        for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
            const Pane pane = in.i();
            if (!panes_.empty() && panes_.back().pane >= pane) in.fail();
            Pair sums;
            sums.value = in.number();
            sums.divisor = in.number();
            total_.value = total_.value + sums.value;
            total_.divisor = total_.divisor + sums.divisor;
            panes_.push_back(pane, std::move(sums));
        }
    }

    PaneValues<Pair> panes_;
    Pair total_;
};

class Extreme final : public WindowedMeasure {
public:
    explicit Extreme(const MeasurePlan& plan)
        : WindowedMeasure(plan),
          extremes_(plan.measure.function == rules::Measure::Function::kMax) {}

private:
    bool take(const Observation& observation, Pane pane) override {
        if (!passes(observation)) return false;
        const Operand value = evaluate_expression(*measure().value, observation.fields);
        const Number* number = std::get_if<Number>(&value);
        if (number == nullptr) return false;
        extremes_.add(pane, *number, observation.record);
        return true;
    }
    void leave(Pane oldest) override { extremes_.expire(oldest); }
    Reading present(TimeNs) override { return Reading::of(extremes_.value()); }
    TimeNs changes(TimeNs) override { return window().leaves(extremes_.front()); }
    std::vector<std::uint64_t> records() const override { return {extremes_.record()}; }
    void write_rest(Writer& out) const override { extremes_.write(out); }
    void read_rest(Reader& in) override {
        extremes_.read(in);
        if (extremes_.empty() != counts().empty()) in.fail();
    }

    Extremes extremes_;
};

}  // namespace

std::unique_ptr<Measure> make_count(const MeasurePlan& plan) {
    return std::make_unique<Count>(plan);
}
std::unique_ptr<Measure> make_sums(const MeasurePlan& plan) {
    return std::make_unique<Sums>(plan);
}
std::unique_ptr<Measure> make_extreme(const MeasurePlan& plan) {
    return std::make_unique<Extreme>(plan);
}

}  // namespace overlord::evaluate
