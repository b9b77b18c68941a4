// episodes: how many sequences of events of one key were completed in the window.
//
// A key's events are taken in their order (join_runs.hpp). They may come out of order by up to the
// lateness: kept of a key is where its runs stood when nothing could come late any more, the events
// since then, and where its runs stand with them. An event that comes late is put in its place, and
// the events since then are taken again. So the value is a function of the set of events that came,
// and of log time.
//
// An episode belongs to the window by the time of its last event, or, when it ends with a negated
// step, by the instant at which `within` had passed.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "families.hpp"
#include "join_runs.hpp"

namespace overlord::evaluate {
namespace {

// The latest kEvidenceMax episodes, whatever order they came in.
class LatestEpisodes {
public:
    void add(const Episode& episode) {
        episodes_.insert(std::upper_bound(episodes_.begin(), episodes_.end(), episode, before),
                         episode);
        if (episodes_.size() > kEvidenceMax) episodes_.erase(episodes_.begin());
    }
    void remove(const Episode& episode) {
        std::erase_if(episodes_, [&](const Episode& one) {
            return one.time == episode.time && one.records == episode.records;
        });
    }
    void expire(const Window& window, Pane oldest) {
        std::erase_if(episodes_,
                      [&](const Episode& one) { return window.pane_of(one.time) < oldest; });
    }
    [[nodiscard]] std::vector<std::uint64_t> records() const {
        std::vector<std::uint64_t> records;
        for (const Episode& one : episodes_) {
            records.insert(records.end(), one.records.begin(), one.records.end());
        }
        return records;
    }
    void write(Writer& out) const {
        out.u(episodes_.size());
        for (const Episode& one : episodes_) {
            out.i(one.time);
            out.u(one.records.size());
            for (const std::uint64_t record : one.records) out.u(record);
        }
    }
    void read(Reader& in) {
        for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
            Episode& one = episodes_.emplace_back();
            one.time = in.i();
            for (std::size_t more = in.count(); more > 0 && in.ok(); --more) {
                one.records.push_back(in.u());
            }
        }
    }

private:
    static bool before(const Episode& left, const Episode& right) {
        return std::tie(left.time, left.records) < std::tie(right.time, right.records);
    }
    std::vector<Episode> episodes_;  // sorted
};

class Episodes final : public Measure {
public:
    explicit Episodes(const MeasurePlan& plan) : plan_(plan), steps_(*plan.steps) {}

    void fold(const Observation& observation) override;
    void observe_nil() override { seen_ = true; }
    Reading value(TimeNs now) override;
    TimeNs next_due(TimeNs now) override;
    Evidence evidence(TimeNs now) override;
    void write(Writer& out, TimeNs now) override;
    void read(Reader& in) override;

private:
    struct Entry {  // what is kept of a key
        std::string_view key;
        Runs settled;  // with everything that nothing can come before any more
        std::deque<StepEvent> events;  // since then, in order
        Runs latest;                   // with these too; nothing while there are none
        std::vector<Episode> found;    // by them
        std::size_t items = 0;
        TimeNs timer = kNever;      // as it stands in timers_
        TimeNs completes = kNever;  // as it stands in completing_
        [[nodiscard]] Runs& runs() { return events.empty() ? settled : latest; }
    };
    struct Timer {
        TimeNs at = 0;
        Entry* entry = nullptr;
        friend bool operator<(const Timer& left, const Timer& right) {
            if (left.at != right.at) return left.at < right.at;
            return left.entry->key < right.entry->key;
        }
    };
    using Timers = std::set<Timer>;

    [[nodiscard]] std::uint32_t fits(const Observation& observation) const;
    void expire(TimeNs now);
    void add(Entry& entry, StepEvent event);
    void append(Entry& entry, StepEvent event);
    void take_again(Entry& entry);
    void pass_time(Entry& entry);
    void settle_first(Entry& entry);
    void found(Entry& entry, std::vector<Episode> episodes);
    void take_back(const Entry& entry, const Episode& episode);
    [[nodiscard]] std::uint64_t most_of_a_key();
    void write_counts(Writer& out);
    void read_counts(Reader& in);
    void reschedule(Entry& entry);
    static void move_timer(Timers& timers, Entry& entry, TimeNs& from, TimeNs to);
    void forget(Entry& entry);
    void make_room();
    [[nodiscard]] bool held(const Episode& episode) const {
        return plan_.window.pane_of(episode.time) >= plan_.window.oldest(now_);
    }
    [[nodiscard]] TimeNs settles(TimeNs time) const {
        return after(time, plan_.measure.lateness + 1);
    }

