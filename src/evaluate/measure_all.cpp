// all: every observation of the window meets its condition. latest_all: the latest one of every key
// does, without a window. last: the latest value of every group, then the least or greatest.
#include <algorithm>
#include <map>

#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

class All final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    bool take(const Observation& observation, Pane pane) override {
        if (passes(observation)) return true;
        violations_.add(pane);
        violating_.add(pane, observation.record);
        return true;
    }
    void leave(Pane oldest) override {
        violations_.expire(oldest);
        violating_.expire(oldest);
    }
    Reading present(TimeNs) override { return Reading::of_truth(violations_.empty()); }
    TimeNs changes(TimeNs) override {
        return violations_.empty() ? kNever : window().leaves(violations_.back());
    }
    std::vector<std::uint64_t> records() const override { return violating_.records(); }
    void write_rest(Writer& out) const override {
        violations_.write(out);
        violating_.write(out);
    }
    void read_rest(Reader& in) override {
        violations_.read(in);
        violating_.read(in);
    }

    PaneCounts violations_;
    ViolationRecords violating_;
};

std::string key_of(const rules::Measure& measure, const Observation& observation) {
    return measure.by ? bounded_key(observation.fields[*measure.by]) : std::string();
}

Reading too_many(std::string_view what) {
    return Reading::missing("more than " + std::to_string(kKeysMax) + " " + std::string(what));
}

class LatestAll final : public Measure {
public:
    explicit LatestAll(const MeasurePlan& plan) : plan_(plan) {}

    void fold(const Observation& observation) override {
        seen_ = true;
        std::string name = key_of(plan_.measure, observation);
        auto found = keys_.find(name);
        if (found == keys_.end()) {
            overflow_ = overflow_ || keys_.size() == kKeysMax;
            if (keys_.size() == kKeysMax) return;
            found = keys_.emplace(std::move(name), Key{observation.time, 0, true}).first;
        }
        Key& key = found->second;
        if (observation.time < key.time) return;
        const auto& where = plan_.measure.inputs[observation.input].where;
        violations_ -= key.meets ? 0 : 1;
        key = {observation.time, observation.record, !where || holds(*where, observation.fields)};
        violations_ += key.meets ? 0 : 1;
    }
    void observe_nil() override { seen_ = true; }
    Reading value(TimeNs) override {
        if (!seen_) return never_observed(plan_);
        if (violations_ > 0) return Reading::of_truth(false);
        if (overflow_) return too_many("keys");
        return keys_.empty() ? Reading::none() : Reading::of_truth(true);
    }
    TimeNs next_due(TimeNs) override { return kNever; }
    Evidence evidence(TimeNs) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    struct Key {
        TimeNs time = 0;
        std::uint64_t record = 0;
        bool meets = true;
    };
    const MeasurePlan& plan_;
    bool seen_ = false;
    bool overflow_ = false;
    std::size_t violations_ = 0;
    std::map<std::string, Key> keys_;
};

Evidence LatestAll::evidence(TimeNs) {
    Evidence evidence;
    evidence.count = keys_.size();
    evidence.any = !keys_.empty();
    if (!evidence.any) return evidence;
    evidence.first = evidence.last = keys_.begin()->second.time;
    for (const auto& [name, key] : keys_) {
        evidence.first = std::min(evidence.first, key.time);
        evidence.last = std::max(evidence.last, key.time);
        if (!key.meets && evidence.records.size() < kEvidenceMax) {
            evidence.records.push_back(key.record);
        }
    }
    return evidence;
}

void LatestAll::write(Writer& out, TimeNs) {
    out.flag(seen_);
    out.flag(overflow_);
    out.u(keys_.size());
    for (const auto& [name, key] : keys_) {
        out.text(name);
        out.i(key.time);
        out.u(key.record);
        out.flag(key.meets);
    }
}

void LatestAll::read(Reader& in) {
    seen_ = in.flag();
    overflow_ = in.flag();
    keys_.clear();
    violations_ = 0;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        Key key;
        key.time = in.i();
        key.record = in.u();
        key.meets = in.flag();
        violations_ += key.meets ? 0 : 1;
        keys_.emplace(std::move(name), key);
    }
}

// Text values are atoms for rules.
Reading reading_of(const Operand& value) {
    if (const Number* number = std::get_if<Number>(&value)) return Reading::of(*number);
    if (const bool* boolean = std::get_if<bool>(&value)) return Reading::of_truth(*boolean);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        return {Reading::Kind::kAtom, 0, std::string(*text)};
    }
    return Reading::none();
}

