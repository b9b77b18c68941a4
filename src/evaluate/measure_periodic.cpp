// Any windowed measure in tumbling or calendar windows: one instance of it without an end for each
// period from the current one on. Those of later periods hold what is ahead of log time, and of
// tumbling windows what still waits for the lateness.
#include <map>

#include "families.hpp"

namespace overlord::evaluate {
namespace {

class Periodic final : public Measure {
public:
    explicit Periodic(const MeasurePlan& plan) : plan_(plan) {}

    void fold(const Observation& observation) override;
    void observe_nil() override;
    Reading value(TimeNs now) override;
    TimeNs next_due(TimeNs now) override;
    Evidence evidence(TimeNs now) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    [[nodiscard]] const Periods& periods() const { return *plan_.window.periods(); }
    [[nodiscard]] std::unique_ptr<Measure> make() const { return make_measure(*plan_.within); }
    // The instance that counts now; null: nothing came for its period.
    Measure* current(TimeNs now);

    const MeasurePlan& plan_;
    bool seen_ = false;
    Pane since_ = 0;  // the first period that something was observed in
    std::map<Pane, std::unique_ptr<Measure>> instances_;
};

void Periodic::fold(const Observation& observation) {
    const Pane period = periods().of(observation.time);
    since_ = seen_ ? std::min(since_, period) : period;
    seen_ = true;
    (void)current(observation.now);
    if (period < periods().current(observation.now)) return;
    std::unique_ptr<Measure>& instance = instances_[period];
    if (!instance) instance = make();
    instance->fold(observation);
}

// That nothing happened is known of every period.
void Periodic::observe_nil() {
    seen_ = true;
    since_ = kFirstPane;
}

Measure* Periodic::current(TimeNs now) {
    const Pane period = periods().current(now);
    instances_.erase(instances_.begin(), instances_.lower_bound(period));
    const auto first = instances_.begin();
    const bool there = first != instances_.end() && first->first == period;
    return there ? first->second.get() : nullptr;
}

Reading Periodic::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    if (Measure* instance = current(now)) return instance->value(now);
    if (periods().current(now) < since_) {
        return Reading::missing("no interval is over since the first " + plan_.noun);
    }
    const std::unique_ptr<Measure> empty = make();
    empty->observe_nil();
    return empty->value(now);
}

TimeNs Periodic::next_due(TimeNs now) {
    Measure* instance = current(now);
    if (!seen_ || (instances_.empty() && periods().current(now) >= since_)) return kNever;
    const TimeNs over = periods().until(periods().current(now));
    return instance == nullptr ? over : std::min(over, instance->next_due(now));
}

Evidence Periodic::evidence(TimeNs now) {
    Measure* instance = current(now);
    return instance == nullptr ? Evidence() : instance->evidence(now);
}

void Periodic::write(Writer& out, TimeNs now) {
    (void)current(now);
    out.flag(seen_);
    out.i(since_);
    out.u(instances_.size());
    for (const auto& [period, instance] : instances_) {
        Writer one;
        instance->write(one, now);
        out.i(period);
        out.text(as_text(one.bytes()));
    }
}

void Periodic::read(Reader& in) {
    instances_.clear();
    seen_ = in.flag();
    since_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane period = in.i();
        const std::string bytes = in.text();
        if (!instances_.empty() && instances_.rbegin()->first >= period) in.fail();
        Reader one(as_bytes(bytes));
        std::unique_ptr<Measure>& instance = instances_[period];
        instance = make();
        instance->read(one);
        if (!one.at_end()) in.fail();
    }
}

}  // namespace

std::unique_ptr<Measure> make_periodic(const MeasurePlan& plan) {
    return std::make_unique<Periodic>(plan);
}

}  // namespace overlord::evaluate
