// The factories of the families, one per file measure_FAMILY.cpp.
#pragma once

#include <memory>

#include "measure.hpp"

namespace overlord::evaluate {

[[nodiscard]] std::unique_ptr<Measure> make_availability(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_last(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_count(const MeasurePlan& plan);  // and rate
[[nodiscard]] std::unique_ptr<Measure> make_sums(const MeasurePlan& plan);  // sum, mean, ratio
[[nodiscard]] std::unique_ptr<Measure> make_extreme(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_all(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_latest_all(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_response(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_resolution(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_age(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_distinct(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_percentile(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_sequence_gaps(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_deviation(const MeasurePlan& plan);
// Any windowed one, of tumbling and calendar windows.
[[nodiscard]] std::unique_ptr<Measure> make_periodic(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_span(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_unanswered(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_unpreceded(const MeasurePlan& plan);
[[nodiscard]] std::unique_ptr<Measure> make_episodes(const MeasurePlan& plan);

}  // namespace overlord::evaluate
