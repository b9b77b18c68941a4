#include "overlord/attest/statement.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {
namespace {

// Members of the predicate that the statement writes itself, around the claim's.
constexpr std::array<std::string_view, 5> kOwnMembers = {"v", "log", "at", "zero_knowledge",
                                                         "clock"};
constexpr int kPredicateVersion = 1;
constexpr const char* kNoZeroKnowledge = "this attestation carries no zero-knowledge statement";
constexpr const char* kProvedBeside =
    "proved in a document of its own, whose digest is in the log behind this attestation's";

bool is_own(std::string_view name) {
    return std::find(kOwnMembers.begin(), kOwnMembers.end(), name) != kOwnMembers.end();
}

Result<Json> parse_claim(std::string_view claim) {
    Result<Json> json = parse_json(claim, "statement.claim");
    if (!json) return with_context(json.error(), "claim");
    if (!json->is_object()) return Error{"statement.claim", "the claim is no JSON object"};
    if (!has_canonical_text(*json) || canonical_text(*json) != claim) {
        return Error{"statement.claim", "the claim is not in its canonical form"};
    }
    for (const auto& member : json->items()) {
        if (is_own(member.key())) {
            return Error{"statement.claim", "the claim may not use the member " + member.key()};
        }
    }
    return json;
}

Json log_object(const LogPosition& log) {
    Json json = Json::object();
    json["origin"] = log.origin;
    json["size"] = log.size.value;
    json["root"] = to_base64(log.root);
    json["records"] = log.records.value;
    return json;
}

Json zero_knowledge_object(const ProvedControls& proved) {
    if (proved.controls.empty()) {
        return {{"statements", Json::array()}, {"note", kNoZeroKnowledge}};
    }
    Json json = Json::object();
    json["plan"] = to_hex(proved.plan);
    json["controls"] = Json::array();
    for (const ProvedControl& control : proved.controls) {
        Json object = Json::object();
        object["control"] = control.control;
        object["mode"] = control.mode;
        object["form"] = control.form;
        json["controls"].push_back(std::move(object));
    }
    json["note"] = kProvedBeside;
    return json;
}

Json predicate_object(const Statement& statement, const Json& claim) {
    Json predicate = Json::object();
    predicate["v"] = kPredicateVersion;
    for (const auto& member : claim.items()) predicate[member.key()] = member.value();
    predicate["log"] = log_object(statement.log);
    predicate["at"] = statement.at;
    predicate["zero_knowledge"] = zero_knowledge_object(statement.proved);
    predicate["clock"] = statement.clock;
    return predicate;
}

Json statement_object(const Statement& statement, const Json& claim) {
    Json subject = Json::object();
    subject["name"] = statement.system;
    subject["digest"] = {{"sha256", to_hex(statement.subject_digest)}};
    Json json = Json::object();
    json["_type"] = kStatementType;
    json["subject"] = Json::array({std::move(subject)});
    json["predicateType"] = kPredicateType;
    json["predicate"] = predicate_object(statement, claim);
    return json;
}

Error field_error(std::string_view what) {
    return Error{"statement.field", std::string(what) + " is missing or malformed"};
}

Result<LogPosition> read_log(const Json& predicate) {
    const Json* log = find_object(predicate, "log");
    if (log == nullptr) return field_error("predicate.log");
    const std::string* origin = find_text(*log, "origin");
    const std::string* root = find_text(*log, "root");
    LogPosition position;
    if (origin == nullptr || origin->empty()) return field_error("predicate.log.origin");
    if (!find_unsigned(*log, "size", position.size.value)) return field_error("predicate.log.size");
    if (!find_unsigned(*log, "records", position.records.value)) {
        return field_error("predicate.log.records");
    }
    const Result<Hash> hash = hash_from_base64(root == nullptr ? "" : *root);
    if (!hash) return field_error("predicate.log.root");
    position.origin = *origin;
    position.root = *hash;
    return position;
}

Status read_subject(const Json& json, Statement& statement) {
    const auto subject = json.find("subject");
    if (subject == json.end() || !subject->is_array() || subject->size() != 1) {
        return Error{"statement.field", "a statement has exactly one subject"};
    }
    const std::string* name = find_text(subject->front(), "name");
    if (name == nullptr || name->empty()) return field_error("subject[0].name");
    const Json* digests = find_object(subject->front(), "digest");
    const std::string* digest = digests == nullptr ? nullptr : find_text(*digests, "sha256");
    const Result<Hash> hash = hash_from_hex(digest == nullptr ? "" : *digest);
    if (!hash) return field_error("subject[0].digest.sha256");
    statement.system = *name;
    statement.subject_digest = *hash;
    return {};
}

// What does not come out as it was read is refused by the comparison of the whole payload.
Result<ProvedControls> read_proved(const Json& predicate) {
    ProvedControls proved;
    const Json* object = find_object(predicate, "zero_knowledge");
    if (object == nullptr) return field_error("predicate.zero_knowledge");
    const auto controls = object->find("controls");
    if (controls == object->end()) return proved;
    const std::string* plan = find_text(*object, "plan");
    const Result<Hash> digest = hash_from_hex(plan == nullptr ? "" : *plan);
    if (!digest || !controls->is_array()) return field_error("predicate.zero_knowledge.plan");
    proved.plan = *digest;
    for (const Json& item : *controls) {
        const std::string* control = find_text(item, "control");
        const std::string* mode = find_text(item, "mode");
        const std::string* form = find_text(item, "form");
        if (control == nullptr || mode == nullptr || form == nullptr) {
            return field_error("predicate.zero_knowledge.controls");
        }
        proved.controls.push_back({*control, *mode, *form});
    }
    return proved;
}

Status read_predicate(const Json& predicate, Statement& statement) {
    std::uint64_t version = 0;
    if (!find_unsigned(predicate, "v", version) || version != kPredicateVersion) {
        return Error{"statement.field", "predicate.v is not 1"};
    }
    const Result<LogPosition> log = read_log(predicate);
    if (!log) return log.error();
    statement.log = *log;
    if (!find_signed(predicate, "at", statement.at)) return field_error("predicate.at");
    const std::string* clock = find_text(predicate, "clock");
    if (clock == nullptr) return field_error("predicate.clock");
    statement.clock = *clock;
    Result<ProvedControls> proved = read_proved(predicate);
    if (!proved) return proved.error();
    statement.proved = std::move(*proved);
    Json claim = Json::object();
    if (!has_canonical_text(predicate)) {
        return Error{"statement.field", "the predicate holds a number that is no integer"};
    }
    for (const auto& member : predicate.items()) {
        if (!is_own(member.key())) claim[member.key()] = member.value();
    }
    statement.claim = canonical_text(claim);
    return {};
}

Status check_types(const Json& json) {
    const std::string* type = find_text(json, "_type");
    if (type == nullptr || *type != kStatementType) {
        return Error{"statement.type", "_type is not " + std::string(kStatementType)};
    }
    const std::string* predicate_type = find_text(json, "predicateType");
    if (predicate_type == nullptr || *predicate_type != kPredicateType) {
        return Error{"statement.type", "predicateType is not " + std::string(kPredicateType)};
    }
    return {};
}

}  // namespace

