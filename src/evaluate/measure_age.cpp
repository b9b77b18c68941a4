// age: the time since the latest event that meets the condition, of several groups the greatest. No
// window: it runs until the next such event, and the limits on it fall due by log time.
#include <map>
#include <set>

#include "elapsed.hpp"
#include "families.hpp"
#include "keys.hpp"

namespace overlord::evaluate {
namespace {

class Age final : public Measure {
public:
    explicit Age(const MeasurePlan& plan) : plan_(plan) {}

    void fold(const Observation& observation) override;
    void observe_nil() override { seen_ = true; }
    Reading value(TimeNs now) override;
    TimeNs next_due(TimeNs now) override;
    Evidence evidence(TimeNs now) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    struct Group {
        TimeNs time = 0;
        std::uint64_t record = 0;
    };
    struct Silent {
        TimeNs since;
        std::string_view name;  // of a group in groups_
        friend auto operator<=>(const Silent&, const Silent&) = default;
    };

    // The first instant at which a group silent since then is forgotten.
    [[nodiscard]] TimeNs forgotten_at(TimeNs since) const {
        const DurationNs after = plan_.measure.forget_after;
        return after == 0 ? kNever : since + after + 1;
    }
    void forget(TimeNs now);

    const MeasurePlan& plan_;
    bool seen_ = false;
    std::uint64_t events_ = 0;  // that met the condition, since the measure began
    bool overflow_ = false;     // a group found no room, ...
    TimeNs overflow_at_ = 0;    // ... at this time last
    std::map<std::string, Group, std::less<>> groups_;
    std::set<Silent> by_silence_;
};

void Age::forget(TimeNs now) {
    while (!by_silence_.empty() && forgotten_at(by_silence_.begin()->since) <= now) {
        const std::string name(by_silence_.begin()->name);
        by_silence_.erase(by_silence_.begin());
        groups_.erase(name);
    }
    if (overflow_ && forgotten_at(overflow_at_) <= now) {
        overflow_ = false;
        overflow_at_ = 0;
    }
}

void Age::fold(const Observation& observation) {
    seen_ = true;
    const auto& where = plan_.measure.inputs[observation.input].where;
    if (where && !holds(*where, observation.fields)) return;
    forget(observation.now);
    ++events_;
    const auto& by = plan_.measure.by;
    std::string name = by ? bounded_key(observation.fields[*by]) : std::string();
    auto found = groups_.find(name);
    if (found == groups_.end()) {
        if (groups_.size() == kKeysMax) {
            overflow_at_ = overflow_ ? std::max(overflow_at_, observation.time) : observation.time;
            overflow_ = true;
            return;
        }
        found = groups_.emplace(std::move(name), Group()).first;
    } else {
        if (observation.time < found->second.time) return;
        by_silence_.erase({found->second.time, found->first});
    }
    found->second = {observation.time, observation.record};
    by_silence_.insert({observation.time, found->first});
}

Reading Age::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    forget(now);
    const std::uint64_t needed = plan_.measure.at_least;
    if (events_ < needed && needed > 1) {
        return Reading::missing(std::to_string(events_) + " of " + std::to_string(needed) + " " +
                                plan_.noun + "s");
    }
    if (overflow_) return Reading::missing("more than " + std::to_string(kKeysMax) + " groups");
    if (by_silence_.empty()) return Reading::none();
    return Reading::of(elapsed(by_silence_.begin()->since, now, plan_.measure.in));
}

TimeNs Age::next_due(TimeNs now) {
    forget(now);
    if (overflow_) return forgotten_at(overflow_at_);
    if (by_silence_.empty() || events_ < plan_.measure.at_least) return kNever;
    const TimeNs since = by_silence_.begin()->since;
    TimeNs due = forgotten_at(since);
    for (const rules::Limit& limit : plan_.measure.limits) {
        due = std::min(due, crosses_at(since, limit, plan_.measure.in, now));
    }
    return plan_.measure.free ? std::min(due, now + std::max(kLookAgain, plan_.measure.in)) : due;
}

Evidence Age::evidence(TimeNs now) {
    forget(now);
    Evidence evidence;
    evidence.count = events_;
    evidence.any = !by_silence_.empty();
    if (!evidence.any) return evidence;
    evidence.first = by_silence_.begin()->since;
    evidence.last = by_silence_.rbegin()->since;
    evidence.records = {groups_.find(by_silence_.begin()->name)->second.record};
    return evidence;
}

void Age::write(Writer& out, TimeNs now) {
    forget(now);
    out.flag(seen_);
    out.u(events_);
    out.flag(overflow_);
    out.i(overflow_at_);
    out.u(groups_.size());
    for (const auto& [name, group] : groups_) {
        out.text(name);
        out.i(group.time);
        out.u(group.record);
    }
}

void Age::read(Reader& in) {
    by_silence_.clear();
    groups_.clear();
    seen_ = in.flag();
    events_ = in.u();
    overflow_ = in.flag();
    overflow_at_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        const TimeNs time = in.i();
        const Group group{time, in.u()};
        const auto [at, added] = groups_.emplace(std::move(name), group);
        if (!added) in.fail();
        by_silence_.insert({time, at->first});
    }
}

}  // namespace

std::unique_ptr<Measure> make_age(const MeasurePlan& plan) {
    return std::make_unique<Age>(plan);
}

}  // namespace overlord::evaluate
