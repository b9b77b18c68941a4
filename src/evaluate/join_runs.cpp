#include "join_runs.hpp"

#include <algorithm>

namespace overlord::evaluate {
namespace {

std::size_t place_of(std::vector<std::size_t>& fields, std::size_t field) {
    const auto found = std::find(fields.begin(), fields.end(), field);
    if (found != fields.end()) return static_cast<std::size_t>(found - fields.begin());
    fields.push_back(field);
    return fields.size() - 1;
}

}  // namespace

Steps::Steps(const rules::Measure& measure) : fields(measure.inputs.size()) {
    const rules::Join& join = *measure.join;
    slots = join.slots;
    within = join.within;
    std::vector<Step> without;
    std::size_t first_slot = 0;
    for (std::size_t i = 0; i < join.steps.size(); ++i) {
        const rules::Join::Step& declared = join.steps[i];
        std::size_t same = 0;  // the first input of the same kind
        while (measure.inputs[same].kind != measure.inputs[i].kind) ++same;
        Step step;
        step.input = i;
        for (const std::size_t field : declared.keeps) {
            step.keep_at.push_back(place_of(fields[same], field));
        }
        for (const std::size_t field : declared.looks_at) {
            step.look_at.push_back(place_of(fields[same], field));
        }
        step.first_slot = first_slot;
        step.times = declared.times;
        step.when = declared.when;
        first_slot += declared.keeps.size();
        if (declared.negated) {
            without.push_back(std::move(step));
        } else {
            stages.push_back({std::move(step), std::move(without)});
            without.clear();
        }
    }
    without_after = std::move(without);
    const auto inputs = [](const std::vector<Step>& steps) {
        std::uint32_t bits = 0;
        for (const Step& step : steps) bits |= 1U << step.input;
        return bits;
    };
    for (const Stage& stage : stages) {
        looks_at.push_back(inputs(stage.without) | 1U << stage.step.input);
    }
    looks_at.push_back(inputs(without_after));
}

namespace {

void accept(const Steps& steps, const StepEvent& event, Run& run) {
    const Steps::Step& step = steps.stages[run.stage].step;
    if (run.taken == 0) {
        for (std::size_t i = 0; i < step.keep_at.size(); ++i) {
            run.kept[step.first_slot + i] = event.kept[step.keep_at[i]];
        }
    }
    run.events.emplace_back(run.stage, event.at.record);
    if (++run.taken < step.times) return;
    ++run.stage;
    run.taken = 0;
}

bool share_an_event(const Run& left, const Run& right) {
    return std::any_of(left.events.begin(), left.events.end(), [&](const auto& event) {
        return std::find(right.events.begin(), right.events.end(), event) != right.events.end();
    });
}

TimeNs end_of(const Steps& steps, const Run& run) {
    return after(run.first.time, steps.within);
}

}  // namespace

void Runs::take(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete) {
    pass_time(steps, event, complete);
    if (event.fits == 0) return;
    std::uint32_t used = 0;  // stages for which an episode has taken the event
    for (Run& run : runs_) {
        const std::size_t stage = run.stage;
        if (run.ended || (event.fits & steps.looks_at[stage]) == 0) continue;
        const bool taken = (used >> stage & 1) != 0;
        const Next next = offer(steps, event, run, taken);
        run.ended = next == Next::kEnds;
        if (next != Next::kComplete) continue;
        used |= 1U << stage;
        complete.push_back(finish(run, event.at.time));
    }
    std::erase_if(runs_, [](const Run& run) { return run.ended; });
    if ((used & 1) == 0) begin(steps, event, complete);
}

// What waits for `within` to pass is complete then; of what waits for an event there is none in
// time. An event at that very time is in time.
void Runs::pass_time(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete) {
    const bool only_time = event.fits == 0;
    for (Run& run : runs_) {
        const TimeNs end = end_of(steps, run);
        if (only_time ? end > event.at.time : end >= event.at.time) break;
        if (run.ended) continue;
        run.ended = true;
        if (run.stage == steps.stages.size()) complete.push_back(finish(run, end));
    }
    std::erase_if(runs_, [](const Run& run) { return run.ended; });
}

Runs::Next Runs::offer(const Steps& steps, const StepEvent& event, Run& run, bool used) {
    const bool waits = run.stage == steps.stages.size();
    if (!waits && !used && fits(steps.stages[run.stage].step, event, run)) {
        accept(steps, event, run);
        const bool all = run.stage == steps.stages.size();
        return all && !steps.waits_after() ? Next::kComplete : Next::kStays;
    }
    if (run.taken > 0) return Next::kStays;
    const auto& without = waits ? steps.without_after : steps.stages[run.stage].without;
    const bool met = std::any_of(without.begin(), without.end(), [&](const Steps::Step& step) {
        return fits(step, event, run);
    });
    return met ? Next::kEnds : Next::kStays;
}

void Runs::begin(const Steps& steps, const StepEvent& event, std::vector<Episode>& complete) {
    if ((event.fits >> steps.stages[0].step.input & 1) == 0) return;
    Run run;
    run.first = event.at;
    run.kept.resize(steps.slots);
    if (!fits(steps.stages[0].step, event, run)) return;
    accept(steps, event, run);
    const bool all = run.stage == steps.stages.size();
    if (all && !steps.waits_after()) {
        complete.push_back(finish(run, event.at.time));
    } else {
        runs_.push_back(std::move(run));
    }
}

// A step's condition may name the step itself: then it means its first event, maybe this one.
bool Runs::fits(const Steps::Step& step, const StepEvent& event, const Run& run) {
    if ((event.fits >> step.input & 1) == 0) return false;
    if (!step.when) return true;
    slots_.clear();
    for (const KeptValue& value : run.kept) slots_.push_back(view(value));
    for (std::size_t i = 0; run.taken == 0 && i < step.keep_at.size(); ++i) {
        slots_[step.first_slot + i] = view(event.kept[step.keep_at[i]]);
    }
    for (const std::size_t place : step.look_at) slots_.push_back(view(event.kept[place]));
    return holds(*step.when, slots_);
}

Episode Runs::finish(Run& run, TimeNs time) {
    run.ended = true;
    for (Run& other : runs_) other.ended = other.ended || share_an_event(run, other);
    Episode episode{time, {}};
    for (const auto& [stage, record] : run.events) episode.records.push_back(record);
    return episode;
}

void Runs::drop_before(TimeNs time, const Steps& steps) {
    std::erase_if(runs_, [&](const Run& run) { return end_of(steps, run) < time; });
}

TimeNs Runs::oldest_end(const Steps& steps) const {
    return runs_.empty() ? kNever : end_of(steps, runs_.front());
}

TimeNs Runs::next_complete(const Steps& steps) const {
    const auto waiting = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) {
        return run.stage == steps.stages.size();
    });
    return waiting == runs_.end() ? kNever : end_of(steps, *waiting);
}

void Runs::write(Writer& out) const {
    out.u(runs_.size());
    for (const Run& run : runs_) {
        out.i(run.first.time);
        out.u(run.first.record);
        out.u(run.stage);
        out.u(run.taken);
        out.u(run.events.size());
        for (const auto& [stage, record] : run.events) {
            out.u(stage);
            out.u(record);
        }
        write_kept(out, run.kept);
    }
}

void Runs::read(Reader& in) {
    runs_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        Run& run = runs_.emplace_back();
        run.first.time = in.i();
        run.first.record = in.u();
        run.stage = in.u();
        run.taken = in.u();
        for (std::size_t events = in.count(); events > 0 && in.ok(); --events) {
            const std::size_t stage = in.u();
            run.events.emplace_back(stage, in.u());
        }
        run.kept = read_kept(in);
    }
}

}  // namespace overlord::evaluate