    const MeasurePlan& plan_;
    const Steps& steps_;
    TimeNs now_ = 0;  // of the last call
    bool seen_ = false;
    JudgedEvents judged_;  // that fit the first step
    PaneCounts episodes_;
    using Counts = std::map<Pane, std::uint64_t>;
    std::map<std::string, Counts, std::less<>> of_keys_;  // of episodes, for `greatest`
    LatestEpisodes evidence_;
    TimeNs doubtful_until_ = 0;  // no value before
    std::size_t items_ = 0;
    std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> entries_;
    Timers timers_;      // when something of an entry settles or is complete
    Timers completing_;  // when an episode is complete by time alone
    std::string key_;
};

// By input of the same kind as the observation's: whether its own condition holds.
std::uint32_t Episodes::fits(const Observation& observation) const {
    const auto& inputs = plan_.measure.inputs;
    std::uint32_t fits = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].kind != inputs[observation.input].kind) continue;
        if (inputs[i].where && !holds(*inputs[i].where, observation.fields)) continue;
        fits |= 1U << i;
    }
    return fits;
}

// An event comes once for each input of its kind; the first one stands for all.
void Episodes::fold(const Observation& observation) {
    seen_ = true;
    expire(observation.now);
    const auto& inputs = plan_.measure.inputs;
    for (std::size_t i = 0; i < observation.input; ++i) {
        if (inputs[i].kind == inputs[observation.input].kind) return;
    }
    StepEvent event;
    event.at = {observation.time, observation.record};
    event.fits = fits(observation);
    const auto& key = plan_.measure.join->steps[observation.input].key;
    if (event.fits == 0 || !key_of(key, observation.fields, key_)) return;
    event.kept = keep(steps_.fields[observation.input], observation.fields);
    const bool begins = (event.fits >> steps_.stages[0].step.input & 1) != 0;
    if (begins && plan_.window.pane_of(observation.time) >= plan_.window.oldest(now_)) {
        judged_.add(plan_.window, observation.time);
    }
    const auto [at, made] = entries_.try_emplace(key_);
    if (made) at->second.key = at->first;
    add(at->second, std::move(event));
    reschedule(at->second);
    make_room();
}

void Episodes::add(Entry& entry, StepEvent event) {
    if (entry.events.empty() || entry.events.back().at < event.at) {
        return append(entry, std::move(event));
    }
    const auto place =
        std::upper_bound(entry.events.begin(), entry.events.end(), event,
                         [](const StepEvent& left, const StepEvent& right) {
                             return left.at < right.at;
                         });
    entry.events.insert(place, std::move(event));
    take_again(entry);
}

void Episodes::append(Entry& entry, StepEvent event) {
    if (entry.events.empty()) entry.latest = entry.settled;
    entry.events.push_back(std::move(event));
    std::vector<Episode> episodes;
    entry.latest.take(steps_, entry.events.back(), episodes);
    found(entry, std::move(episodes));
}

void Episodes::take_again(Entry& entry) {
    for (const Episode& episode : entry.found) take_back(entry, episode);
    entry.found.clear();
    entry.latest = entry.settled;
    std::vector<Episode> episodes;
    for (const StepEvent& event : entry.events) entry.latest.take(steps_, event, episodes);
    found(entry, std::move(episodes));
}

void Episodes::found(Entry& entry, std::vector<Episode> episodes) {
    for (Episode& episode : episodes) {
        if (held(episode)) {
            const Pane pane = plan_.window.pane_of(episode.time);
            episodes_.add(pane);
            if (plan_.measure.greatest) ++of_keys_[std::string(entry.key)][pane];
            evidence_.add(episode);
        }
        entry.found.push_back(std::move(episode));
    }
}

