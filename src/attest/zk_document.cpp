#include "overlord/attest/zk_document.hpp"

#include "json.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {
namespace {

Error field(const std::string& what) {
    return Error{"zk.field", "zero-knowledge document: " + what, ErrorClass::kReject};
}

Json statement_object(const ZkStatement& statement) {
    Json json = Json::object();
    json["control"] = statement.control;
    json["stream"] = to_hex(statement.stream);
    json["tag"] = to_base64(zk::to_bytes(statement.tag));
    json["generation"] = statement.generation;
    json["first"] = statement.first;
    json["count"] = statement.count;
    json["begin"] = statement.begin;
    json["holds"] = statement.holds;
    return json;
}

Json proof_object(const ZkProof& proof) {
    Json json = Json::object();
    json["from"] = proof.from;
    json["count"] = proof.count;
    json["proof"] = to_base64(proof.proof);
    return json;
}

std::string text_of(const ZkDocument& document) {
    Json json = Json::object();
    json["format"] = kZkDocumentFormat;
    json["origin"] = document.origin;
    json["size"] = document.size.value;
    json["root"] = to_base64(document.root);
    json["attestation"] = to_hex(document.attestation);
    json["bundle"] = to_hex(document.bundle);
    json["system"] = document.system;
    json["plan"] = document.plan;
    json["stream_key"] = to_base64(document.stream_key);
    json["statements"] = Json::array();
    for (const ZkStatement& s : document.statements) {
        json["statements"].push_back(statement_object(s));
    }
    json["proofs"] = Json::array();
    for (const ZkProof& proof : document.proofs) json["proofs"].push_back(proof_object(proof));
    return canonical_text(json);
}

std::string text_or_empty(const Json& object, const char* name) {
    const std::string* text = find_text(object, name);
    return text == nullptr ? std::string() : *text;
}

Status read_hash(Result<Hash> hash, const char* name, Hash& value) {
    if (!hash) return field(std::string(name) + " is missing or malformed");
    value = *hash;
    return {};
}

Result<ZkStatement> read_statement(const Json& json) {
    ZkStatement statement;
    statement.control = text_or_empty(json, "control");
    const Result<Hash> stream = hash_from_hex(text_or_empty(json, "stream"));
    const Result<Bytes> tag = from_base64(text_or_empty(json, "tag"));
    const std::optional<zk::StreamTag> read =
        tag ? zk::stream_tag_of(*tag) : std::optional<zk::StreamTag>();
    std::uint64_t generation = zk::kGenerationsMax;
    const bool numbers = find_unsigned(json, "generation", generation) &&
                         find_unsigned(json, "first", statement.first) &&
                         find_unsigned(json, "count", statement.count) &&
                         find_unsigned(json, "begin", statement.begin);
    const auto holds = json.is_object() ? json.find("holds") : json.end();
    if (!stream || !read || !numbers || holds == json.end() || !holds->is_boolean()) {
        return field("a statement is malformed");
    }
    statement.stream = *stream;
    if (generation >= zk::kGenerationsMax) {
        return field("no control has " + std::to_string(generation) + " streams before one");
    }
    statement.tag = *read;
    statement.generation = static_cast<std::uint32_t>(generation);
    statement.holds = holds->get<bool>();
    const bool window = statement.count > 0 && statement.begin <= statement.first &&
                        statement.first <= UINT64_MAX - statement.count;
    if (!window) return field("the window of " + statement.control + " has no slots");
    return statement;
}

Result<ZkProof> read_proof(const Json& json) {
    ZkProof proof;
    Result<Bytes> bytes = from_base64(text_or_empty(json, "proof"));
    if (!bytes || !find_unsigned(json, "from", proof.from) ||
        !find_unsigned(json, "count", proof.count)) {
        return field("a proof is malformed");
    }
    proof.proof = std::move(*bytes);
    return proof;
}

Status read_lists(const Json& json, ZkDocument& document) {
    const auto statements = json.find("statements");
    const auto proofs = json.find("proofs");
    if (statements == json.end() || !statements->is_array()) return field("no statements");
    if (proofs == json.end() || !proofs->is_array()) return field("no proofs");
    for (const Json& item : *statements) {
        Result<ZkStatement> statement = read_statement(item);
        if (!statement) return statement.error();
        document.statements.push_back(std::move(*statement));
    }
    for (const Json& item : *proofs) {
        Result<ZkProof> proof = read_proof(item);
        if (!proof) return proof.error();
        document.proofs.push_back(std::move(*proof));
    }
    return {};
}

Result<ZkDocument> read_document(const Json& json) {
    ZkDocument document;
    if (text_or_empty(json, "format") != kZkDocumentFormat) {
        return Error{"zk.format",
                     "zero-knowledge document: not of the format " + std::string(kZkDocumentFormat),
                     ErrorClass::kReject};
    }
    document.origin = text_or_empty(json, "origin");
    document.system = text_or_empty(json, "system");
    document.plan = text_or_empty(json, "plan");
    if (document.origin.empty() || document.system.empty()) return field("origin or system");
    if (!find_unsigned(json, "size", document.size.value)) return field("size");
    Status read = read_hash(hash_from_base64(text_or_empty(json, "root")), "root", document.root);
    if (read) {
        read = read_hash(hash_from_hex(text_or_empty(json, "attestation")), "attestation",
                         document.attestation);
    }
    if (read) read = read_hash(hash_from_hex(text_or_empty(json, "bundle")), "bundle",
                               document.bundle);
    if (read) {
        read = read_hash(hash_from_base64(text_or_empty(json, "stream_key")), "stream_key",
                         document.stream_key);
    }
    if (read) read = read_lists(json, document);
    if (!read) return read.error();
    return document;
}

// The statements are proved controls of the plan, each once at most and in its order.
Status check_controls(const ZkDocument& document, const ProofPlan& plan) {
    std::size_t next = 0;
    for (const ZkStatement& statement : document.statements) {
        while (next < plan.controls.size() && plan.controls[next].control != statement.control) {
            ++next;
        }
        if (next == plan.controls.size() || !plan.controls[next].proved()) {
            return field(statement.control + " is not the plan's next control to be proved");
        }
        ++next;
    }
    return {};
}

Status check_cover(const ZkDocument& document) {
    std::uint64_t covered = 0;
    for (const ZkProof& proof : document.proofs) {
        const bool next = proof.from == covered && proof.count > 0 &&
                          proof.count <= zk::kAggregationMax &&
                          proof.count <= document.statements.size() - covered;
        if (!next) return field("the proofs do not cover the statements in order");
        covered += proof.count;
    }
    if (covered != document.statements.size()) return field("statements without a proof");
    return {};
}

}  // namespace

