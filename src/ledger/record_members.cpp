// The members of records that are not events. These are few, so a JSON library reads them; the
// writer's spelling is checked by writing them again.
#include <limits>
#include <nlohmann/json.hpp>

#include "overlord/ledger/record.hpp"

namespace overlord::ledger {

namespace {

using Json = nlohmann::ordered_json;

Error bad(const RecordView& record, std::string_view what) {
    return Error{"record.members",
                 "record " + std::to_string(record.n.value) + " of kind " +
                     std::string(to_text(record.kind)) + ": " + std::string(what),
                 ErrorClass::kReject};
}

// Reads the members in their one order; any surprise makes `ok` false for good.
class Members {
public:
    explicit Members(std::string_view text)
        : json_(Json::parse("{" + std::string(text) + "}", nullptr, false)) {
        ok = json_.is_object();
        if (ok) next_ = json_.begin();
    }

    std::string text(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr || !value->is_string()) return fail<std::string>();
        return value->get<std::string>();
    }
    std::int64_t integer(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr || !value->is_number_integer()) return fail<std::int64_t>();
        return value->get<std::int64_t>();
    }
    const Json* array(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr || !value->is_array()) return fail<const Json*>();
        return value;
    }
    bool complete() const { return ok && next_ == json_.end(); }

    bool ok = false;

private:
    const Json* take(std::string_view name) {
        if (!ok || next_ == json_.end() || next_.key() != name) return nullptr;
        return &*next_++;
    }
    template <class T>
    T fail() {
        ok = false;
        return T{};
    }

    Json json_;
    Json::iterator next_;
};

// A row of strings, `least` to `most` of them.
bool string_row(const Json& row, std::size_t least, std::size_t most) {
    if (!row.is_array() || row.size() < least || row.size() > most) return false;
    for (const Json& cell : row) {
        if (!cell.is_string()) return false;
    }
    return true;
}

bool is_u32(const Json& cell) {
    return cell.is_number_unsigned() &&
           cell.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
}

bool is_kind(const RecordView& record, RecordKind kind) { return record.kind == kind; }

}  // namespace

Result<RejectMembers> parse_reject(const RecordView& record) {
    Members members(record.members);
    RejectMembers out;
    out.code = members.text("code");
    out.reason = members.text("reason");
    out.bytes = static_cast<std::uint64_t>(members.integer("bytes"));
    const std::string encoded = members.text("line");
    if (!is_kind(record, RecordKind::kReject) || !members.complete()) {
        return bad(record, "needs code, reason, bytes, line");
    }
    const Result<Bytes> line = from_base64(encoded);
    if (!line) return bad(record, "line is not base64");
    out.line = as_text(*line);
    return out;
}

Result<GapMembers> parse_gap(const RecordView& record) {
    Members members(record.members);
    GapMembers out;
    out.from = members.integer("from");
    out.to = members.integer("to");
    if (!is_kind(record, RecordKind::kGap) || !members.complete()) {
        return bad(record, "needs from, to");
    }
    return out;
}

Result<AuditMembers> parse_audit(const RecordView& record) {
    Members members(record.members);
    AuditMembers out;
    out.reason = members.text("reason");
    out.text = members.text("text");
    if (!is_kind(record, RecordKind::kAudit) || !members.complete()) {
        return bad(record, "needs reason, text");
    }
    return out;
}

Result<EraseMembers> parse_erase(const RecordView& record) {
    Members members(record.members);
    EraseMembers out;
    out.scope = members.text("scope");
    out.system = members.text("system");
    out.until = members.integer("until");
    out.before.value = static_cast<std::uint64_t>(members.integer("before"));
    out.keys = static_cast<std::uint64_t>(members.integer("keys"));
    const bool complete = is_kind(record, RecordKind::kErase) && members.complete();
    if (!complete || compose_members(out) != record.members) {
        return bad(record, "needs scope, system, until, before, keys");
    }
    return out;
}

std::string compose_members(const EraseMembers& erase) {
    std::string out = "\"scope\":";
    append_json_string(out, erase.scope);
    out += ",\"system\":";
    append_json_string(out, erase.system);
    return out + ",\"until\":" + std::to_string(erase.until) +
           ",\"before\":" + std::to_string(erase.before.value) +
           ",\"keys\":" + std::to_string(erase.keys);
}

Result<StartMembers> parse_start(const RecordView& record) {
    Members members(record.members);
    StartMembers out;
    out.engine = members.text("engine");
    out.bundle = members.text("bundle");
    out.limits = members.text("limits");
    out.version = members.text("version");
    if (!is_kind(record, RecordKind::kStart) || !members.complete()) {
        return bad(record, "needs engine, bundle, limits, version");
    }
    return out;
}

