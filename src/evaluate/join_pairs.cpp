#include "join_pairs.hpp"

#include <algorithm>

namespace overlord::evaluate {

PairJoin::PairJoin(const MeasurePlan& plan, std::size_t subject_input)
    : plan_(plan), subject_input_(subject_input) {}

void PairJoin::fold(const Observation& observation) {
    seen_ = true;
    expire(observation.now);
    const auto& where = plan_.measure.inputs[observation.input].where;
    if (where && !holds(*where, observation.fields)) return;
    const At at{time_of(join().steps[observation.input], observation), observation.record};
    if (at.time == kNever) return;
    if (observation.input == subject_input_) {
        add_subject(observation, at);
    } else {
        add_partner(observation, at);
    }
    make_room();
}

namespace {

// What a condition over two events looks at in one of them.
Kept kept_for(const rules::Join& join, const Observation& observation) {
    const rules::Join::Step& step = join.steps[observation.input];
    return keep(observation.input == 0 ? step.keeps : step.looks_at, observation.fields);
}

}  // namespace

void PairJoin::add_subject(const Observation& observation, const At& at) {
    Subject subject;
    subject.seen = observation.time;
    subject.kept = kept_for(join(), observation);
    if (held(subject, now_)) judged_.add(window(), observation.time);
    if (!key_of(join().steps[observation.input].key, observation.fields, key_)) {
        key_ = "?" + std::to_string(observation.record);  // nothing is equal to it
    }
    Entry& entry = entry_of(key_);
    settle_subject(entry, at, std::move(subject));
    forget_if_empty(entry);
}

void PairJoin::add_partner(const Observation& observation, const At& at) {
    if (!key_of(join().steps[observation.input].key, observation.fields, key_)) return;
    Partner partner{observation.time, kept_for(join(), observation)};
    Entry& entry = entry_of(key_);
    settle_partner(entry, at, partner);
    const TimeNs useless = useless_at(at, partner);
    if (useless > now_ && !(useless == kNever && is_redundant(entry, at, partner))) {
        partners_.insert({useless, at, &entry});
        entry.partners.emplace(at, std::move(partner));
        ++items_;
    }
    forget_if_empty(entry);
}

// Of partners that are of use for ever and look the same, the earliest will do.
bool PairJoin::is_redundant(Entry& entry, const At& at, const Partner& partner) {
    const auto same =
        std::find_if(entry.partners.begin(), entry.partners.end(),
                     [&](const auto& one) { return one.second.kept == partner.kept; });
    if (same == entry.partners.end()) return false;
    if (same->first < at) return true;
    drop_partner({kNever, same->first, &entry});
    return false;
}

PairJoin::Entry& PairJoin::entry_of(const std::string& key) {
    const auto [found, made] = entries_.try_emplace(key);
    if (made) found->second.key = found->first;
    return found->second;
}

void PairJoin::forget_if_empty(Entry& entry) {
    if (!entry.subjects.empty() || !entry.partners.empty()) return;
    entries_.erase(entries_.find(entry.key));
}

bool PairJoin::meets(const Kept& subject, const Kept& partner) {
    if (!conditional()) return true;
    slots_.clear();
    for (const KeptValue& value : subject_input_ == 0 ? subject : partner) {
        slots_.push_back(view(value));
    }
    for (const KeptValue& value : subject_input_ == 0 ? partner : subject) {
        slots_.push_back(view(value));
    }
    return holds(*join().steps[1].when, slots_);
}

void PairJoin::store(Entry& entry, const At& at, Subject subject) {
    enter(entry, entry.subjects.emplace(at, std::move(subject)).first);
    ++items_;
}

PairJoin::SubjectAt PairJoin::drop(Entry& entry, SubjectAt subject) {
    withdraw(entry, subject);
    --items_;
    return entry.subjects.erase(subject);
}

void PairJoin::drop_partner(const Timer& timer) {
    timer.entry->partners.erase(timer.subject);
    partners_.erase(timer);
    --items_;
}

void PairJoin::doubt(const Subject& subject) {
    doubtful_until_ =
        std::max(doubtful_until_, window().leaves(window().pane_of(subject.seen)));
}

void PairJoin::make_room() {
    while (items_ > kOpenItemsMax) give_up_oldest();
}

void PairJoin::give_up_oldest() {
    const Timer* oldest = nullptr;
    TimeNs oldest_seen = kNever;
    for (const Timers* timers : {&open_, &closing_}) {
        if (timers->empty()) continue;
        const Timer& first = *timers->begin();
        const TimeNs seen = first.entry->subjects.at(first.subject).seen;
        if (seen < oldest_seen) {
            oldest = &first;
            oldest_seen = seen;
        }
    }
    if (!partners_.empty()) {
        const Timer first = *partners_.begin();
        if (first.entry->partners.at(first.subject).seen <= oldest_seen) {
            given_up_ = std::max(given_up_, first.subject.time);
            drop_partner(first);
            return forget_if_empty(*first.entry);
        }
    }
    Entry& entry = *oldest->entry;
    doubtful_until_ = std::max(doubtful_until_, window().leaves(window().pane_of(now_)));
    drop(entry, entry.subjects.find(oldest->subject));
    forget_if_empty(entry);
}

void PairJoin::expire(TimeNs now) {
    now_ = now;
    const Pane oldest = window().oldest(now);
    judged_.expire(oldest);
    leave(oldest);
    pass(now);
    while (!partners_.empty() && partners_.begin()->at <= now) {
        const Timer first = *partners_.begin();
        drop_partner(first);
        forget_if_empty(*first.entry);
    }
}

Reading PairJoin::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    expire(now);
    if (now < doubtful_until_) return too_many_open(doubtful_until_);
    if (std::optional<Reading> too_few = judged_.too_few(plan_.measure)) return *too_few;
    return present(now);
}

