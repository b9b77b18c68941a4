// response: the longest time between two instants of a key, in minutes. It is the greater of
//  - until - from over the observations of the window that have both, and
//  - now - from over the keys whose latest observation has no `until` yet: those run, however old.
// Keys that are closed are forgotten once no earlier observation can come in any more.
#include <algorithm>
#include <map>
#include <set>

#include "elapsed.hpp"
#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

class Response final : public Measure {
public:
    explicit Response(const MeasurePlan& plan) : plan_(plan), longest_(true) {}

    void fold(const Observation& observation) override;
    void observe_nil() override { seen_ = true; }
    Reading value(TimeNs now) override;
    TimeNs next_due(TimeNs now) override;
    Evidence evidence(TimeNs now) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    struct Key {
        TimeNs time = 0;  // of its latest observation
        TimeNs from = 0;
        std::uint64_t record = 0;
        bool open = false;
    };
    using Running = std::pair<TimeNs, std::uint64_t>;  // from, record

    void expire(TimeNs now);
    void remember(const Observation& observation, TimeNs from, bool open);
    void forget_closed(TimeNs now);

    const MeasurePlan& plan_;
    bool seen_ = false;
    bool overflow_ = false;
    bool left_ = false;
    TimeNs first_ = 0;
    TimeNs last_ = 0;
    PaneCounts counts_;
    Extremes longest_;
    std::map<std::string, Key> keys_;
    std::set<Running> running_;                        // the open keys
    std::set<std::pair<TimeNs, std::string>> closed_;  // the others, by time
};

void Response::expire(TimeNs now) {
    const Pane oldest = plan_.window.oldest(now);
    if (!counts_.empty() && counts_.front() < oldest) left_ = true;
    counts_.expire(oldest);
    longest_.expire(oldest);
}

void Response::forget_closed(TimeNs now) {
    const TimeNs horizon = now - plan_.measure.lateness;
    while (!closed_.empty() && closed_.begin()->first < horizon) {
        keys_.erase(closed_.begin()->second);
        closed_.erase(closed_.begin());
    }
}

void Response::remember(const Observation& observation, TimeNs from, bool open) {
    std::string name = bounded_key(observation.fields[plan_.measure.by.value_or(0)]);
    auto found = keys_.find(name);
    if (found == keys_.end()) {
        overflow_ = overflow_ || (keys_.size() == kKeysMax && open);
        if (keys_.size() == kKeysMax) return;
        found = keys_.emplace(name, Key{observation.time, from, observation.record, open}).first;
    } else {
        Key& key = found->second;
        if (observation.time < key.time) return;
        if (key.open) {
            running_.erase({key.from, key.record});
        } else {
            closed_.erase({key.time, name});
        }
        key = {observation.time, from, observation.record, open};
    }
    if (open) {
        running_.insert({from, observation.record});
    } else {
        closed_.insert({observation.time, std::move(name)});
    }
}

void Response::fold(const Observation& observation) {
    seen_ = true;
    const auto& where = plan_.measure.inputs[observation.input].where;
    if (where && !holds(*where, observation.fields)) return;
    const TimeNs* from = std::get_if<TimeNs>(&observation.fields[plan_.measure.from_field]);
    const TimeNs* until = std::get_if<TimeNs>(&observation.fields[plan_.measure.until_field]);
    if (from == nullptr) return;
    expire(observation.now);
    forget_closed(observation.now);
    remember(observation, *from, until == nullptr);
    const Pane pane = plan_.window.pane_of(observation.time);
    if (pane < plan_.window.oldest(observation.now)) return;
    if (counts_.empty()) {
        first_ = last_ = observation.time;
        left_ = false;
    }
    first_ = std::min(first_, observation.time);
    last_ = std::max(last_, observation.time);
    counts_.add(pane);
    if (until != nullptr) longest_.add(pane, Number(*until - *from), observation.record);
}

Reading Response::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    expire(now);
    if (overflow_) {
        return Reading::missing("more than " + std::to_string(kKeysMax) + " keys at a time");
    }
    if (running_.empty() && longest_.empty()) return Reading::none();
    Number longest = longest_.empty() ? Number(now - running_.begin()->first) : longest_.value();
    if (!running_.empty() && longest < Number(now - running_.begin()->first)) {
        longest = Number(now - running_.begin()->first);
    }
    return Reading::of(longest / Number(kMinuteNs));
}

TimeNs Response::next_due(TimeNs now) {
    expire(now);
    TimeNs due = longest_.empty() ? kNever : plan_.window.leaves(longest_.front());
    if (running_.empty()) return due;
    for (const rules::Limit& limit : plan_.measure.limits) {
        due = std::min(due, crosses_at(running_.begin()->first, limit, kMinuteNs, now));
    }
    if (!plan_.measure.free) return due;
    return std::min(due, now + std::max(kLookAgain, plan_.window.pane()));
}

Evidence Response::evidence(TimeNs now) {
    expire(now);
    Evidence evidence;
    evidence.count = counts_.total();
    evidence.any = !counts_.empty();
    if (evidence.any) {
        evidence.first = left_ ? std::max(first_, plan_.window.begins(counts_.front())) : first_;
        evidence.last = last_;
    }
    const bool runs =
        !running_.empty() &&
        (longest_.empty() || longest_.value() < Number(now - running_.begin()->first));
    if (!runs) {
        if (!longest_.empty()) evidence.records = {longest_.record()};
        return evidence;
    }
    for (const Running& running : running_) {
        if (evidence.records.size() == kEvidenceMax) break;
        evidence.records.push_back(running.second);
    }
    return evidence;
}

void Response::write(Writer& out, TimeNs now) {
    expire(now);
    forget_closed(now);
    out.flag(seen_);
    out.flag(overflow_);
    out.flag(left_);
    out.i(first_);
    out.i(last_);
    counts_.write(out);
    longest_.write(out);
    out.u(keys_.size());
    for (const auto& [name, key] : keys_) {
        out.text(name);
        out.i(key.time);
        out.i(key.from);
        out.u(key.record);
        out.flag(key.open);
    }
}

void Response::read(Reader& in) {
    seen_ = in.flag();
    overflow_ = in.flag();
    left_ = in.flag();
    first_ = in.i();
    last_ = in.i();
    counts_.read(in);
    longest_.read(in);
    keys_.clear();
    running_.clear();
    closed_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        Key key;
        key.time = in.i();
        key.from = in.i();
        key.record = in.u();
        key.open = in.flag();
        if (key.open) {
            running_.insert({key.from, key.record});
        } else {
            closed_.insert({key.time, name});
        }
        keys_.emplace(std::move(name), key);
    }
}

}  // namespace

std::unique_ptr<Measure> make_response(const MeasurePlan& plan) {
    return std::make_unique<Response>(plan);
}

}  // namespace overlord::evaluate
