#include "ledger_state.hpp"

#include <algorithm>

namespace overlord::pipeline {

void LedgerState::event(const EventKey& key, std::string_view system, const Hash& commitment) {
    seen.remember(key);
    evidence.add(system, commitment);
}

Result<bool> LedgerState::verdict(const ledger::RecordView& record, std::string& system) {
    Result<ledger::VerdictMembers> members = ledger::parse_verdict(record);
    if (!members) return with_context(std::move(members).error(), "verdict record");
    const LevelVerdicts* const kept = verdicts.find(members->system);
    LevelVerdicts levels = kept == nullptr ? LevelVerdicts() : *kept;
    const std::string before = system_verdict(levels);
    levels[members->level] = members->verdict;
    const std::string after = system_verdict(levels);
    verdicts.set(members->system, std::move(levels));
    ++verdict_records;
    system = members->system;
    return after != before;
}

Status LedgerState::slot(const ledger::RecordView& record) {
    const Result<ledger::SlotMembers> members = ledger::parse_slot(record);
    if (!members) return with_context(members.error(), "slot record");
    slots.add(*members);
    return {};
}

Status LedgerState::note(const ledger::RecordView& record) {
    if (record.kind == ledger::RecordKind::kAudit) return holds.recorded(record);
    return sources.recorded(record);
}

namespace {

using ConfiguredLevels = std::map<std::string_view, const std::vector<std::string>*>;

ConfiguredLevels configured_levels(const evaluate::Config& settings) {
    ConfiguredLevels configured;
    for (const evaluate::SystemLevels& system : settings.levels)
        configured[system.system] = &system.levels;
    return configured;
}

bool same_levels(const ConfiguredLevels& before, const ConfiguredLevels& now,
                 std::string_view system) {
    const auto was = before.find(system);
    const auto is = now.find(system);
    if (was == before.end() || is == now.end()) return was == before.end() && is == now.end();
    return *was->second == *is->second;
}

}  // namespace

void LedgerState::keep_levels(const std::vector<std::string>& levels,
                              const evaluate::Config& before, const evaluate::Config& now) {
    const ConfiguredLevels levels_before = configured_levels(before);
    const ConfiguredLevels levels_now = configured_levels(now);
    SystemVerdicts all;
    for (const auto& [system, verdicts_of] : verdicts.sorted()) {
        LevelVerdicts kept;
        const bool same = same_levels(levels_before, levels_now, system);
        for (const auto& [level, verdict] : verdicts_of) {
            if (same && std::find(levels.begin(), levels.end(), level) != levels.end())
                kept.emplace(level, verdict);
        }
        all.set(system, std::move(kept));
    }
    verdicts = std::move(all);
    ++verdict_records;
}

StateParts LedgerState::serialise() {
    StateParts parts;
    parts.before.reserve(serialised_bytes_ + serialised_bytes_ / 8);
    put_bytes(parts.before, secret_);
    put_u64_le(parts.before, static_cast<std::uint64_t>(last_at));
    seen.serialise(parts.before);
    evidence.serialise(parts.before);
    serialised_bytes_ = parts.before.size();
    parts.verdicts = verdicts.share();
    sources.serialise(parts.after);
    slots.serialise(parts.after);
    holds.serialise(parts.after);
    return parts;
}

Bytes StateParts::whole() const {
    Bytes out = before;
    put_u64_le(out, verdicts->size());
    for (const auto& [system, levels] : verdicts->sorted()) {
        put_text(out, system);
        put_u64_le(out, levels.size());
        for (const auto& [level, verdict] : levels) {
            put_text(out, level);
            put_text(out, verdict);
        }
    }
    put_bytes(out, after);
    return out;
}

Result<LedgerState> LedgerState::restore(ByteView bytes) {
    ByteReader in(bytes);
    Result<ByteView> secret = in.take(32);
    if (!secret) return secret.error();
    Hash key{};
    std::copy(secret->begin(), secret->end(), key.begin());
    LedgerState state(key);
    Result<std::uint64_t> at = in.u64();
    if (!at) return at.error();
    state.last_at = static_cast<TimeNs>(*at);
    Result<Dedupe> seen = Dedupe::restore(in);
    if (!seen) return seen.error();
    state.seen = std::move(*seen);
    Result<Evidence> evidence = Evidence::restore(in);
    if (!evidence) return evidence.error();
    state.evidence = std::move(*evidence);
    Result<std::uint64_t> systems = in.u64();
    if (!systems) return systems.error();
    for (std::uint64_t s = 0; s < *systems; ++s) {
        Result<std::string> system = in.text();
        if (!system) return system.error();
        Result<std::uint64_t> levels = in.u64();
        if (!levels) return levels.error();
        LevelVerdicts verdicts;
        for (std::uint64_t l = 0; l < *levels; ++l) {
            Result<std::string> level = in.text();
            if (!level) return level.error();
            Result<std::string> verdict = in.text();
            if (!verdict) return verdict.error();
            verdicts[*level] = std::move(*verdict);
        }
        state.verdicts.set(*system, std::move(verdicts));
    }
    Result<SourceBook> sources = SourceBook::restore(in);
    if (!sources) return sources.error();
    state.sources = std::move(*sources);
    Result<SlottedSystems> slots = SlottedSystems::restore(in);
    if (!slots) return slots.error();
    state.slots = std::move(*slots);
    Result<ledger::LegalHolds> holds = ledger::LegalHolds::restore(in);
    if (!holds) return holds.error();
    state.holds = std::move(*holds);
    return state;
}

}  // namespace overlord::pipeline
