// What of a bundle is proved in zero knowledge, and how: derived from the text of the rules alone,
// so that who has the rules has the plan (docs/rules/reference.md). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "overlord/rules/bundle.hpp"

namespace overlord::rules {

// A slot of a proved control holds two numbers below 2^32, bad and total.
struct ProvedControl {
    enum class Form {
        kRatio,       // bad and total of a share: microseconds not up and observed, units, ...
        kViolations,  // observations that break the limit, observations
        kState,       // 1 if the control did not comply when the slot closed, 1
        kSum,         // units, observations
    };
    std::size_t control = 0;  // index into Bundle::controls
    Form form = Form::kState;
    bool event_bound = false;  // prove(event); never a state or an availability
    Limit limit;              // of the control; kViolations: what an observation has to keep
    Number bound = 1;         // of the statement: the least share of good, or a sum's most
    std::uint64_t most = 0;   // of a mean: the greatest value that its field can have
    bool has_measure = true;  // false: a state that reads no measure
    std::size_t measure = 0;
    std::string entry;  // its text in the plan; another entry is another stream
    std::string why;    // kState: why nothing is counted
};

struct ProofPlan {
    std::string text;  // canonical JSON, one line; its SHA-256 names the plan
    std::vector<ProvedControl> proved;  // in the bundle's order
    DurationNs lateness = 0;  // a slot closes when this has passed since its end
};

// Why the slots of a control are not the sum of what each of its events says by itself: its rule is
// more than one limit, or its measure no such sum. Nothing where they are.
[[nodiscard]] std::optional<std::string> why_not_event_bound(const Bundle& bundle,
                                                             const Control& control);

// `slot` > 0.
[[nodiscard]] ProofPlan proof_plan(const Bundle& bundle, DurationNs slot);

[[nodiscard]] std::string_view to_text(ProvedControl::Form form);

// For people, a line for each control: `telecoms.uptime: proved in zero knowledge (...)`, or that
// it is not, and why.
[[nodiscard]] std::vector<std::string> proof_lines(const Bundle& bundle, DurationNs slot);

}  // namespace overlord::rules
