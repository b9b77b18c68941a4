#include "system.hpp"

#include <algorithm>

namespace overlord::evaluate {
namespace {

auto place_of(std::vector<Followed>& measures, std::size_t index) {
    return std::lower_bound(
        measures.begin(), measures.end(), index,
        [](const Followed& followed, std::size_t other) { return followed.index < other; });
}

}  // namespace

Followed* System::find(std::size_t measure) {
    const auto place = place_of(measures, measure);
    return place == measures.end() || place->index != measure ? nullptr : &*place;
}

const Followed* System::find(std::size_t measure) const {
    return const_cast<System*>(this)->find(measure);
}

Followed& System::follow(std::size_t measure) {
    const auto place = place_of(measures, measure);
    if (place != measures.end() && place->index == measure) return *place;
    Followed& followed = *measures.emplace(place);
    followed.index = measure;
    return followed;
}

ControlState& System::control(std::size_t control) {
    std::unique_ptr<ControlState>& state = controls[control];
    if (!state) state = std::make_unique<ControlState>();
    return *state;
}

}  // namespace overlord::evaluate
