// sequence_gaps: how many sequence numbers are missing in the window, of all groups together.
//
// A number that is more than one above the highest of its group reveals a gap, at its own time. One
// that comes later fills its place. A gap counts when nothing can come any more that would have
// been sent by then: after the lateness. It leaves with the pane it was revealed in. A 0 or 1 sent
// after the highest, and that fills no gap, begins a new run: its source was restarted.
#include <map>
#include <set>
#include <tuple>

#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

__extension__ using Int128 = __int128;

constexpr std::int64_t kNumberMax = std::int64_t{1} << 62;

using Place = std::pair<std::uint64_t, std::int64_t>;  // run, first number missing

struct Gap {
    std::int64_t last = 0;  // number missing
    TimeNs revealed = 0;
    std::uint64_t record = 0;
};

struct Group {
    std::uint64_t run = 0;
    TimeNs begun = 0;  // the time of the run's first number
    std::int64_t highest = 0;
    TimeNs highest_at = 0;
    Pane until = 0;  // of its latest observation
    std::map<Place, Gap> gaps;
};

class SequenceGaps final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    using Revealed = std::tuple<TimeNs, std::string_view, Place>;  // time, group, gap
    using Groups = std::map<std::string, Group, std::less<>>;

    bool take(const Observation& observation, Pane pane) override;
    void leave(Pane oldest) override;
    Reading present(TimeNs now) override;
    TimeNs changes(TimeNs now) override;
    std::vector<std::uint64_t> records() const override;
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;
    Reading empty_reading() const override { return Reading::of(Number(0)); }

    void sequence(Groups::iterator at, std::int64_t number, const Observation& observation);
    void add_gap(Groups::iterator at, Place place, const Gap& gap);
    bool fill(Groups::iterator at, Place place);
    [[nodiscard]] Pane pane_of(const Revealed& revealed) const {
        return window().pane_of(std::get<TimeNs>(revealed));
    }
    void drop_gap(const Revealed& revealed);
    // The first gap that does not count yet.
    [[nodiscard]] std::map<Revealed, std::int64_t>::const_iterator waiting(TimeNs now) const {
        return revealed_.lower_bound({now - measure().lateness, {}, {}});
    }

    Groups groups_;
    std::set<std::pair<Pane, std::string_view>> by_pane_;  // the groups
    std::map<Revealed, std::int64_t> revealed_;            // all gaps, with how many are missing
    Pane overflow_ = kFirstPane;  // the latest pane with a group or gap that found no room
    Pane unusable_ = kFirstPane;  // the latest pane with a number out of range
};

bool SequenceGaps::take(const Observation& observation, Pane pane) {
    if (!passes(observation)) return false;
    const event::TypedValue& field = observation.fields[measure().value->field];
    const Number* value = std::get_if<Number>(&field);
    if (value == nullptr) return false;
    std::int64_t number = 0;
    std::int64_t denominator = 0;
    if (!value->small(number, denominator) || number < 0 || number > kNumberMax) {
        unusable_ = std::max(unusable_, pane);
        return true;
    }
    const auto& by = measure().by;
    std::string name = by ? bounded_key(observation.fields[*by]) : std::string();
    auto at = groups_.find(name);
    if (at == groups_.end()) {
        if (groups_.size() == kKeysMax) {
            overflow_ = std::max(overflow_, pane);
            return true;
        }
        const TimeNs time = observation.time;
        at = groups_.emplace(std::move(name), Group{0, time, number, time, pane, {}}).first;
        by_pane_.insert({pane, at->first});
        return true;
    }
    if (at->second.until < pane) {
        by_pane_.erase({at->second.until, at->first});
        at->second.until = pane;
        by_pane_.insert({pane, at->first});
    }
    sequence(at, number, observation);
    return true;
}

void SequenceGaps::sequence(Groups::iterator at, std::int64_t number,
                            const Observation& observation) {
    Group& group = at->second;
    if (group.run > 0 && observation.time < group.begun) {  // sent before the restart
        (void)fill(at, {group.run - 1, number});
        return;
    }
    if (number <= group.highest) {
        const bool again = !fill(at, {group.run, number}) && number <= 1;
        if (!again || observation.time <= group.highest_at) return;
        ++group.run;
        group.begun = observation.time;
    } else if (number > group.highest + 1) {
        add_gap(at, {group.run, group.highest + 1},
                {number - 1, observation.time, observation.record});
    }
    group.highest = number;
    group.highest_at = observation.time;
}

void SequenceGaps::add_gap(Groups::iterator at, Place place, const Gap& gap) {
    if (revealed_.size() == kKeysMax) {
        overflow_ = std::max(overflow_, window().pane_of(gap.revealed));
        return;
    }
    at->second.gaps.emplace(place, gap);
    revealed_.emplace(Revealed(gap.revealed, at->first, place), gap.last - place.second + 1);
}