Result<std::string> make_statement(const Statement& statement) {
    if (statement.system.empty()) return Error{"statement.field", "the system has no name"};
    if (statement.log.origin.empty()) return Error{"statement.field", "the log has no origin"};
    const Result<Json> claim = parse_claim(statement.claim);
    if (!claim) return claim.error();
    std::string payload = canonical_text(statement_object(statement, *claim));
    if (payload.size() > kPayloadBytesMax) {
        return Error{"statement.size", "the statement has " + std::to_string(payload.size()) +
                                           " bytes, at most " + std::to_string(kPayloadBytesMax) +
                                           " are allowed"};
    }
    return payload;
}

Result<Statement> parse_statement(std::string_view payload) {
    if (payload.size() > kPayloadBytesMax) {
        return Error{"statement.size", "the payload is too long"};
    }
    const Result<Json> json = parse_json(payload, "statement.syntax");
    if (!json) return with_context(json.error(), "statement");
    if (!json->is_object()) return Error{"statement.syntax", "the statement is no JSON object"};
    if (Status types = check_types(*json); !types) return types.error();
    Statement statement;
    if (Status subject = read_subject(*json, statement); !subject) return subject.error();
    const Json* predicate = find_object(*json, "predicate");
    if (predicate == nullptr) return field_error("predicate");
    if (Status read = read_predicate(*predicate, statement); !read) return read.error();
    // One writer: whatever it would not have written in these very bytes is refused, so that two
    // readers cannot read one payload differently.
    const Result<std::string> again = make_statement(statement);
    if (!again || *again != payload) {
        return Error{"statement.syntax", "the statement is not in its canonical form"};
    }
    return statement;
}

