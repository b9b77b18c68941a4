#include "overlord/ledger/retention.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace overlord::ledger {

namespace {

using Json = nlohmann::ordered_json;

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

// The holds with a checksum of them.
std::string file_text(const Json& holds) {
    const std::string text = holds.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::uint32_t crc = crc32c(as_bytes(text));
    Bytes bytes;
    put_u32_le(bytes, crc);
    Json file;
    file["holds"] = holds;
    file["crc32c"] = to_hex(bytes);
    return file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
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

Result<LegalHolds> LegalHolds::open(Path file, Disk& disk) {
    LegalHolds holds(std::move(file), disk);
    const Result<std::string> text = read_text_file(holds.file_);
    if (!text && text.error().code == "io.enoent") return holds;
    if (!text) return text.error();
    const Json file_json = Json::parse(*text, nullptr, false);
    const auto damaged = [&] {
        return Error{"hold.damaged",
                     holds.file_.string() +
                         " does not read as legal holds: put it back from a copy",
                     ErrorClass::kFatal};
    };
    // Written in one spelling, so that any changed byte shows.
    const bool whole = file_json.is_object() && file_json.contains("holds") &&
                       *text == file_text(file_json["holds"]);
    if (!whole || !file_json["holds"].is_array()) return damaged();
    for (const Json& one : file_json["holds"]) {
        const bool shaped = one.is_object() && one.size() == 3 && one.contains("system") &&
                            one.contains("reason") && one.contains("since") &&
                            one["system"].is_string() && one["reason"].is_string() &&
                            one["since"].is_number_integer();
        if (!shaped) return damaged();
        holds.holds_.push_back({one["system"].get<std::string>(), one["reason"].get<std::string>(),
                                one["since"].get<TimeNs>()});
    }
    return holds;
}

const LegalHold* LegalHolds::on(std::string_view system) const {
    for (const LegalHold& hold : holds_) {
        if (hold.system.empty() || hold.system == system) return &hold;
    }
    return nullptr;
}

Status LegalHolds::set(LegalHold hold) {
    std::vector<LegalHold> holds = holds_;
    for (const LegalHold& other : holds) {
        if (other.system != hold.system) continue;
        return refuse("hold.exists", "there is a hold since " + format_rfc3339(other.since) + ": " +
                                         other.reason + "; release it first");
    }
    holds.push_back(std::move(hold));
    return write(std::move(holds));
}

Status LegalHolds::release(std::string_view system) {
    std::vector<LegalHold> holds = holds_;
    const auto gone =
        std::erase_if(holds, [&](const LegalHold& hold) { return hold.system == system; });
    if (gone == 0) {
        const std::string whose = system.empty() ? "everything" : std::string(system);
        return refuse("hold.unknown", "there is no hold on " + whose);
    }
    return write(std::move(holds));
}

Status LegalHolds::write(std::vector<LegalHold> holds) {
    Json json = Json::array();
    for (const LegalHold& hold : holds) {
        json.push_back({{"system", hold.system}, {"reason", hold.reason}, {"since", hold.since}});
    }
    const std::string text = file_text(json);
    const Status written = disk_->write_file_durable(file_, as_bytes(text), 0600);
    if (written) holds_ = std::move(holds);
    return written;
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
