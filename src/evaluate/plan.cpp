#include "plan.hpp"

#include <algorithm>
#include <set>

namespace overlord::evaluate {
namespace {

// "trade or access": what is missing when nothing was observed.
std::string noun_of(const rules::Bundle& bundle, const rules::Measure& measure) {
    std::string noun;
    const bool beats = measure.function == rules::Measure::Function::kAvailability;
    for (const rules::Measure::Input& input : measure.inputs) {
        if (beats && &input != &measure.inputs.front()) break;  // what excepts time
        const std::string& name = bundle.kinds[input.kind].name;
        if (noun == name) continue;
        if (!noun.empty()) noun += " or ";
        noun += name;
    }
    return noun;
}

std::size_t nil_field_of(const rules::Kind& kind) {
    if (kind.name != "nil_report") return Plan::kNone;
    const auto& fields = kind.schema.fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == "kind") return i;
    }
    return Plan::kNone;
}

std::string qualified(std::string_view pack, std::string_view name) {
    std::string text(pack);
    text += ':';
    text += name;
    return text;
}

}  // namespace

Plan::Plan(rules::Bundle from) : bundle(std::move(from)), kinds(bundle.kinds.size()) {
    measures.reserve(bundle.measures.size());
    for (std::size_t m = 0; m < bundle.measures.size(); ++m) {
        const rules::Measure& measure = bundle.measures[m];
        measures.emplace_back(measure, noun_of(bundle, measure));
        measures_by_name_.emplace(qualified(measure.pack, measure.name), m);
        for (std::size_t input = 0; input < measure.inputs.size(); ++input) {
            kinds[measure.inputs[input].kind].uses.push_back({m, input});
        }
    }
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        kinds_by_type_.emplace(bundle.kinds[k].schema.type, k);
        kinds[k].nil_field = nil_field_of(bundle.kinds[k]);
    }
    for (std::size_t c = 0; c < bundle.checks.size(); ++c) {
        kinds[bundle.checks[c].kind].checks.push_back(c);
    }
    for (const rules::Waiver& waiver : bundle.waivers) {
        waivers_[waiver.control][waiver.system].push_back(&waiver);
    }
    note_reads();
}

void Plan::note_reads() {
    std::vector<bool> by_all(measures.size(), false);
    for (std::size_t l = 0; l < bundle.levels.size(); ++l) {
        const rules::Level& level = bundle.levels[l];
        LevelPlan& plan = level_plans.emplace_back();
        std::set<std::size_t> reads(level.reads.begin(), level.reads.end());
        for (const std::size_t c : level.controls) {
            const auto& more = bundle.controls[c].reads;
            reads.insert(more.begin(), more.end());
            plan.reads_nothing = plan.reads_nothing || more.empty();
        }
        plan.reads.assign(reads.begin(), reads.end());
        for (const std::size_t m : reads) {
            if (level.on_request) {
                measures[m].asked_by.push_back(l);
            } else {
                by_all[m] = true;
            }
        }
    }
    for (std::size_t m = 0; m < measures.size(); ++m) {
        if (by_all[m]) measures[m].asked_by.clear();
    }
}

bool Plan::followed(std::size_t measure, const std::vector<std::size_t>& levels) const {
    const std::vector<std::size_t>& asked_by = measures[measure].asked_by;
    return asked_by.empty() || std::find_first_of(asked_by.begin(), asked_by.end(), levels.begin(),
                                                  levels.end()) != asked_by.end();
}

const std::vector<const rules::Waiver*>* Plan::waivers(std::size_t control,
                                                       std::string_view system) const {
    const auto by_system = waivers_.find(control);
    if (by_system == waivers_.end()) return nullptr;
    const auto found = by_system->second.find(system);
    return found == by_system->second.end() ? nullptr : &found->second;
}

const rules::Waiver* Plan::waiver(std::size_t control, std::string_view system,
                                  TimeNs now) const {
    const auto* all = waivers(control, system);
    if (all == nullptr) return nullptr;
    for (const rules::Waiver* one : *all) {
        if (one->from <= now && now < one->until) return one;
    }
    return nullptr;
}

TimeNs Plan::waiver_changes(std::size_t control, std::string_view system, TimeNs now) const {
    TimeNs next = kNever;
    const auto* all = waivers(control, system);
    if (all == nullptr) return next;
    for (const rules::Waiver* one : *all) {
        for (const TimeNs at : {one->from, one->until}) {
            if (at > now) next = std::min(next, at);
        }
    }
    return next;
}

std::size_t Plan::kind_of(std::string_view type) const {
    const auto found = kinds_by_type_.find(type);
    return found == kinds_by_type_.end() ? kNone : found->second;
}

std::size_t Plan::measure_of(std::string_view pack, std::string_view name) const {
    const auto found = measures_by_name_.find(qualified(pack, name));
    return found == measures_by_name_.end() ? kNone : found->second;
}

std::size_t Plan::level_of(std::string_view name) const {
    for (std::size_t l = 0; l < bundle.levels.size(); ++l) {
        if (bundle.levels[l].name == name) return l;
    }
    return kNone;
}

const MeasurePlan* Plan::main_measure(const rules::Control& control, std::size_t& index) const {
    if (!control.limit && control.reads.empty()) return nullptr;
    index = control.limit ? control.limit->measure : control.reads.front();
    return &measures[index];
}

std::vector<std::size_t> Plan::about(std::string_view pack, std::string_view name) const {
    std::vector<std::size_t> found;
    for (std::size_t m = 0; m < bundle.measures.size(); ++m) {
        const auto& inputs = bundle.measures[m].inputs;
        const bool named = std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) {
            const rules::Kind& kind = bundle.kinds[input.kind];
            return kind.pack == pack && kind.name == name;
        });
        if (named) found.push_back(m);
    }
    return found;
}

}  // namespace overlord::evaluate
