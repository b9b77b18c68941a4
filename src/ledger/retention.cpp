#include "overlord/ledger/retention.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/base/json_text.hpp"

namespace overlord::ledger {

namespace {

using Json = nlohmann::json;

bool matches(std::string_view pattern, std::string_view system) {
    if (!pattern.ends_with('*')) return pattern == system;
    return system.starts_with(pattern.substr(0, pattern.size() - 1));
}

Error refuse(std::string code, std::string message) {
    return Error{std::move(code), std::move(message), ErrorClass::kReject};
}

std::string date_of(Day day) {
    return format_rfc3339(TimeNs{day} * kDayNs).substr(0, 10);
}

Status check_term(const RetentionPolicy::Term& term, std::string_view whose, Day before,
                  Day today) {
    if (term.days <= 0 || before + term.days <= today) return {};
    return refuse("erasure.retained",
                  "records of " + std::string(whose) + " are kept " + std::to_string(term.days) +
                      " days (" + term.by + "): at present those before " +
                      date_of(static_cast<Day>(today - term.days)) + " may be erased");
}

// System and reason, from the text of a record.
std::optional<LegalHold> parse_hold(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    const bool shaped = json.is_object() && json.size() == 2 && json.contains("system") &&
                        json.contains("reason") && json["system"].is_string() &&
                        json["reason"].is_string();
    if (!shaped) return std::nullopt;
    return LegalHold{json["system"].get<std::string>(), json["reason"].get<std::string>(), 0};
}

Status check_hold(const LegalHold* hold, std::string_view whose) {
    if (hold == nullptr) return {};
    return refuse("erasure.held", "records of " + std::string(whose) +
                                      " are under legal hold since " +
                                      format_rfc3339(hold->since) + ": " + hold->reason);
}

}  // namespace

RetentionPolicy::Term RetentionPolicy::term_of(std::string_view system) const {
    std::optional<Term> longest;
    for (const RetentionClass& one : classes) {
        const bool of_it = std::any_of(one.systems.begin(), one.systems.end(),
                                       [&](const auto& name) { return matches(name, system); });
        if (!of_it || (longest && longest->days >= one.keep_days)) continue;
        longest = Term{one.keep_days, "class " + one.name};
    }
    return longest.value_or(Term{keep_days, "[retention] keep_days"});
}

std::string compose_hold(std::string_view system, std::string_view reason) {
    std::string text = "{\"system\":";
    append_json_string(text, system);
    text += ",\"reason\":";
    append_json_string(text, reason);
    return text + "}";
}

const LegalHold* LegalHolds::on(std::string_view system) const {
    for (const LegalHold& hold : holds_) {
        if (hold.system.empty() || hold.system == system) return &hold;
    }
    return nullptr;
}

Status LegalHolds::check_set(std::string_view system) const {
    for (const LegalHold& other : holds_) {
        if (other.system != system) continue;
        return refuse("hold.exists", "there is a hold since " + format_rfc3339(other.since) + ": " +
                                         other.reason + "; release it first");
    }
    return {};
}

Status LegalHolds::check_release(std::string_view system) const {
    for (const LegalHold& hold : holds_) {
        if (hold.system == system) return {};
    }
    return refuse("hold.unknown",
                  "there is no hold on " + (system.empty() ? "everything" : std::string(system)));
}

Status LegalHolds::recorded(const RecordView& audit) {
    const Result<AuditMembers> members = parse_audit(audit);
    if (!members) return members.error();
    const bool release = members->reason == kReleaseReason;
    if (!release && members->reason != kHoldReason) return {};
    std::optional<LegalHold> hold = parse_hold(members->text);
    if (!hold) {
        return Error{"hold.record",
                     "record " + std::to_string(audit.n.value) + " is about a legal hold and does "
                         "not read as one: " + members->text,
                     ErrorClass::kFatal};
    }
    std::erase_if(holds_, [&](const LegalHold& other) { return other.system == hold->system; });
    hold->since = audit.at;
    if (!release) holds_.push_back(*std::move(hold));
    return {};
}

void LegalHolds::serialise(Bytes& out) const {
    put_u64_le(out, holds_.size());
    for (const LegalHold& hold : holds_) {
        put_text(out, hold.system);
        put_text(out, hold.reason);
        put_u64_le(out, static_cast<std::uint64_t>(hold.since));
    }
}

Result<LegalHolds> LegalHolds::restore(ByteReader& in) {
    LegalHolds holds;
    const Result<std::uint64_t> count = in.u64();
    if (!count) return count.error();
    for (std::uint64_t i = 0; i < *count; ++i) {
        Result<std::string> system = in.text();
        if (!system) return std::move(system).error();
        Result<std::string> reason = in.text();
        if (!reason) return std::move(reason).error();
        const Result<std::uint64_t> since = in.u64();
        if (!since) return since.error();
        holds.holds_.push_back({*std::move(system), *std::move(reason),
                                static_cast<TimeNs>(*since)});
    }
    return holds;
}

Status check_erasure(const Erasure& erasure, const RetentionPolicy& policy, const LegalHolds& holds,
                     const std::vector<std::string>& systems, TimeNs now) {
    using Kind = ErasureScope::Kind;
    const Day today = day_of(now);
    if (erasure.before > today) {
        return refuse("erasure.period", "only days that are over can be erased: at present those "
                                        "before " + date_of(today));
    }
    if (erasure.scope.kind != Kind::kSystem) {
        if (Status free = check_hold(holds.on(""), "refused lines"); !free) return free;
        const RetentionPolicy::Term term{policy.rejects_keep_days,
                                         "[retention] rejects_keep_days"};
        Status over = check_term(term, "refused lines", erasure.before, today);
        if (!over) return over;
    }
    if (erasure.scope.kind == Kind::kRejects) return {};
    for (const std::string& system : systems) {
        if (Status free = check_hold(holds.on(system), system); !free) return free;
        Status over = check_term(policy.term_of(system), system, erasure.before, today);
        if (!over) return over;
    }
    return {};
}

}  // namespace overlord::ledger
