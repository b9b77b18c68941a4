#include "system.hpp"

#include <algorithm>

namespace overlord::evaluate {
namespace {

constexpr std::size_t kRoomForMore = 4;
constexpr std::uint32_t kSleepAfterMin = 10;

std::uint32_t minutes(TimeNs time) {
    return static_cast<std::uint32_t>(std::max<TimeNs>(time, 0) / kMinuteNs);
}

// Where the one with that index is, or would be.
template <class States>
auto place_of(States& states, std::size_t index) {
    return std::lower_bound(
        states.begin(), states.end(), index,
        [](const auto& state, std::size_t other) { return state.index < other; });
}

// The one with that index, made where there is none. Room grows by a few: a system follows few.
template <class State>
State& state_of(std::vector<State>& states, std::size_t index) {
    auto place = place_of(states, index);
    if (place != states.end() && place->index == index) return *place;
    const auto at = place - states.begin();
    if (states.size() == states.capacity()) states.reserve(states.size() + kRoomForMore);
    State& made = *states.emplace(states.begin() + at);
    made.index = static_cast<std::uint32_t>(index);
    return made;
}

// Of one asleep; its bytes were written by such a measure.
std::unique_ptr<Measure> woken(const Followed& followed, const MeasurePlan& plan) {
    std::unique_ptr<Measure> measure = make_measure(plan);
    Reader in(followed.asleep.state());
    measure->read(in);
    OVERLORD_ASSERT(in.at_end());
    return measure;
}

}  // namespace

Measure& awake(Followed& followed, const MeasurePlan& plan, TimeNs now) {
    followed.asked_min = minutes(now);
    if (!followed.measure) {
        followed.measure = woken(followed, plan);
        followed.asleep = Asleep();
    }
    return *followed.measure;
}

void write_measure(Writer& out, Followed& followed, const MeasurePlan& plan, TimeNs at,
                   bool may_sleep) {
    const std::unique_ptr<Measure> asleep = followed.measure ? nullptr : woken(followed, plan);
    (asleep ? *asleep : *followed.measure).write(out, at);
    const bool idle = minutes(at) >= followed.asked_min + kSleepAfterMin;
    if (!asleep && !(may_sleep && idle)) return;
    followed.measure.reset();
    const ByteView state = out.bytes();
    if (!asleep || !std::ranges::equal(state, followed.asleep.state()))
        followed.asleep = Asleep(state);
}

Followed* System::find(std::size_t measure) {
    const auto place = place_of(measures, measure);
    return place == measures.end() || place->index != measure ? nullptr : &*place;
}

const Followed* System::find(std::size_t measure) const {
    return const_cast<System*>(this)->find(measure);
}

Followed& System::follow(std::size_t measure) {
    return state_of(measures, measure);
}

const ControlState* System::find_control(std::size_t control) const {
    const auto place = place_of(controls, control);
    return place == controls.end() || place->index != control ? nullptr : &*place;
}

ControlState& System::control(std::size_t control) {
    return state_of(controls, control);
}

LevelState* System::find_level(std::size_t level) {
    const auto place = std::find(levels.begin(), levels.end(), level);
    return place == levels.end()
               ? nullptr
               : &level_states[static_cast<std::size_t>(place - levels.begin())];
}

const LevelState& System::level(std::size_t level) const {
    const LevelState* const found = const_cast<System*>(this)->find_level(level);
    OVERLORD_ASSERT(found != nullptr);
    return *found;
}

}  // namespace overlord::evaluate
