// Sequences of events of one key under way, for `episodes`: a small machine that takes the events
// of the key in their order.
//
// An event that fits the first step begins a run, whatever other runs there are. A run takes the
// first event that fits the step it waits for, and passes over the others; it ends without a result
// when an event fits a negated step that stands where the run waits, or when `within` has passed
// since its first event. An event is offered to the runs in the order of their first events, and
// may go to several. When a run is complete it is an episode, and all runs that took one of its
// events for the same step end: so no event is in two episodes for the same step.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "join.hpp"

namespace overlord::evaluate {

// What the steps of a declaration mean, prepared once for all systems.
class Steps {
public:
    explicit Steps(const rules::Measure& measure);

    struct Step {
        std::size_t input = 0;
        std::vector<std::size_t> keep_at;  // in what is kept of the event
        std::vector<std::size_t> look_at;
        std::size_t first_slot = 0;
        std::uint64_t times = 1;
        std::optional<rules::Expression> when;
    };
    // A positive step with the negated ones before it: none of their events between the neighbours.
    struct Stage {
        Step step;
        std::vector<Step> without;
    };
    std::vector<Stage> stages;
    std::vector<Step> without_after;  // negated steps behind the last: until `within` has passed
    std::size_t slots = 0;
    DurationNs within = 0;
    // By input: the fields kept of its events, the same for all inputs of a kind.
    std::vector<std::vector<std::size_t>> fields;

    // By stage, the last of all for what waits for time: the inputs that a run there looks at.
    std::vector<std::uint32_t> looks_at;

    [[nodiscard]] bool waits_after() const { return !without_after.empty(); }
};

struct StepEvent {
    EventAt at;
    std::uint32_t fits = 0;  // bit i: the condition of input i on the event alone; 0: only time
    Kept kept;
};

struct Run {
    EventAt first;
    std::size_t stage = 0;    // that it waits for; all of them passed: it waits for time
    std::uint64_t taken = 0;  // events of that stage
    std::vector<std::pair<std::size_t, std::uint64_t>> events;  // stage, record
    Kept kept;                                                  // slots
    bool ended = false;                                         // while an event is taken
};

struct Episode {
    TimeNs time = 0;  // of its last event, or when `within` had passed
    std::vector<std::uint64_t> records;
};

class Runs {
public:
    // Takes an event, later than all before, and gives what it completes.
    void take(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete);
    void drop_before(TimeNs time, const Steps& steps);  // runs whose `within` has passed by then
    [[nodiscard]] std::size_t size() const { return runs_.size(); }
    // When `within` of the oldest run has passed; of the oldest that waits for just that. kNever.
    [[nodiscard]] TimeNs oldest_end(const Steps& steps) const;
    [[nodiscard]] TimeNs next_complete(const Steps& steps) const;
    void write(Writer& out) const;
    void read(Reader& in);

private:
    void pass_time(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete);
    enum class Next { kStays, kEnds, kComplete };
    Next offer(const Steps& steps, const StepEvent& event, Run& run, bool used);
    void begin(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete);
    [[nodiscard]] bool fits(const Steps::Step& step, const StepEvent& event, const Run& run);
    // The run is an episode: it and those that share one of its events end.
    Episode finish(Run& run, TimeNs time);

    std::vector<Run> runs_;  // by first event
    std::vector<event::TypedValue> slots_;
};

}  // namespace overlord::evaluate
