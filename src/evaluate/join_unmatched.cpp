// unanswered and unpreceded: how many events of the window have no partner. One counts from the
// instant on at which its partner would be too late: of an unanswered event when log time is past
// its time + `within`, of an unpreceded one at its own time; with `settled` when, besides, no late
// event can bring its partner any more.
#include "families.hpp"
#include "join_pairs.hpp"

namespace overlord::evaluate {
namespace {

class Unmatched final : public PairJoin {
public:
    Unmatched(const MeasurePlan& plan, bool looks_ahead)
        : PairJoin(plan, looks_ahead ? 0 : 1), looks_ahead_(looks_ahead) {}

private:
    void settle_subject(Entry& entry, const At& at, Subject subject) override;
    void settle_partner(Entry& entry, const At& at, const Partner& partner) override;
    void pass(TimeNs now) override;
    void leave(Pane oldest) override {
        unmatched_.expire(oldest);
        records_.expire(oldest);
    }
    [[nodiscard]] TimeNs useless_at(const At& at, const Partner& partner) const override;
    void enter(Entry& entry, SubjectAt subject) override;
    void withdraw(Entry& entry, SubjectAt subject) override;
    Reading present(TimeNs now) override;
    TimeNs changes(TimeNs now) override;
    [[nodiscard]] std::vector<std::uint64_t> records(TimeNs) const override {
        return records_.records();
    }
    void write_rest(Writer& out) const override {
        unmatched_.write(out);
        records_.write(out);
    }
    void read_rest(Reader& in) override {
        unmatched_.read(in);
        records_.read(in);
    }

    [[nodiscard]] bool has_partner(Entry& entry, const At& at, const Subject& subject);
    [[nodiscard]] TimeNs earliest(TimeNs time) const {
        const DurationNs within = join().within;
        if (looks_ahead_) return time;
        return within == 0 ? std::numeric_limits<TimeNs>::min() : time - within;
    }
    [[nodiscard]] TimeNs latest_answer(TimeNs time) const {
        if (calendar() == nullptr) return after(time, join().within);
        return calendar()->after_working_time(time, join().within + 1).value_or(kNever) - 1;
    }
    [[nodiscard]] TimeNs closes(const Subject& subject) const {
        return after(std::max(subject.limit, subject.seen), lateness() + 1);
    }
    [[nodiscard]] TimeNs counts_at(const Subject& subject) const {
        if (join().settled) return closes(subject);
        return looks_ahead_ ? after(subject.limit, 1) : subject.limit;
    }
    void match(Entry& entry, SubjectAt subject);

    bool looks_ahead_;
    PaneCounts unmatched_;
    LatestRecords records_;
};

bool Unmatched::has_partner(Entry& entry, const At& at, const Subject& subject) {
    auto one = entry.partners.lower_bound({earliest(at.time), 0});
    for (; one != entry.partners.end() && one->first.time <= subject.limit; ++one) {
        if (one->first.record != at.record && meets(subject.kept, one->second.kept)) return true;
    }
    return false;
}

void Unmatched::settle_subject(Entry& entry, const At& at, Subject subject) {
    if (!held(subject, now())) return;
    subject.limit = looks_ahead_ ? latest_answer(at.time) : at.time;
    if (has_partner(entry, at, subject)) return;
    if (gave_up_since(earliest(at.time))) doubt(subject);
    store(entry, at, std::move(subject));
}

// The subjects that the partner is in time for stand together in the order of time.
void Unmatched::settle_partner(Entry& entry, const At& at, const Partner& partner) {
    const auto end = looks_ahead_ || join().within == 0
                         ? std::numeric_limits<TimeNs>::max()
                         : after(at.time, join().within);
    auto one = looks_ahead_ ? entry.subjects.begin() : entry.subjects.lower_bound({at.time, 0});
    while (one != entry.subjects.end()) {
        const TimeNs time = one->first.time;
        if (looks_ahead_ ? time > at.time : time > end) return;
        const bool in_time = !looks_ahead_ || at.time <= one->second.limit;
        if (!in_time || one->first.record == at.record ||
            !meets(one->second.kept, partner.kept)) {
            ++one;
            continue;
        }
        match(entry, one++);
    }
}

void Unmatched::match(Entry& entry, SubjectAt subject) {
    if (subject->second.counted && held(subject->second, now())) {
        const Pane pane = window().pane_of(subject->second.seen);
        unmatched_.remove(pane);
        records_.remove(pane, subject->first.record);
    }
    drop(entry, subject);
}

void Unmatched::pass(TimeNs now) {
    while (!open_.empty() && open_.begin()->at <= now) {
        const Timer first = *open_.begin();
        const SubjectAt subject = first.entry->subjects.find(first.subject);
        withdraw(*first.entry, subject);
        subject->second.counted = true;
        enter(*first.entry, subject);
        if (!held(subject->second, now)) continue;
        const Pane pane = window().pane_of(subject->second.seen);
        unmatched_.add(pane);
        records_.add(pane, first.subject.record);
    }
    while (!closing_.empty() && closing_.begin()->at <= now) {
        const Timer first = *closing_.begin();
        drop(*first.entry, first.entry->subjects.find(first.subject));
        forget_if_empty(*first.entry);
    }
}

// A partner looks back at subjects that may still come late, or ahead as far as `within`.
TimeNs Unmatched::useless_at(const At& at, const Partner& partner) const {
    if (looks_ahead_) return after(partner.seen, lateness() + 1);
    if (join().within == 0) return kNever;
    return after(std::max(partner.seen, after(at.time, join().within)), lateness() + 1);
}

void Unmatched::enter(Entry& entry, SubjectAt subject) {
    if (subject->second.counted) {
        closing_.insert({closes(subject->second), subject->first, &entry});
    } else {
        open_.insert({counts_at(subject->second), subject->first, &entry});
    }
}

void Unmatched::withdraw(Entry& entry, SubjectAt subject) {
    if (subject->second.counted) {
        closing_.erase({closes(subject->second), subject->first, &entry});
    } else {
        open_.erase({counts_at(subject->second), subject->first, &entry});
    }
}

Reading Unmatched::present(TimeNs) {
    return Reading::of(Number(static_cast<std::int64_t>(unmatched_.total())));
}

TimeNs Unmatched::changes(TimeNs) {
    const TimeNs due = open_.empty() ? kNever : open_.begin()->at;
    return unmatched_.empty() ? due : std::min(due, window().leaves(unmatched_.front()));
}

}  // namespace

std::unique_ptr<Measure> make_unanswered(const MeasurePlan& plan) {
    return std::make_unique<Unmatched>(plan, true);
}

std::unique_ptr<Measure> make_unpreceded(const MeasurePlan& plan) {
    return std::make_unique<Unmatched>(plan, false);
}

}  // namespace overlord::evaluate
