#include "overlord/evaluate/contributions.hpp"

#include <map>

#include "event_pair.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/schema.hpp"
#include "slots.hpp"

namespace overlord::evaluate {

class ContributionRules::Impl {
public:
    Impl(rules::Bundle bundle, DurationNs slot_ns)
        : plan_(std::move(bundle)), slots_(plan_, slot_ns) {}

    std::vector<EventContribution> of(TimeNs at, std::string_view text) {
        const Result<event::Event> event = decoder_.decode(text);
        const std::size_t kind = event ? plan_.kind_of(event->type) : Plan::kNone;
        if (kind == Plan::kNone) return {};
        const auto fields = event::check(*event, plan_.bundle.kinds[kind].schema);
        if (!fields) return {};
        std::map<std::size_t, SlotPair> adds;  // by stream
        for (const Plan::Use& use : plan_.kinds[kind].uses) {
            const Observation observation{use.input, event->time, at, 0, event->source, *fields};
            add(use.measure, observation, adds);
        }
        std::vector<EventContribution> found;
        for (const auto& [stream, pair] : adds) {
            found.push_back({plan_.bundle.controls[slots_.streams()[stream].control].id,
                             slots_.slot_of(event->time), pair.bad, pair.total});
        }
        return found;
    }

private:
    // As the evaluator does it: what is late for a measure, or before its window, it passes over.
    void add(std::size_t measure, const Observation& observation,
             std::map<std::size_t, SlotPair>& adds) const {
        const MeasurePlan& plan = plan_.measures[measure];
        if (observation.time < observation.now - plan.measure.lateness) return;
        if (plan.window.pane_of(observation.time) < plan.window.oldest(observation.now)) return;
        for (const std::size_t s : slots_.streams_on(measure)) {
            const rules::ProvedControl& proved = slots_.streams()[s];
            if (!proved.event_bound) continue;
            const std::optional<EventPair> pair = event_pair(proved, plan.measure, observation);
            if (pair) adds[s].add(pair->bad, pair->total);
        }
    }

    Plan plan_;
    SlotPlan slots_;
    event::Decoder decoder_;
};

ContributionRules::ContributionRules(rules::Bundle bundle, DurationNs slot_ns)
    : impl_(std::make_unique<Impl>(std::move(bundle), slot_ns)) {}

ContributionRules::~ContributionRules() = default;

std::vector<EventContribution> ContributionRules::of(TimeNs at, std::string_view event) {
    return impl_->of(at, event);
}

}  // namespace overlord::evaluate
