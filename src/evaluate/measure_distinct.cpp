// distinct: how many different values a field has in the window. Each value stays as long as the
// pane of its latest observation.
#include <map>
#include <set>

#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

class Distinct final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    struct Held {
        Pane until;
        std::string_view value;  // of one in latest_
        friend auto operator<=>(const Held&, const Held&) = default;
    };

    bool take(const Observation& observation, Pane pane) override;
    void leave(Pane oldest) override;
    Reading present(TimeNs) override;
    TimeNs changes(TimeNs) override;
    std::vector<std::uint64_t> records() const override { return brought_.records(); }
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;
    Reading empty_reading() const override { return Reading::of(Number(0)); }

    std::map<std::string, Pane, std::less<>> latest_;  // of each value the latest pane
    std::set<Held> by_pane_;
    Pane overflow_ = kFirstPane;  // the latest pane with a value that found no room
    ViolationRecords brought_;    // the records that brought a value which was not there
};

bool Distinct::take(const Observation& observation, Pane pane) {
    if (!passes(observation)) return false;
    const event::TypedValue& field = observation.fields[measure().value->field];
    if (std::holds_alternative<std::monostate>(field)) return false;
    std::string value = bounded_key(field);
    const auto found = latest_.find(value);
    if (found != latest_.end()) {
        if (found->second >= pane) return true;
        by_pane_.erase({found->second, found->first});
        found->second = pane;
        by_pane_.insert({pane, found->first});
        return true;
    }
    if (latest_.size() == kKeysMax) {
        overflow_ = std::max(overflow_, pane);
        return true;
    }
    brought_.add(pane, observation.record);
    const auto added = latest_.emplace(std::move(value), pane).first;
    by_pane_.insert({pane, added->first});
    return true;
}

void Distinct::leave(Pane oldest) {
    while (!by_pane_.empty() && by_pane_.begin()->until < oldest) {
        const std::string value(by_pane_.begin()->value);
        by_pane_.erase(by_pane_.begin());
        latest_.erase(value);
    }
    brought_.expire(oldest);
    if (overflow_ < oldest) overflow_ = kFirstPane;
}

Reading Distinct::present(TimeNs) {
    if (overflow_ != kFirstPane) {
        return Reading::missing("more than " + std::to_string(kKeysMax) + " different values");
    }
    return Reading::of(Number(static_cast<std::int64_t>(latest_.size())));
}

TimeNs Distinct::changes(TimeNs) {
    const TimeNs due = overflow_ == kFirstPane ? kNever : window().leaves(overflow_);
    return by_pane_.empty() ? due : std::min(due, window().leaves(by_pane_.begin()->until));
}

void Distinct::write_rest(Writer& out) const {
    out.i(overflow_);
    out.u(latest_.size());
    for (const auto& [value, pane] : latest_) {
        out.text(value);
        out.i(pane);
    }
    brought_.write(out);
}

void Distinct::read_rest(Reader& in) {
    by_pane_.clear();
    latest_.clear();
    overflow_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string value = in.text();
        const auto [at, added] = latest_.emplace(std::move(value), in.i());
        if (!added) in.fail();
        by_pane_.insert({at->second, at->first});
    }
    brought_.read(in);
}

}  // namespace

std::unique_ptr<Measure> make_distinct(const MeasurePlan& plan) {
    return std::make_unique<Distinct>(plan);
}

}  // namespace overlord::evaluate
