#include "measure.hpp"

#include "families.hpp"

namespace overlord::evaluate {

MeasurePlan::MeasurePlan(const rules::Measure& declared, std::string_view observed)
    : measure(declared), window(declared.window), noun(observed) {}

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
    return Reading::missing("no " + plan.noun + " observed");
}

std::unique_ptr<Measure> make_measure(const MeasurePlan& plan) {
    using Function = rules::Measure::Function;
    switch (plan.measure.function) {
        case Function::kAvailability:
            return make_availability(plan);
        case Function::kLast:
            return make_last(plan);
        case Function::kCount:
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
    }
    OVERLORD_ASSERT(false);
    return nullptr;
}

}  // namespace overlord::evaluate