Result<std::string> compose(const ZkDocument& document) {
    std::string line = text_of(document);
    if (line.size() > kZkDocumentBytesMax) {
        return Error{"zk.size", "a zero-knowledge document of " + std::to_string(line.size()) +
                                    " bytes, at most " + std::to_string(kZkDocumentBytesMax) +
                                    " are allowed"};
    }
    return line;
}

Result<ZkDocument> parse_zk_document(std::string_view line) {
    if (line.size() > kZkDocumentBytesMax) return Error{"zk.size", "the document is too long"};
    const Result<Json> json = parse_json(line, "zk.syntax");
    if (!json) return with_context(json.error(), "zero-knowledge document");
    if (!json->is_object()) return Error{"zk.syntax", "the document is no JSON object"};
    Result<ZkDocument> document = read_document(*json);
    if (!document) return document.error();
    // One writer: another order, a member more, other spellings of a number or a text are refused.
    if (text_of(*document) != line) {
        return Error{"zk.syntax", "the document is not in its canonical form"};
    }
    const Result<ProofPlan> plan = parse_plan(document->plan);
    if (!plan) return with_context(plan.error(), "zero-knowledge document");
    if (Status controls = check_controls(*document, *plan); !controls) return controls.error();
    if (Status cover = check_cover(*document); !cover) return cover.error();
    return document;
}

Hash document_digest(std::string_view line) {
    return crypto::sha256(as_bytes(line));
}

Result<std::vector<zk::WindowStatement>> windows_of(const ZkDocument& document,
                                                    const ProofPlan& plan, std::size_t index) {
    if (index >= document.proofs.size()) return field("no such proof");
    const ZkProof& proof = document.proofs[index];
    std::vector<zk::WindowStatement> windows;
    for (std::uint64_t i = proof.from; i < proof.from + proof.count; ++i) {
        if (i >= document.statements.size()) return field("a proof of statements not there");
        const ZkStatement& statement = document.statements[i];
        const PlanControl* control = plan.find(statement.control);
        if (control == nullptr || !control->proved()) {
            return field(statement.control + " is not proved by the plan");
        }
        const zk::Direction direction =
            statement.holds ? zk::Direction::kHolds : zk::Direction::kFails;
        windows.push_back({statement.stream, statement.first, statement.count,
                           zk::linear_form(control->limit, direction), direction});
    }
    return windows;
}

}  // namespace overlord::attest
