// span: the longest time from an event to the next one of the other kind with its key. It is the
// greater of the spans of the window's events that have been answered, and now - time of the oldest
// one that has not been: such a one runs, however old it is.
#include <algorithm>

#include "elapsed.hpp"
#include "families.hpp"
#include "join_pairs.hpp"

namespace overlord::evaluate {
namespace {

class Span final : public PairJoin {
public:
    explicit Span(const MeasurePlan& plan) : PairJoin(plan, 0) {}

private:
    struct Longest {
        DurationNs span = -1;
        std::uint64_t first = 0;
        std::uint64_t second = 0;
    };

    void settle_subject(Entry& entry, const At& at, Subject subject) override;
    void settle_partner(Entry& entry, const At& at, const Partner& partner) override;
    void pass(TimeNs now) override;
    void leave(Pane oldest) override {
        longest_.expire(oldest, [](const Longest&) {});
    }
    [[nodiscard]] TimeNs useless_at(const At&, const Partner& partner) const override {
        return after(partner.seen, lateness() + 1);
    }
    void enter(Entry& entry, SubjectAt subject) override;
    void withdraw(Entry& entry, SubjectAt subject) override;
    Reading present(TimeNs now) override;
    TimeNs changes(TimeNs now) override;
    [[nodiscard]] std::vector<std::uint64_t> records(TimeNs now) const override;
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;

    [[nodiscard]] TimeNs closes(const Subject& subject) const {
        const TimeNs settled = after(std::max(subject.partner_seen, subject.seen), lateness() + 1);
        return std::min(settled, window().leaves(window().pane_of(subject.seen)));
    }
    SubjectAt answer(Entry& entry, SubjectAt subject, const At& at, const Partner& partner);
    [[nodiscard]] DurationNs running(TimeNs now) const {
        return open_.empty() ? -1 : std::max<DurationNs>(between(open_.begin()->at, now), 0);
    }
    struct Found {
        Pane pane = 0;
        Longest longest;
    };
    [[nodiscard]] Found longest() const;  // of the answered ones

    PaneValues<Longest> longest_;                    // of those that nothing can change any more
    std::set<std::pair<DurationNs, Timer>> closed_;  // the others, their timers as in closing_
};

void Span::settle_subject(Entry& entry, const At& at, Subject subject) {
    if (gave_up_since(at.time)) doubt(subject);
    auto one = entry.partners.lower_bound({at.time, 0});
    while (one != entry.partners.end() &&
           (one->first.record == at.record || !meets(subject.kept, one->second.kept))) {
        ++one;
    }
    if (one != entry.partners.end()) {
        if (!held(subject, now())) return;
        subject.answered = true;
        subject.partner = one->first;
        subject.partner_seen = one->second.seen;
    }
    store(entry, at, std::move(subject));
}

// Without a condition an earlier event is never answered later than one behind it.
void Span::settle_partner(Entry& entry, const At& at, const Partner& partner) {
    auto one = entry.subjects.upper_bound({at.time, std::numeric_limits<std::uint64_t>::max()});
    while (one != entry.subjects.begin()) {
        --one;
        if (one->second.answered && one->second.partner < at) {
            if (!conditional()) return;
        } else if (one->first.record != at.record && meets(one->second.kept, partner.kept)) {
            one = answer(entry, one, at, partner);
        }
    }
}

// Gives the subject, or the one behind it where it was dropped.
PairJoin::SubjectAt Span::answer(Entry& entry, SubjectAt subject, const At& at,
                                 const Partner& partner) {
    if (!held(subject->second, now())) return drop(entry, subject);
    withdraw(entry, subject);
    subject->second.answered = true;
    subject->second.partner = at;
    subject->second.partner_seen = partner.seen;
    enter(entry, subject);
    return subject;
}

void Span::pass(TimeNs now) {
    while (!closing_.empty() && closing_.begin()->at <= now) {
        const Timer first = *closing_.begin();
        const SubjectAt at = first.entry->subjects.find(first.subject);
        const Subject& subject = at->second;
        if (held(subject, now)) {
            Longest& longest = longest_.at(window().pane_of(subject.seen));
            const DurationNs span = between(at->first.time, subject.partner.time);
            if (span > longest.span) longest = {span, at->first.record, subject.partner.record};
        }
        drop(*first.entry, at);
        forget_if_empty(*first.entry);
    }
}

void Span::enter(Entry& entry, SubjectAt subject) {
    if (!subject->second.answered) {
        open_.insert({subject->first.time, subject->first, &entry});
        return;
    }
    const Timer timer{closes(subject->second), subject->first, &entry};
    closing_.insert(timer);
    closed_.insert({between(subject->first.time, subject->second.partner.time), timer});
}

void Span::withdraw(Entry& entry, SubjectAt subject) {
    if (!subject->second.answered) {
        open_.erase({subject->first.time, subject->first, &entry});
        return;
    }
    const Timer timer{closes(subject->second), subject->first, &entry};
    closing_.erase(timer);
    closed_.erase({between(subject->first.time, subject->second.partner.time), timer});
}

Span::Found Span::longest() const {
    Found found;
    for (const auto& entry : longest_) {
        if (entry.value.span >= found.longest.span) found = {entry.pane, entry.value};
    }
    if (closed_.empty() || closed_.rbegin()->first <= found.longest.span) return found;
    const Timer& timer = closed_.rbegin()->second;
    const Subject& subject = timer.entry->subjects.at(timer.subject);
    return {window().pane_of(subject.seen),
            {closed_.rbegin()->first, timer.subject.record, subject.partner.record}};
}

Reading Span::present(TimeNs now) {
    const DurationNs span = std::max(longest().longest.span, running(now));
    return span < 0 ? Reading::none() : Reading::of(Number::ratio(span, plan().measure.in));
}

TimeNs Span::changes(TimeNs now) {
    const Found answered = longest();
    TimeNs due = answered.longest.span < 0 ? kNever : window().leaves(answered.pane);
    if (open_.empty()) return due;
    for (const rules::Limit& limit : plan().measure.limits) {
        due = std::min(due, crosses_at(open_.begin()->at, limit, plan().measure.in, now,
                                       calendar()));
    }
    // A value in days does not have to be looked at as often as one in seconds.
    const DurationNs often = std::max(kLookAgain, plan().measure.in / 60);
    return plan().measure.free ? std::min(due, now + often) : due;
}

std::vector<std::uint64_t> Span::records(TimeNs now) const {
    const Longest answered = longest().longest;
    if (answered.span >= running(now)) {
        if (answered.span < 0) return {};
        return {answered.first, answered.second};
    }
    std::vector<std::uint64_t> running;
    for (const Timer& timer : open_) {
        if (running.size() == kEvidenceMax) break;
        running.push_back(timer.subject.record);
    }
    return running;
}

void Span::write_rest(Writer& out) const {
    out.u(longest_.size());
    for (const auto& entry : longest_) {
        out.i(entry.pane);
        out.i(entry.value.span);
        out.u(entry.value.first);
        out.u(entry.value.second);
    }
}

void Span::read_rest(Reader& in) {
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane pane = in.i();
        if (!longest_.empty() && longest_.back().pane >= pane) in.fail();
        Longest longest;
        longest.span = in.i();
        longest.first = in.u();
        longest.second = in.u();
        longest_.push_back(pane, longest);
    }
}

}  // namespace

std::unique_ptr<Measure> make_span(const MeasurePlan& plan) {
    return std::make_unique<Span>(plan);
}

}  // namespace overlord::evaluate
