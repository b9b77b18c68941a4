#include "overlord/ledger/record.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "overlord/crypto/sha256.hpp"

namespace overlord::ledger {

namespace {

constexpr std::string_view kCommitmentDomain{"zk-overlords/record/v1\0", 23};

constexpr std::array<std::pair<std::string_view, RecordKind>, 13> kKinds{{
    {"event", RecordKind::kEvent},
    {"verdict", RecordKind::kVerdict},
    {"tick", RecordKind::kTick},
    {"reject", RecordKind::kReject},
    {"gap", RecordKind::kGap},
    {"audit", RecordKind::kAudit},
    {"start", RecordKind::kStart},
    {"stop", RecordKind::kStop},
    {"erase", RecordKind::kErase},
    {"slot", RecordKind::kSlot},
    {"restart", RecordKind::kRestart},
    {"heartbeat", RecordKind::kHeartbeat},
    {"gap", RecordKind::kMissing},  // after kGap: `parse` tells them apart by their members
}};

template <class Integer>
void append_integer(std::string& out, Integer value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
}

Error syntax(std::string_view what) {
    return Error{"record.syntax", "record: " + std::string(what), ErrorClass::kReject};
}

bool skip(std::string_view& rest, std::string_view expected) {
    if (!rest.starts_with(expected)) return false;
    rest.remove_prefix(expected.size());
    return true;
}

// A canonical integer: no plus, no leading zero, no "-0".
template <class Integer>
bool take_integer(std::string_view& rest, Integer& value) {
    const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (end.ec != std::errc{}) return false;
    const std::string_view digits = rest.substr(0, static_cast<std::size_t>(end.ptr - rest.data()));
    const std::string_view magnitude = digits.front() == '-' ? digits.substr(1) : digits;
    if (magnitude.front() == '0' && digits.size() > 1) return false;
    rest.remove_prefix(digits.size());
    return true;
}

// The length of the JSON array at the front of `text`, 0 when it does not end. Knows strings and
// brackets only; parse_checks reads what is inside.
std::size_t array_length(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[') {
            ++depth;
        } else if (c == ']' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

Result<RecordView> parse_event(RecordView view, std::string_view rest) {
    view.late = skip(rest, ",\"late\":true");
    if (skip(rest, ",\"checks\":")) {
        if (rest.empty() || rest.front() != '[') return syntax("\"checks\" is not an array");
        const std::size_t length = array_length(rest);
        if (length == 0) return syntax("\"checks\" does not end");
        view.checks = rest.substr(0, length);
        rest.remove_prefix(length);
    }
    if (!skip(rest, ",\"event\":")) return syntax("no \"event\" where it belongs");
    if (rest.size() < 3 || rest.front() != '{' || !rest.ends_with("}}")) {
        return syntax("the event is not an object that ends the record");
    }
    view.event = rest.substr(0, rest.size() - 1);
    return view;
}

Result<RecordView> parse_other(RecordView view, std::string_view rest) {
    if (!rest.ends_with('}')) return syntax("no closing brace");
    rest.remove_suffix(1);
    const bool bare = view.kind == RecordKind::kTick || view.kind == RecordKind::kStop;
    if (rest.empty() && bare) return view;
    if (bare) return syntax("members that this kind does not have");
    if (!skip(rest, ",\"")) return syntax("no members after the kind");
    view.members = std::string_view(rest.data() - 1, rest.size() + 1);
    if (view.kind == RecordKind::kGap && view.members.starts_with("\"source\":"))
        view.kind = RecordKind::kMissing;
    return view;
}

}  // namespace

std::string_view to_text(RecordKind kind) {
    for (const auto& [name, value] : kKinds) {
        if (value == kind) return name;
    }
    return "";
}

void append_record(std::string& out, RecordIndex n, TimeNs at, std::string_view body,
                   std::string_view payload) {
    out += "{\"v\":1,\"n\":";
    append_integer(out, n.value);
    out += ",\"at\":";
    append_integer(out, at);
    out += ',';
    out += body;
    out += payload;
    out += '}';
}

std::string compose(RecordIndex n, TimeNs at, std::string_view body, std::string_view payload) {
    std::string record;
    record.reserve(64 + body.size() + payload.size());
    append_record(record, n, at, body, payload);
    return record;
}

Result<RecordView> parse(std::string_view record) {
    RecordView view;
    std::string_view rest = record;
    if (record.size() > kRecordBytesMax) return syntax("longer than a record may be");
    if (!skip(rest, "{\"v\":1,\"n\":")) return syntax("does not begin with {\"v\":1,\"n\":");
    if (!take_integer(rest, view.n.value)) return syntax("\"n\" is not a canonical integer");
    if (!skip(rest, ",\"at\":")) return syntax("no \"at\" after \"n\"");
    if (!take_integer(rest, view.at)) return syntax("\"at\" is not a canonical integer");
    if (!skip(rest, ",\"kind\":\"")) return syntax("no \"kind\" after \"at\"");
    for (const auto& [name, kind] : kKinds) {
        std::string_view after = rest;
        if (!skip(after, name) || !skip(after, "\"")) continue;
        rest = after;
        view.kind = kind;
        return kind == RecordKind::kEvent ? parse_event(view, rest) : parse_other(view, rest);
    }
    return syntax("unknown kind");
}

Hash commitment(const Hash& salt, std::string_view record) {
    return crypto::sha256({as_bytes(kCommitmentDomain), salt, as_bytes(record)});
}

}  // namespace overlord::ledger
