// An evaluator with fixed answers, for tests of the bridge.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "overlord/prolog/machine.hpp"

namespace overlord::prolog {

class FakeHost final : public Host {
public:
    std::map<std::pair<std::string, std::string>, Value> values;  // (system, measure)
    std::map<std::string, std::string> verdicts;                  // system -> verdict
    std::map<std::string, std::vector<Value>> explanations;
    std::int64_t now = 1'000;
    bool repl = true;

    Found measured(std::string_view system, std::string_view, std::string_view measure,
                   Value& value, std::string& reason) override {
        if (verdicts.count(std::string(system)) == 0) return Found::kUnknownSystem;
        const auto found = values.find({std::string(system), std::string(measure)});
        if (found == values.end()) {
            reason = "no " + std::string(measure) + " observed";
            return Found::kMissing;
        }
        value = found->second;
        return Found::kYes;
    }
    std::int64_t now_ns() override { return now; }
    std::vector<std::string> systems() override {
        std::vector<std::string> names;
        for (const auto& [name, verdict] : verdicts) names.push_back(name);
        return names;
    }
    std::vector<std::string> levels(std::string_view) override {
        return {"telecoms", "trading", "gmp", "itil"};
    }
    std::vector<Value> explain(std::string_view system) override {
        return explanations[std::string(system)];
    }
    Answer system_verdict(std::string_view system) override {
        const std::string verdict = verdicts[std::string(system)];
        if (verdict == "unknown") return {Truth::kMissing, {}, "no failover observed"};
        return {Truth::kTrue, Value::of_atom(verdict), {}};
    }
    Answer attestation(std::string_view system) override {
        if (!repl) return {Truth::kError, {}, "only available at the REPL"};
        return {Truth::kTrue, Value::of_atom(digest(system)), {}};
    }
    Answer attestation_valid(std::string_view system, std::string_view given) override {
        return {
            given == digest(system) ? Truth::kTrue : Truth::kFalse, Value::of_atom("valid"), {}};
    }
    Answer commitment(std::int64_t record) override {
        return {
            Truth::kTrue, Value::of_atom(std::string(60, 'c') + std::to_string(1000 + record)), {}};
    }
    Answer zkproof_checked(std::string_view given) override {
        if (!repl) return {Truth::kError, {}, "only available at the REPL"};
        if (given != digest("x")) {
            return {Truth::kTrue, Value::of_atom("refused('it''s none')"), {}};
        }
        return {Truth::kTrue,
                Value::of_atom("verified(full,[control('telecoms.uptime',holds)])"), {}};
    }
    static std::string digest(std::string_view system) {
        return std::string(64, system.empty() ? '0' : 'a');
    }
};

}  // namespace overlord::prolog