void Episodes::take_back(const Entry& entry, const Episode& episode) {
    if (!held(episode)) return;
    const Pane pane = plan_.window.pane_of(episode.time);
    episodes_.remove(pane);
    const auto of_key = of_keys_.find(entry.key);
    if (of_key != of_keys_.end()) {
        const auto count = of_key->second.find(pane);
        if (count != of_key->second.end() && --count->second == 0) of_key->second.erase(count);
    }
    evidence_.remove(episode);
}

// What time alone does to a key. That `within` has passed is an event like others, behind all of
// its instant: one that comes late goes before it.
void Episodes::pass_time(Entry& entry) {
    for (TimeNs end = entry.runs().next_complete(steps_); end < now_;
         end = entry.runs().next_complete(steps_)) {
        append(entry, {{end, std::numeric_limits<std::uint64_t>::max()}, 0, {}});
    }
    while (!entry.events.empty() && settles(entry.events.front().at.time) <= now_) {
        settle_first(entry);
    }
    const TimeNs settled = now_ - plan_.measure.lateness;
    entry.settled.drop_before(settled, steps_);
    entry.latest.drop_before(settled, steps_);
}

void Episodes::settle_first(Entry& entry) {
    if (entry.events.size() == 1) {
        entry.settled = std::move(entry.latest);
        entry.latest = {};
        entry.found.clear();
    } else {
        std::vector<Episode> final;
        entry.settled.take(steps_, entry.events.front(), final);
        OVERLORD_ASSERT(final.size() <= entry.found.size());
        entry.found.erase(entry.found.begin(),
                          entry.found.begin() + static_cast<std::ptrdiff_t>(final.size()));
    }
    entry.events.pop_front();
}

void Episodes::move_timer(Timers& timers, Entry& entry, TimeNs& from, TimeNs to) {
    if (from == to) return;
    if (from != kNever) timers.erase({from, &entry});
    if (to != kNever) timers.insert({to, &entry});
    from = to;
}

// After every change of an entry, which may forget it.
void Episodes::reschedule(Entry& entry) {
    items_ -= entry.items;
    entry.items = entry.events.size() + std::max(entry.settled.size(), entry.latest.size());
    items_ += entry.items;
    if (entry.items == 0) return forget(entry);
    const TimeNs completes = after(entry.runs().next_complete(steps_), 1);
    TimeNs timer = std::min(completes, settles(entry.settled.oldest_end(steps_)));
    timer = std::min(timer, settles(entry.latest.oldest_end(steps_)));
    if (!entry.events.empty()) timer = std::min(timer, settles(entry.events.front().at.time));
    move_timer(timers_, entry, entry.timer, timer);
    move_timer(completing_, entry, entry.completes, completes);
}

void Episodes::forget(Entry& entry) {
    items_ -= entry.items;
    move_timer(timers_, entry, entry.timer, kNever);
    move_timer(completing_, entry, entry.completes, kNever);
    entries_.erase(entries_.find(entry.key));
}

void Episodes::make_room() {
    const TimeNs gone = plan_.window.leaves(plan_.window.pane_of(now_));
    if (of_keys_.size() > kOpenItemsMax) {
        of_keys_.clear();
        doubtful_until_ = std::max(doubtful_until_, gone);
    }
    while (items_ > kOpenItemsMax) {
        doubtful_until_ = std::max(doubtful_until_, after(gone, steps_.within));
        forget(*timers_.begin()->entry);
    }
}

void Episodes::expire(TimeNs now) {
    now_ = now;
    const Pane oldest = plan_.window.oldest(now);
    judged_.expire(oldest);
    episodes_.expire(oldest);
    evidence_.expire(plan_.window, oldest);
    while (!timers_.empty() && timers_.begin()->at <= now) {
        Entry& entry = *timers_.begin()->entry;
        pass_time(entry);
        reschedule(entry);
    }
}

