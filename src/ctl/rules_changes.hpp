// What lies between two catalogues, in words, and what it means for a daemon that runs. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace overlord::ctl {

struct RuleChange {
    std::string what;    // control, title, basis, citation, limit, measure, parameter, ...
    std::string change;  // added, removed, changed
    std::string name;    // telecoms.uptime, telecoms:uptime, telecoms.heartbeat
    std::string before;  // empty when it was added
    std::string after;   // empty when it was removed
    std::string effect;  // on windows, verdicts and proofs; empty where there is none
};

// In the order of the catalogue: packs, controls, parameters, measures, kinds, checks, predicates.
[[nodiscard]] std::vector<RuleChange> rule_changes(const nlohmann::ordered_json& before,
                                                   const nlohmann::ordered_json& after);

}  // namespace overlord::ctl
