#include "overlord/pipeline/system_verdicts.hpp"

#include <algorithm>
#include <functional>

namespace overlord::pipeline {
namespace {

constexpr std::size_t kShards = 1'024;  // ten systems in each, where there are ten thousand

}  // namespace

std::string system_verdict(const LevelVerdicts& levels) {
    bool unknown = levels.empty();
    for (const auto& [level, verdict] : levels) {
        if (verdict == "non_compliant") return verdict;
        if (verdict != "compliant") unknown = true;
    }
    return unknown ? "unknown" : "compliant";
}

SystemVerdicts::SystemVerdicts() : places_(kShards) {}

std::size_t SystemVerdicts::place_of(const std::string& system) const {
    return std::hash<std::string>()(system) % places_.size();
}

void SystemVerdicts::set(const std::string& system, LevelVerdicts levels) {
    Place& place = places_[place_of(system)];
    if (!place.shard) place.shard = std::make_shared<Shard>();
    if (place.shared) place.shard = std::make_shared<Shard>(*place.shard);
    place.shared = false;
    std::shared_ptr<const LevelVerdicts>& kept = (*place.shard)[system];
    size_ += kept ? 0 : 1;
    kept = std::make_shared<const LevelVerdicts>(std::move(levels));
}

const LevelVerdicts* SystemVerdicts::find(const std::string& system) const {
    const Place& place = places_[place_of(system)];
    if (!place.shard) return nullptr;
    const auto found = place.shard->find(system);
    return found == place.shard->end() ? nullptr : found->second.get();
}

std::vector<SystemVerdicts::Entry> SystemVerdicts::sorted() const {
    std::vector<const Shard::value_type*> all;
    all.reserve(size_);
    for (const Place& place : places_) {
        if (!place.shard) continue;
        for (const auto& system : *place.shard) all.push_back(&system);
    }
    std::sort(all.begin(), all.end(),
              [](const auto* left, const auto* right) { return left->first < right->first; });
    std::vector<Entry> entries;
    entries.reserve(all.size());
    for (const auto* system : all) entries.emplace_back(system->first, *system->second);
    return entries;
}

std::shared_ptr<const SystemVerdicts> SystemVerdicts::share() {
    auto copy = std::make_shared<SystemVerdicts>();
    for (Place& place : places_) place.shared = true;
    copy->places_ = places_;
    copy->size_ = size_;
    return copy;
}

}  // namespace overlord::pipeline
