// What one observation adds to its slot: of a sum it is a function of the observation and of what
// is declared, and of nothing else. Whoever has an event and the rules comes to the same pair.
#pragma once

#include <optional>

#include "measure.hpp"
#include "overlord/rules/proof_plan.hpp"

namespace overlord::evaluate {

// Each at most 2^32 - 1.
struct EventPair {
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
    friend bool operator==(const EventPair&, const EventPair&) = default;
};

// Of the forms ratio and violations. Nothing: the measure passes the observation over, or sums no
// events (availability).
[[nodiscard]] std::optional<EventPair> event_pair(const rules::ProvedControl& proved,
                                                  const rules::Measure& measure,
                                                  const Observation& observation);

}  // namespace overlord::evaluate
