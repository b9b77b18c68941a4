// The evaluator: the deterministic state machine that turns telemetry into records and verdicts.
// Its outputs are a function of the bundle, the configuration and the items it was fed: no clock,
// no randomness, no I/O. One thread, the one the Prolog machine belongs to. docs/formats/state.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/evaluate/marker.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

class Core;

// When retained events become facts of the Prolog machine. kAlways where a control or a check looks
// at single events (the gate warns of it: rules.retained); else it is enough before a query.
enum class Facts : std::uint8_t { kOnQuery, kAlways };

class Evaluator final : public prolog::Host {
public:
    // `machine` has loaded the bundle; it and `marker` (may be null) outlive the evaluator. Binds
    // itself to the machine.
    Evaluator(rules::Bundle bundle, Config config, prolog::Machine& machine,
              Facts facts = Facts::kOnQuery, Marker* marker = nullptr);
    ~Evaluator() override;

    // Every item of the batch gives one record, in order; ticks and verdicts come where they fall.
    [[nodiscard]] Outcome process(const Batch& batch);

    // The claim of an attestation: canonical JSON, from the system's last evaluation; an audit
    // record brings every system there. Empty for a system never seen.
    [[nodiscard]] std::string claim(std::string_view system);
    // The same with file, line and record numbers of each control.
    [[nodiscard]] std::string explanation(std::string_view system);

    // The whole state, and the digest that a `state` entry would hold. Between batches.
    [[nodiscard]] Snapshot snapshot();
    // Into an evaluator that has processed nothing. A state made under another bundle is taken
    // over: kinds, measures, controls and levels that both declare alike keep what they have, and
    // every system is judged anew at the next record. Codes: state.syntax, state.version,
    // state.clock.
    [[nodiscard]] Status restore(ByteView bytes);

    // Asserts what event/4 must show before a goal is answered.
    void prepare_query();

    [[nodiscard]] std::uint64_t records() const;
    [[nodiscard]] TimeNs next_due() const;

    // prolog::Host, at the state after the last record.
    Found measured(std::string_view system, std::string_view pack, std::string_view measure,
                   prolog::Value& value, std::string& reason) override;
    std::int64_t now_ns() override;
    std::vector<std::string> systems() override;
    std::vector<std::string> levels(std::string_view system) override;
    std::vector<prolog::Value> explain(std::string_view system) override;
    prolog::Answer system_verdict(std::string_view system) override;
    prolog::Answer attestation(std::string_view system) override;
    prolog::Answer attestation_valid(std::string_view system, std::string_view digest) override;
    prolog::Answer commitment(std::int64_t record) override;
    prolog::Answer zkproof_checked(std::string_view digest) override;

private:
    std::unique_ptr<Core> core_;
};

}  // namespace overlord::evaluate