// Takes a number of a run out of the gap it is missing in; false: it is in none.
bool SequenceGaps::fill(Groups::iterator at, Place place) {
    const auto [run, number] = place;
    auto found = at->second.gaps.upper_bound(place);
    if (found == at->second.gaps.begin()) return false;
    --found;
    const auto [gap_run, first] = found->first;
    const Gap gap = found->second;
    if (gap_run != run || number > gap.last) return false;
    drop_gap({gap.revealed, at->first, found->first});
    if (first < number) add_gap(at, {run, first}, {number - 1, gap.revealed, gap.record});
    if (number < gap.last) add_gap(at, {run, number + 1}, gap);
    return true;
}

void SequenceGaps::drop_gap(const Revealed& revealed) {
    const auto& [time, name, place] = revealed;
    groups_.find(name)->second.gaps.erase(place);
    revealed_.erase(revealed);
}

void SequenceGaps::leave(Pane oldest) {
    while (!revealed_.empty() && pane_of(revealed_.begin()->first) < oldest) {
        drop_gap(Revealed(revealed_.begin()->first));
    }
    // A group's gaps were revealed up to its latest observation: none is left of those that go.
    while (!by_pane_.empty() && by_pane_.begin()->first < oldest) {
        const std::string name(by_pane_.begin()->second);
        by_pane_.erase(by_pane_.begin());
        groups_.erase(name);
    }
    if (overflow_ < oldest) overflow_ = kFirstPane;
    if (unusable_ < oldest) unusable_ = kFirstPane;
}

Reading SequenceGaps::present(TimeNs now) {
    if (unusable_ != kFirstPane) {
        return Reading::missing("a sequence number is not between 0 and 2^62");
    }
    if (overflow_ != kFirstPane) {
        return Reading::missing("more than " + std::to_string(kKeysMax) + " groups or gaps");
    }
    Int128 missing = 0;
    const auto end = waiting(now);
    for (auto gap = revealed_.begin(); gap != end; ++gap) missing += gap->second;
    const Number most(static_cast<std::int64_t>(missing / kNumberMax));
    const Number rest(static_cast<std::int64_t>(missing % kNumberMax));
    return Reading::of(most * Number(kNumberMax) + rest);
}

TimeNs SequenceGaps::changes(TimeNs now) {
    TimeNs due = kNever;
    for (const Pane pane : {overflow_, unusable_}) {
        if (pane != kFirstPane) due = std::min(due, window().leaves(pane));
    }
    if (revealed_.empty()) return due;
    due = std::min(due, window().leaves(pane_of(revealed_.begin()->first)));
    const auto next = waiting(now);
    if (next == revealed_.end()) return due;
    return std::min(due, std::get<TimeNs>(next->first) + measure().lateness + 1);
}

std::vector<std::uint64_t> SequenceGaps::records() const {
    std::vector<std::uint64_t> records;
    for (auto gap = revealed_.rbegin(); gap != revealed_.rend(); ++gap) {
        if (records.size() == kEvidenceMax) break;
        const auto& [time, name, place] = gap->first;
        records.push_back(groups_.find(name)->second.gaps.find(place)->second.record);
    }
    return records;
}

void SequenceGaps::write_rest(Writer& out) const {
    out.i(overflow_);
    out.i(unusable_);
    out.u(groups_.size());
    for (const auto& [name, group] : groups_) {
        out.text(name);
        out.u(group.run);
        out.i(group.begun);
        out.i(group.highest);
        out.i(group.highest_at);
        out.i(group.until);
        out.u(group.gaps.size());
        for (const auto& [place, gap] : group.gaps) {
            out.u(place.first);
            out.i(place.second);
            out.i(gap.last);
            out.i(gap.revealed);
            out.u(gap.record);
        }
    }
}

void SequenceGaps::read_rest(Reader& in) {
    by_pane_.clear();
    revealed_.clear();
    groups_.clear();
    overflow_ = in.i();
    unusable_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const auto [at, added] = groups_.emplace(in.text(), Group());
        if (!added) in.fail();
        Group& group = at->second;
        group.run = in.u();
        group.begun = in.i();
        group.highest = in.i();
        group.highest_at = in.i();
        group.until = in.i();
        by_pane_.insert({group.until, at->first});
        for (std::size_t gaps = in.count(); gaps > 0 && in.ok(); --gaps) {
            const std::uint64_t run = in.u();
            const Place place{run, in.i()};
            Gap gap;
            gap.last = in.i();
            gap.revealed = in.i();
            gap.record = in.u();
            if (gap.last < place.second || !group.gaps.emplace(place, gap).second) in.fail();
            revealed_.emplace(Revealed(gap.revealed, at->first, place),
                              gap.last - place.second + 1);
        }
    }
}

}  // namespace

std::unique_ptr<Measure> make_sequence_gaps(const MeasurePlan& plan) {
    return std::make_unique<SequenceGaps>(plan);
}

}  // namespace overlord::evaluate