Result<ClaimSummary> summarize_claim(std::string_view claim) {
    const Result<Json> json = parse_json(claim, "statement.claim");
    if (!json) return json.error();
    ClaimSummary summary;
    const std::string* bundle = find_text(*json, "bundle");
    if (bundle == nullptr || !hash_from_hex(*bundle)) {
        return Error{"statement.claim", "predicate.bundle is not a digest"};
    }
    const std::string* verdict = find_text(*json, "verdict");
    constexpr std::array<std::string_view, 3> kVerdicts = {"compliant", "non_compliant", "unknown"};
    if (verdict == nullptr ||
        std::find(kVerdicts.begin(), kVerdicts.end(), *verdict) == kVerdicts.end()) {
        return Error{"statement.claim",
                     "predicate.verdict is none of compliant, non_compliant, unknown"};
    }
    const auto provisional = json->find("provisional");
    if (provisional != json->end()) {
        if (!provisional->is_boolean()) {
            return Error{"statement.claim", "predicate.provisional is neither true nor false"};
        }
        summary.provisional = provisional->get<bool>();
    }
    summary.bundle = *bundle;
    summary.verdict = *verdict;
    return summary;
}

Result<std::vector<ControlVerdict>> claimed_controls(std::string_view claim) {
    const Result<Json> json = parse_json(claim, "statement.claim");
    if (!json) return json.error();
    const Error malformed{"statement.claim", "predicate.levels is not a list of levels"};
    std::vector<ControlVerdict> verdicts;
    const auto levels = json->is_object() ? json->find("levels") : json->end();
    if (levels == json->end() || !levels->is_array()) return malformed;
    for (const Json& level : *levels) {
        const auto controls = level.is_object() ? level.find("controls") : level.end();
        if (controls == level.end() || !controls->is_array()) return malformed;
        for (const Json& item : *controls) {
            const std::string* control = find_text(item, "id");
            const std::string* verdict = find_text(item, "verdict");
            if (control == nullptr || verdict == nullptr) return malformed;
            verdicts.push_back({*control, *verdict});
        }
    }
    return verdicts;
}

Hash attestation_digest(std::string_view payload) {
    return crypto::sha256(as_bytes(payload));
}

Hash evidence_key(const Statement& statement) {
    // Each part has a fixed length or a length before it, so no two statements run together.
    Bytes text;
    put_text(text, "zk-overlords/evidence/v1");
    put_text(text, statement.system);
    put_bytes(text, statement.subject_digest);
    put_text(text, statement.claim);
    if (!statement.proved.controls.empty()) {
        put_bytes(text, statement.proved.plan);
        for (const ProvedControl& proved : statement.proved.controls) {
            put_text(text, proved.control);
            put_text(text, proved.mode);
            put_text(text, proved.form);
        }
    }
    return crypto::sha256(text);
}

std::string compose_entry(const AttestationEntry& entry) {
    return R"({"v":1,"kind":"attestation","at":)" + std::to_string(entry.at) + R"(,"digest":")" +
           to_hex(entry.digest) + "\"}";
}

Result<AttestationEntry> parse_entry(std::string_view text) {
    const Result<Json> json = parse_json(text, "entry.syntax");
    if (!json) return with_context(json.error(), "entry");
    AttestationEntry entry;
    const std::string* digest = find_text(*json, "digest");
    const Result<Hash> hash = hash_from_hex(digest == nullptr ? "" : *digest);
    if (!hash || !find_signed(*json, "at", entry.at)) {
        return Error{"entry.syntax", "not an attestation's entry"};
    }
    entry.digest = *hash;
    if (compose_entry(entry) != text) {
        return Error{"entry.syntax", "not an attestation's entry in its canonical form"};
    }
    return entry;
}

}  // namespace overlord::attest