Reading Episodes::value(TimeNs now) {
    if (!seen_) return never_observed(plan_);
    expire(now);
    if (now < doubtful_until_) return too_many_open(doubtful_until_);
    if (std::optional<Reading> too_few = judged_.too_few(plan_.measure)) return *too_few;
    const std::uint64_t count = plan_.measure.greatest ? most_of_a_key() : episodes_.total();
    return Reading::of(Number(static_cast<std::int64_t>(count)));
}

// Forgets what has left the window, too.
std::uint64_t Episodes::most_of_a_key() {
    std::uint64_t most = 0;
    const Pane oldest = plan_.window.oldest(now_);
    for (auto one = of_keys_.begin(); one != of_keys_.end();) {
        Counts& counts = one->second;
        counts.erase(counts.begin(), counts.lower_bound(oldest));
        std::uint64_t total = 0;
        for (const auto& [pane, count] : counts) total += count;
        most = std::max(most, total);
        one = counts.empty() ? of_keys_.erase(one) : std::next(one);
    }
    return most;
}

TimeNs Episodes::next_due(TimeNs now) {
    expire(now);
    TimeNs due = judged_.next_due(plan_);
    if (!episodes_.empty()) due = std::min(due, plan_.window.leaves(episodes_.front()));
    if (!completing_.empty()) due = std::min(due, completing_.begin()->at);
    return now < doubtful_until_ ? std::min(due, doubtful_until_) : due;
}

Evidence Episodes::evidence(TimeNs now) {
    expire(now);
    Evidence evidence = judged_.evidence(plan_.window);
    evidence.records = evidence_.records();
    return evidence;
}

void Episodes::write(Writer& out, TimeNs now) {
    expire(now);
    out.flag(seen_);
    judged_.write(out);
    episodes_.write(out);
    evidence_.write(out);
    write_counts(out);
    out.i(doubtful_until_ <= now ? 0 : doubtful_until_);
    std::vector<const Entry*> sorted;
    sorted.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* left, const Entry* right) { return left->key < right->key; });
    out.u(sorted.size());
    for (const Entry* entry : sorted) {
        out.text(entry->key);
        entry->settled.write(out);
        out.u(entry->events.size());
        for (const StepEvent& event : entry->events) {
            out.i(event.at.time);
            out.u(event.at.record);
            out.u(event.fits);
            write_kept(out, event.kept);
        }
    }
}

void Episodes::write_counts(Writer& out) {
    (void)most_of_a_key();
    out.u(of_keys_.size());
    for (const auto& [key, counts] : of_keys_) {
        out.text(key);
        out.u(counts.size());
        for (const auto& [pane, count] : counts) {
            out.i(pane);
            out.u(count);
        }
    }
}

void Episodes::read_counts(Reader& in) {
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        Counts& counts = of_keys_[in.text()];
        for (std::size_t more = in.count(); more > 0 && in.ok(); --more) {
            const Pane pane = in.i();
            counts[pane] = in.u();
        }
    }
}

// Where the runs stand, and what the events since then found, follows from what was written.
void Episodes::read(Reader& in) {
    seen_ = in.flag();
    judged_.read(in);
    episodes_.read(in);
    evidence_.read(in);
    read_counts(in);
    doubtful_until_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const auto [at, made] = entries_.try_emplace(in.text());
        Entry& entry = at->second;
        entry.key = at->first;
        entry.settled.read(in);
        for (std::size_t more = in.count(); more > 0 && in.ok(); --more) {
            StepEvent& event = entry.events.emplace_back();
            event.at.time = in.i();
            event.at.record = in.u();
            event.fits = static_cast<std::uint32_t>(in.u());
            event.kept = read_kept(in);
        }
        if (!made || !in.ok()) {
            in.fail();
            return;
        }
        if (!entry.events.empty()) entry.latest = entry.settled;
        for (const StepEvent& event : entry.events) {
            entry.latest.take(steps_, event, entry.found);
        }
        reschedule(entry);
    }
}

}  // namespace

std::unique_ptr<Measure> make_episodes(const MeasurePlan& plan) {
    return std::make_unique<Episodes>(plan);
}

}  // namespace overlord::evaluate
