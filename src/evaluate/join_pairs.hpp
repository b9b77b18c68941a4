// Measures over pairs of events with the same key: span, unanswered, unpreceded.
//
// One event of a pair is the *subject*, which is judged: the earlier one, or for unpreceded the
// later one. The other is its *partner*. Which partner a subject has depends on the times of events
// alone: of those at the same time or on the right side of it that meet the condition, the nearest.
// Events may come out of order by up to the lateness. What a subject's partner is, is known at any
// instant as far as events are; one that comes late corrects it. So the value is a function of the
// set of events that came, and of log time.
//
// Kept are the subjects that an event can still change and the partners that a subject can still
// meet, at most kOpenItemsMax of both.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "join.hpp"

namespace overlord::evaluate {

class PairJoin : public Measure {
public:
    PairJoin(const MeasurePlan& plan, std::size_t subject_input);

    void fold(const Observation& observation) final;
    void observe_nil() final { seen_ = true; }
    Reading value(TimeNs now) final;
    TimeNs next_due(TimeNs now) final;
    Evidence evidence(TimeNs now) final;
    void write(Writer& out, TimeNs now) final;
    void read(Reader& in) final;

protected:
    using At = EventAt;
    struct Partner {
        TimeNs seen = 0;  // the event's own time
        Kept kept;
    };
    struct Subject {
        TimeNs seen = 0;
        Kept kept;
        TimeNs limit = 0;       // the time of a partner that is too late (unanswered, unpreceded)
        bool counted = false;   // that it has none
        bool answered = false;  // by this partner (span)
        At partner;
        TimeNs partner_seen = 0;
    };
    struct Entry {  // what is kept of a key
        std::string_view key;
        std::map<At, Subject> subjects;
        std::map<At, Partner> partners;
    };
    struct Timer {
        TimeNs at = 0;
        At subject;
        Entry* entry = nullptr;
        friend auto operator<=>(const Timer& left, const Timer& right) {
            if (const auto order = left.at <=> right.at; order != 0) return order;
            return left.subject <=> right.subject;
        }
        friend bool operator==(const Timer& left, const Timer& right) {
            return left.at == right.at && left.subject == right.subject;
        }
    };
    using Timers = std::set<Timer>;
    using SubjectAt = std::map<At, Subject>::iterator;

    // A subject that has just come, whose pane may have left.
    virtual void settle_subject(Entry& entry, const At& at, Subject subject) = 0;
    // A partner that has just come.
    virtual void settle_partner(Entry& entry, const At& at, const Partner& partner) = 0;
    virtual void pass(TimeNs now) = 0;  // what time alone does to subjects
    virtual void leave(Pane oldest) = 0;
    // The first instant at which no subject can come that would meet it; kNever: there is none.
    [[nodiscard]] virtual TimeNs useless_at(const At& at, const Partner& partner) const = 0;
    // A stored subject goes into the timers that its state asks for, and out of them.
    virtual void enter(Entry& entry, SubjectAt subject) = 0;
    virtual void withdraw(Entry& entry, SubjectAt subject) = 0;
    virtual Reading present(TimeNs now) = 0;
    virtual TimeNs changes(TimeNs now) = 0;
    [[nodiscard]] virtual std::vector<std::uint64_t> records(TimeNs now) const = 0;
    virtual void write_rest(Writer& out) const = 0;
    virtual void read_rest(Reader& in) = 0;

    [[nodiscard]] const MeasurePlan& plan() const { return plan_; }
    [[nodiscard]] const rules::Join& join() const { return *plan_.measure.join; }
    [[nodiscard]] const Window& window() const { return plan_.window; }
    [[nodiscard]] DurationNs lateness() const { return plan_.measure.lateness; }
    [[nodiscard]] bool conditional() const { return join().steps[1].when.has_value(); }
    [[nodiscard]] bool meets(const Kept& subject, const Kept& partner);
    [[nodiscard]] bool held(const Subject& subject, TimeNs now) const {
        return window().pane_of(subject.seen) >= window().oldest(now);
    }
    // What counts of the time between two events.
    [[nodiscard]] const Calendar* calendar() const {
        return plan_.measure.counts_by ? &plan_.measure.counts_by->calendar : nullptr;
    }
    [[nodiscard]] DurationNs between(TimeNs from, TimeNs to) const {
        return calendar() == nullptr ? to - from : calendar()->working_time(from, to);
    }
    void store(Entry& entry, const At& at, Subject subject);
    SubjectAt drop(Entry& entry, SubjectAt subject);  // gives the next one; the entry stays
    void forget_if_empty(Entry& entry);
    [[nodiscard]] TimeNs now() const { return now_; }
    // A partner that was given up may have been this subject's: the value is not known until it has
    // left the window.
    void doubt(const Subject& subject);
    [[nodiscard]] bool gave_up_since(TimeNs time) const {
        return given_up_ != kNone && time <= given_up_;
    }

    Timers open_;     // subjects without a partner
    Timers closing_;  // the others, by when nothing can change them any more

private:
    void expire(TimeNs now);
    void add_subject(const Observation& observation, const At& at);
    void add_partner(const Observation& observation, const At& at);
    Entry& entry_of(const std::string& key);
    bool is_redundant(Entry& entry, const At& at, const Partner& partner);
    void drop_partner(const Timer& timer);
    void make_room();
    void give_up_oldest();
    void write_entry(Writer& out, const Entry& entry) const;
    void read_entry(Reader& in);

    const MeasurePlan& plan_;
    std::size_t subject_input_;
    TimeNs now_ = 0;  // of the last call
    bool seen_ = false;
    JudgedEvents judged_;  // the subjects
    TimeNs doubtful_until_ = 0;  // no value before
    TimeNs given_up_ = kNone;   // the latest time of a partner that was given up
    std::size_t items_ = 0;
    std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> entries_;
    Timers partners_;  // by when they are of no use any more
    std::string key_;
    std::vector<event::TypedValue> slots_;

    static constexpr TimeNs kNone = std::numeric_limits<TimeNs>::min();
};

}  // namespace overlord::evaluate
