#include "measure.hpp"

#include "families.hpp"
#include "join_runs.hpp"

namespace overlord::evaluate {

namespace {

using Function = rules::Measure::Function;
using Windows = rules::Measure::Windows;

Window window_of(const rules::Measure& measure) {
    if (measure.windows == Windows::kSliding) return Window(measure.window);
    return Window(Periods(measure));
}

// The same fold without an end: its instance lives as long as its period.
std::shared_ptr<const MeasurePlan> plan_within(const rules::Measure& declared,
                                               const std::string& noun) {
    if (declared.windows == Windows::kSliding) return nullptr;
    rules::Measure measure = declared;
    measure.windows = Windows::kSliding;
    auto plan = std::make_shared<MeasurePlan>(measure, noun);
    plan->window = Window(0);
    return plan;
}

}  // namespace

MeasurePlan::MeasurePlan(const rules::Measure& declared, std::string_view observed)
    : measure(declared),
      window(window_of(declared)),
      noun(observed),
      never_observed("no " + noun + " observed"),
      within(plan_within(measure, noun)) {
    if (measure.function == Function::kEpisodes) steps = std::make_shared<Steps>(measure);
}

std::string Reading::to_text() const {
    switch (kind) {
        case Kind::kNumber:
            return number.to_text();
        case Kind::kTrue:
            return "true";
        case Kind::kFalse:
            return "false";
        case Kind::kNone:
            return "none";
        case Kind::kAtom:
        case Kind::kString:
            return text;
        case Kind::kMissing:
            break;
    }
    return "";
}

Reading never_observed(const MeasurePlan& plan) {
    return Reading::missing(plan.never_observed);
}

std::unique_ptr<Measure> make_measure(const MeasurePlan& plan) {
    const bool keeps_periods = plan.measure.function == Function::kAvailability;
    if (plan.within && !keeps_periods) return make_periodic(plan);
    switch (plan.measure.function) {
        case Function::kAvailability:
            return make_availability(plan);
        case Function::kLast:
            return make_last(plan);
        case Function::kCount:
        case Function::kRate:
            return make_count(plan);
        case Function::kSum:
        case Function::kMean:
        case Function::kRatio:
            return make_sums(plan);
        case Function::kMin:
        case Function::kMax:
            return make_extreme(plan);
        case Function::kAll:
            return make_all(plan);
        case Function::kLatestAll:
            return make_latest_all(plan);
        case Function::kResponse:
            return make_response(plan);
        case Function::kResolution:
            return make_resolution(plan);
        case Function::kAge:
            return make_age(plan);
        case Function::kDistinct:
            return make_distinct(plan);
        case Function::kPercentile:
            return make_percentile(plan);
        case Function::kSequenceGaps:
            return make_sequence_gaps(plan);
        case Function::kDeviation:
            return make_deviation(plan);
        case Function::kSpan:
            return make_span(plan);
        case Function::kUnanswered:
            return make_unanswered(plan);
        case Function::kUnpreceded:
            return make_unpreceded(plan);
        case Function::kEpisodes:
            return make_episodes(plan);
    }
    OVERLORD_ASSERT(false);
    return nullptr;
}

}  // namespace overlord::evaluate
