#include "slotted_systems.hpp"

namespace overlord::pipeline {

void SlottedSystems::add(const ledger::SlotMembers& slot) {
    Last& last = systems_[slot.system];
    last.plan = slot.plan;
    last.controls.clear();
    for (const ledger::SlotValue& value : slot.values) last.controls.push_back(value.control);
}

attest::ProvedControls SlottedSystems::proved(std::string_view system,
                                              std::string_view plan) const {
    attest::ProvedControls proved;
    const auto last = systems_.find(system);
    if (last == systems_.end() || plan.empty()) return proved;
    const Hash digest = attest::plan_digest(plan);
    if (last->second.plan != to_hex(digest)) return proved;
    const Result<attest::ProofPlan> parsed = attest::parse_plan(plan);
    if (!parsed) return proved;  // the prover, which is given the same text, says so
    proved.plan = digest;
    for (const std::string& name : last->second.controls) {
        const attest::PlanControl* control = parsed->find(name);
        if (control == nullptr) continue;
        proved.controls.push_back({name, std::string(attest::to_text(control->mode)),
                                   std::string(attest::to_text(control->form))});
    }
    return proved;
}

void SlottedSystems::serialise(Bytes& out) const {
    put_u64_le(out, systems_.size());
    for (const auto& [system, last] : systems_) {
        put_text(out, system);
        put_text(out, last.plan);
        put_u64_le(out, last.controls.size());
        for (const std::string& control : last.controls) put_text(out, control);
    }
}

Result<SlottedSystems> SlottedSystems::restore(ByteReader& in) {
    SlottedSystems slots;
    const Result<std::uint64_t> count = in.u64();
    if (!count) return count.error();
    for (std::uint64_t i = 0; i < *count; ++i) {
        const Result<std::string> system = in.text();
        if (!system) return system.error();
        Last& last = slots.systems_[*system];
        Result<std::string> plan = in.text();
        if (!plan) return plan.error();
        last.plan = std::move(*plan);
        const Result<std::uint64_t> controls = in.u64();
        if (!controls) return controls.error();
        for (std::uint64_t c = 0; c < *controls; ++c) {
            Result<std::string> control = in.text();
            if (!control) return control.error();
            last.controls.push_back(std::move(*control));
        }
    }
    return slots;
}

}  // namespace overlord::pipeline
