#include "windowed.hpp"

#include <algorithm>

namespace overlord::evaluate {

void ViolationRecords::add(Pane pane, std::uint64_t record) {
    if (entries_.size() == kEvidenceMax) entries_.erase(entries_.begin());
    entries_.push_back({pane, record});
}

void ViolationRecords::expire(Pane oldest) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.pane < oldest; });
}

std::vector<std::uint64_t> ViolationRecords::records() const {
    std::vector<std::uint64_t> records;
    for (const Entry& entry : entries_) records.push_back(entry.record);
    return records;
}

void ViolationRecords::write(Writer& out) const {
    out.u(entries_.size());
    for (const Entry& entry : entries_) {
        out.i(entry.pane);
        out.u(entry.record);
    }
}

void ViolationRecords::read(Reader& in) {
    entries_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane pane = in.i();
        entries_.push_back({pane, in.u()});
    }
}

void Extremes::add(Pane pane, const Number& value, std::uint64_t record) {
    while (!panes_.empty() && panes_.back().pane <= pane &&
           beats(value, panes_.back().value.number)) {
        panes_.pop_back();
    }
    if (panes_.empty() || panes_.back().pane < pane) return panes_.push_back(pane, {value, record});
    if (panes_.back().pane > pane) add_before_the_latest(pane, value, record);
}

void Extremes::add_before_the_latest(Pane pane, const Number& value, std::uint64_t record) {
    for (const auto& entry : panes_) {
        if (entry.pane < pane) continue;
        if (entry.pane > pane && beats(entry.value.number, value)) return;
        if (entry.pane == pane && !beats(value, entry.value.number)) return;
        break;
    }
    // Everything up to this pane that the value beats can go; later panes stay as they are.
    PaneValues<Extreme> kept;
    for (const auto& entry : panes_) {
        if (entry.pane <= pane && beats(value, entry.value.number)) continue;
        if (entry.pane > pane && (kept.empty() || kept.back().pane < pane)) {
            kept.push_back(pane, {value, record});
        }
        kept.push_back(entry.pane, entry.value);
    }
    panes_ = std::move(kept);
}

void Extremes::expire(Pane oldest) {
    panes_.expire(oldest, [](const Extreme&) {});
}

void Extremes::write(Writer& out) const {
    out.u(panes_.size());
    for (const auto& entry : panes_) {
        out.i(entry.pane);
        out.number(entry.value.number);
        out.u(entry.value.record);
    }
}

void Extremes::read(Reader& in) {
    panes_ = {};
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane pane = in.i();
        if (!panes_.empty() && panes_.back().pane >= pane) in.fail();
        Extreme extreme;
        extreme.number = in.number();
        extreme.record = in.u();
        panes_.push_back(pane, std::move(extreme));
    }
}

bool WindowedMeasure::passes(const Observation& observation) const {
    const auto& where = measure().inputs[observation.input].where;
    return !where || holds(*where, observation.fields);
}

void WindowedMeasure::expire(TimeNs now) {
    const Pane oldest = window().oldest(now);
    if (!counts_.empty() && counts_.front() < oldest) {
        counts_.expire(oldest);
        left_ = true;
    }
    leave(oldest);
}

std::uint64_t WindowedMeasure::counted(TimeNs now) const {
    return window().periods() ? counts_.of(window().oldest(now)) : counts_.total();
}

void WindowedMeasure::fold(const Observation& observation) {
    expire(observation.now);
    if (aside(observation)) return;
    seen_ = true;
    const Pane pane = window().pane_of(observation.time);
    if (pane < window().oldest(observation.now) || !take(observation, pane)) return;
    if (counts_.empty()) {
        first_ = last_ = observation.time;
        left_ = false;
    }
    first_ = std::min(first_, observation.time);
    last_ = std::max(last_, observation.time);
    counts_.add(pane);
}

Reading WindowedMeasure::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    expire(now);
    const std::uint64_t needed = measure().at_least;
    if (const std::uint64_t count = counted(now); count < needed && needed > 1) {
        return Reading::missing(std::to_string(count) + " of " + std::to_string(needed) + " " +
                                plan_.noun + "s");
    }
    return nothing() ? empty_reading() : present(now);
}

TimeNs WindowedMeasure::next_due(TimeNs now) {
    expire(now);
    if (nothing()) return kNever;
    TimeNs due = changes(now);
    if (counts_.empty()) return due;
    if (measure().at_least > 1) due = std::min(due, window().leaves(counts_.front()));
    return std::min(due, window().leaves(counts_.back()));
}

Evidence WindowedMeasure::evidence(TimeNs now) {
    expire(now);
    Evidence evidence;
    evidence.count = counted(now);
    evidence.any = evidence.count > 0;
    if (!evidence.any) return evidence;
    evidence.first = left_ ? std::max(first_, window().begins(counts_.front())) : first_;
    evidence.last = last_;
    if (const auto& periods = window().periods()) {  // later ones may wait already
        evidence.last = std::min(last_, periods->begins(counts_.front() + 1) - 1);
    }
    evidence.records = records();
    return evidence;
}

void WindowedMeasure::write(Writer& out, TimeNs now) {
    expire(now);
    out.flag(seen_);
    out.flag(left_);
    out.i(first_);
    out.i(last_);
    counts_.write(out);
    write_rest(out);
}

void WindowedMeasure::read(Reader& in) {
    seen_ = in.flag();
    left_ = in.flag();
    first_ = in.i();
    last_ = in.i();
    counts_.read(in);
    read_rest(in);
}

}  // namespace overlord::evaluate