Result<VerdictMembers> parse_verdict(const RecordView& record) {
    Members members(record.members);
    VerdictMembers out;
    out.system = members.text("system");
    out.level = members.text("level");
    out.verdict = members.text("verdict");
    out.was = members.text("was");
    const Json* controls = members.array("controls");
    if (!is_kind(record, RecordKind::kVerdict) || !members.complete()) {
        return bad(record, "needs system, level, verdict, was, controls");
    }
    for (const Json& row : *controls) {
        if (!string_row(row, 4, 7) || row.size() == 5 || row.size() == 6) {
            return bad(record, "a control is neither four strings nor, if waived, seven");
        }
        const auto cell = [&row](std::size_t index) {
            return index < row.size() ? row[index].get<std::string>() : std::string();
        };
        out.controls.push_back({cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6)});
    }
    return out;
}

namespace {

bool is_pair(const Json& bad, const Json& total) {
    return is_u32(bad) && is_u32(total) && bad <= total;
}

std::optional<std::vector<Contribution>> contributions_of(const Json& rows) {
    if (!rows.is_array()) return std::nullopt;
    std::vector<Contribution> out;
    for (const Json& row : rows) {
        const bool good = row.is_array() && row.size() == 3 && row[0].is_number_unsigned() &&
                          is_pair(row[1], row[2]);
        if (!good) return std::nullopt;
        out.push_back({row[0].get<std::uint64_t>(), row[1].get<std::uint32_t>(),
                       row[2].get<std::uint32_t>()});
        if (out.size() > 1 && out[out.size() - 2].record >= out.back().record) return std::nullopt;
    }
    return out;
}

bool sums_up(const SlotValue& value) {
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
    for (const Contribution& event : *value.events) {
        bad += event.bad;
        total += event.total;
    }
    return bad == value.bad && total == value.total;
}

void append_pair(std::string& out, std::uint32_t bad, std::uint32_t total) {
    out += ',' + std::to_string(bad) + ',' + std::to_string(total);
}

void append_contributions(std::string& out, const std::vector<Contribution>& events) {
    out += ",[";
    for (const Contribution& event : events) {
        if (out.back() == ']') out += ',';
        out += '[' + std::to_string(event.record);
        append_pair(out, event.bad, event.total);
        out += ']';
    }
    out += ']';
}

}  // namespace

Result<SlotMembers> parse_slot(const RecordView& record) {
    Members members(record.members);
    SlotMembers out;
    out.plan = members.text("plan");
    out.system = members.text("system");
    out.slot = static_cast<std::uint64_t>(members.integer("slot"));
    out.count = static_cast<std::uint64_t>(members.integer("count"));
    const Json* values = members.array("values");
    if (!is_kind(record, RecordKind::kSlot) || !members.complete() || out.count == 0) {
        return bad(record, "needs plan, system, slot, count, values");
    }
    for (const Json& row : *values) {
        const bool good = row.is_array() && (row.size() == 3 || row.size() == 4) &&
                          row[0].is_string() && is_pair(row[1], row[2]);
        if (!good) return bad(record, "a value is not a control, bad and total");
        out.values.push_back({row[0].get<std::string>(), row[1].get<std::uint32_t>(),
                              row[2].get<std::uint32_t>()});
        if (row.size() == 3) continue;
        SlotValue& value = out.values.back();
        value.events = contributions_of(row[3]);
        if (!value.events || !sums_up(value) || (out.count > 1 && !value.events->empty())) {
            return bad(record, "a control's events are not those that its values are the sum of");
        }
    }
    const Result<Hash> plan = hash_from_hex(out.plan);
    const bool named = plan && to_hex(*plan) == out.plan;
    if (!named || out.values.empty() || compose_members(out) != record.members) {
        return bad(record, "is not spelled as it is written");
    }
    return out;
}

std::string compose_members(const SlotMembers& slot) {
    std::string out = "\"plan\":";
    append_json_string(out, slot.plan);
    out += ",\"system\":";
    append_json_string(out, slot.system);
    out += ",\"slot\":" + std::to_string(slot.slot);
    out += ",\"count\":" + std::to_string(slot.count);
    out += ",\"values\":[";
    for (const SlotValue& value : slot.values) {
        if (out.back() == ']') out += ',';
        out += '[';
        append_json_string(out, value.control);
        append_pair(out, value.bad, value.total);
        if (value.events) append_contributions(out, *value.events);
        out += ']';
    }
    return out + ']';
}

Result<std::vector<Check>> parse_checks(const RecordView& record) {
    std::vector<Check> out;
    if (record.checks.empty()) return out;
    const Json rows = Json::parse(record.checks, nullptr, false);
    if (!rows.is_array()) return bad(record, "checks is not an array");
    for (const Json& row : rows) {
        if (!string_row(row, 2, 3)) return bad(record, "a check is not two or three strings");
        out.push_back({row[0].get<std::string>(), row[1].get<std::string>(),
                       row.size() == 3 ? row[2].get<std::string>() : std::string()});
    }
    return out;
}

}  // namespace overlord::ledger