class Last final : public Measure {
public:
    explicit Last(const MeasurePlan& plan) : plan_(plan) {}

    void fold(const Observation& observation) override;
    void observe_nil() override { seen_ = true; }
    Reading value(TimeNs now) override;
    TimeNs next_due(TimeNs now) override;
    Evidence evidence(TimeNs) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    struct Group {
        TimeNs time = 0;
        std::uint64_t record = 0;
        Reading value;
    };
    // The group that decides, and the one that was heard of least lately; null when there is none.
    [[nodiscard]] const Group* deciding() const;
    [[nodiscard]] const Group* oldest() const;

    const MeasurePlan& plan_;
    bool seen_ = false;
    bool overflow_ = false;
    std::map<std::string, Group> groups_;
};

void Last::fold(const Observation& observation) {
    seen_ = true;
    const auto& where = plan_.measure.inputs[observation.input].where;
    if (where && !holds(*where, observation.fields)) return;
    Reading value = reading_of(evaluate_expression(*plan_.measure.value, observation.fields));
    std::string name = key_of(plan_.measure, observation);
    auto found = groups_.find(name);
    if (found == groups_.end()) {
        overflow_ = overflow_ || groups_.size() == kKeysMax;
        if (groups_.size() == kKeysMax) return;
        found = groups_.emplace(std::move(name), Group{observation.time, 0, {}}).first;
    }
    if (observation.time < found->second.time) return;
    found->second = {observation.time, observation.record, std::move(value)};
}

const Last::Group* Last::deciding() const {
    const Group* best = nullptr;
    for (const auto& [name, group] : groups_) {
        if (best == nullptr) {
            best = &group;
            continue;
        }
        if (group.value.kind != Reading::Kind::kNumber) continue;
        const int order = best->value.kind == Reading::Kind::kNumber
                              ? compare(group.value.number, best->value.number)
                              : (plan_.measure.greatest ? 1 : -1);
        if (plan_.measure.greatest ? order > 0 : order < 0) best = &group;
    }
    return best;
}

const Last::Group* Last::oldest() const {
    const Group* oldest = nullptr;
    for (const auto& [name, group] : groups_) {
        if (oldest == nullptr || group.time < oldest->time) oldest = &group;
    }
    return oldest;
}

Reading Last::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    if (groups_.empty()) return Reading::none();
    if (overflow_) return too_many("groups");
    const TimeNs stale_at = oldest()->time + plan_.measure.stale_after;
    if (plan_.measure.stale_after > 0 && now > stale_at) {
        return Reading::missing("stale since " + format_rfc3339(stale_at));
    }
    return deciding()->value;
}

TimeNs Last::next_due(TimeNs now) {
    if (groups_.empty() || plan_.measure.stale_after == 0) return kNever;
    const TimeNs due = oldest()->time + plan_.measure.stale_after + 1;
    return due > now ? due : kNever;
}

Evidence Last::evidence(TimeNs) {
    Evidence evidence;
    evidence.count = groups_.size();
    evidence.any = !groups_.empty();
    if (!evidence.any) return evidence;
    evidence.first = evidence.last = oldest()->time;
    for (const auto& [name, group] : groups_) {
        evidence.last = std::max(evidence.last, group.time);
    }
    evidence.records = {deciding()->record};
    return evidence;
}

void Last::write(Writer& out, TimeNs) {
    out.flag(seen_);
    out.flag(overflow_);
    out.u(groups_.size());
    for (const auto& [name, group] : groups_) {
        out.text(name);
        out.i(group.time);
        out.u(group.record);
        out.u(static_cast<std::uint64_t>(group.value.kind));
        out.number(group.value.number);
        out.text(group.value.text.text());
    }
}

void Last::read(Reader& in) {
    seen_ = in.flag();
    overflow_ = in.flag();
    groups_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        Group group;
        group.time = in.i();
        group.record = in.u();
        const std::uint64_t kind = in.u();
        if (kind > static_cast<std::uint64_t>(Reading::Kind::kMissing)) in.fail();
        group.value.kind = static_cast<Reading::Kind>(kind);
        group.value.number = in.number();
        group.value.text = in.text();
        groups_.emplace(std::move(name), std::move(group));
    }
}

}  // namespace

std::unique_ptr<Measure> make_all(const MeasurePlan& plan) {
    return std::make_unique<All>(plan);
}
std::unique_ptr<Measure> make_latest_all(const MeasurePlan& plan) {
    return std::make_unique<LatestAll>(plan);
}
std::unique_ptr<Measure> make_last(const MeasurePlan& plan) {
    return std::make_unique<Last>(plan);
}

}  // namespace overlord::evaluate