TimeNs PairJoin::next_due(TimeNs now) {
    expire(now);
    const TimeNs due = std::min(changes(now), judged_.next_due(plan_));
    return now < doubtful_until_ ? std::min(due, doubtful_until_) : due;
}

Evidence PairJoin::evidence(TimeNs now) {
    expire(now);
    Evidence evidence = judged_.evidence(window());
    evidence.records = records(now);
    return evidence;
}

void PairJoin::write(Writer& out, TimeNs now) {
    expire(now);
    out.flag(seen_);
    judged_.write(out);
    out.i(doubtful_until_ <= now ? 0 : doubtful_until_);
    out.i(given_up_);
    write_rest(out);
    std::vector<const Entry*> sorted;
    sorted.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* left, const Entry* right) { return left->key < right->key; });
    out.u(sorted.size());
    for (const Entry* entry : sorted) write_entry(out, *entry);
}

void PairJoin::write_entry(Writer& out, const Entry& entry) const {
    out.text(entry.key);
    out.u(entry.subjects.size());
    for (const auto& [at, subject] : entry.subjects) {
        out.i(at.time);
        out.u(at.record);
        out.i(subject.seen);
        write_kept(out, subject.kept);
        out.i(subject.limit);
        out.flag(subject.counted);
        out.flag(subject.answered);
        if (!subject.answered) continue;
        out.i(subject.partner.time);
        out.u(subject.partner.record);
        out.i(subject.partner_seen);
    }
    out.u(entry.partners.size());
    for (const auto& [at, partner] : entry.partners) {
        out.i(at.time);
        out.u(at.record);
        out.i(partner.seen);
        write_kept(out, partner.kept);
    }
}

void PairJoin::read(Reader& in) {
    seen_ = in.flag();
    judged_.read(in);
    doubtful_until_ = in.i();
    given_up_ = in.i();
    read_rest(in);
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) read_entry(in);
}

void PairJoin::read_entry(Reader& in) {
    Entry& entry = entry_of(in.text());
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        At at;
        at.time = in.i();
        at.record = in.u();
        Subject subject;
        subject.seen = in.i();
        subject.kept = read_kept(in);
        subject.limit = in.i();
        subject.counted = in.flag();
        subject.answered = in.flag();
        if (subject.answered) {
            subject.partner.time = in.i();
            subject.partner.record = in.u();
            subject.partner_seen = in.i();
        }
        store(entry, at, std::move(subject));
    }
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        At at;
        at.time = in.i();
        at.record = in.u();
        Partner partner;
        partner.seen = in.i();
        partner.kept = read_kept(in);
        partners_.insert({useless_at(at, partner), at, &entry});
        entry.partners.emplace(at, std::move(partner));
        ++items_;
    }
}

}  // namespace overlord::evaluate
