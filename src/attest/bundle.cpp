#include "overlord/attest/bundle.hpp"

#include <array>

#include "json.hpp"

namespace overlord::attest {
namespace {

constexpr std::string_view kZkBegin = R"({"format":"zk-overlords/proof-bundle/v2",)";

Error field_error(std::string_view what) {
    return Error{"bundle.field", std::string(what) + " is missing or malformed"};
}

Result<tlog::Proof> read_hashes(const Json& json, const char* name) {
    const auto list = json.find(name);
    if (list == json.end() || !list->is_array() || list->size() > tlog::kProofHashesMax) {
        return field_error(name);
    }
    tlog::Proof hashes;
    for (const Json& item : *list) {
        const auto* text = item.get_ptr<const std::string*>();
        const Result<Hash> hash = hash_from_base64(text == nullptr ? "" : *text);
        if (!hash) {
            return field_error(std::string(name) + "[" + std::to_string(hashes.size()) + "]");
        }
        hashes.push_back(*hash);
    }
    return hashes;
}

Status read_proof(const Json& json, Bundle& bundle) {
    const std::string* text = find_text(json, "entry_proof");
    if (text == nullptr) return field_error("entry_proof");
    Result<tlog::TlogProof> proof = tlog::TlogProof::parse(*text);
    if (!proof) return with_context(proof.error(), "entry_proof");
    bundle.entry_proof = std::move(*proof);
    return {};
}

Result<ProvenEntry> read_entry(const Json& json, const char* name) {
    const Json* object = find_object(json, name);
    const std::string* text = object == nullptr ? nullptr : find_text(*object, "entry");
    ProvenEntry entry;
    if (text == nullptr || !find_unsigned(*object, "index", entry.index.value)) {
        return field_error(std::string("zk.") + name);
    }
    Result<tlog::Proof> hashes = read_hashes(*object, "hashes");
    if (!hashes) return with_context(hashes.error(), std::string("zk.") + name);
    entry.entry = *text;
    entry.hashes = *std::move(hashes);
    return entry;
}

Result<ZkPart::Ends> read_ends(const Json& json) {
    ZkPart::Ends ends;
    const std::array<std::pair<const char*, ProvenEntry*>, 3> members = {
        {{"before", &ends.before}, {"last", &ends.last}, {"range", &ends.range}}};
    for (const auto& [name, entry] : members) {
        Result<ProvenEntry> read = read_entry(json, name);
        if (!read) return std::move(read).error();
        *entry = *std::move(read);
    }
    return ends;
}

Result<ZkPart> read_zk(const Json& json) {
    ZkPart part;
    const std::string* document = find_text(json, "document");
    const auto ends = json.find("ends");
    if (document == nullptr) return field_error("zk.document");
    if (ends == json.end() || !ends->is_array()) return field_error("zk.ends");
    part.document = *document;
    Result<ProvenEntry> entry = read_entry(json, "entry");
    if (!entry) return std::move(entry).error();
    part.entry = *std::move(entry);
    Result<ProvenEntry> streams = read_entry(json, "streams");
    if (!streams) return std::move(streams).error();
    part.streams = *std::move(streams);
    Result<tlog::Proof> consistency = read_hashes(json, "consistency");
    if (!consistency) return with_context(consistency.error(), "zk");
    part.consistency = *std::move(consistency);
    for (const Json& item : *ends) {
        Result<ZkPart::Ends> read = read_ends(item);
        if (!read) return std::move(read).error();
        part.ends.push_back(*std::move(read));
    }
    return part;
}

Status read_zk_member(const Json& json, Bundle& bundle) {
    const std::string* format = find_text(json, "format");
    if (format != nullptr && *format == kBundleFormat) return {};
    if (format == nullptr || *format != kZkBundleFormat) {
        return Error{"bundle.format", "format is neither " + std::string(kBundleFormat) + " nor " +
                                          std::string(kZkBundleFormat)};
    }
    const Json* zk = find_object(json, "zk");
    if (zk == nullptr) return field_error("zk");
    Result<ZkPart> part = read_zk(*zk);
    if (!part) return std::move(part).error();
    bundle.zk = *std::move(part);
    return {};
}

Result<Bundle> read_bundle(const Json& json) {
    Bundle bundle;
    if (Status zk = read_zk_member(json, bundle); !zk) return zk.error();
    const Json* envelope = find_object(json, "envelope");
    if (envelope == nullptr) return field_error("envelope");
    Result<Envelope> parsed = parse_envelope(canonical_text(*envelope));
    if (!parsed) return parsed.error();
    bundle.envelope = std::move(*parsed);
    const std::string* entry = find_text(json, "entry");
    if (entry == nullptr) return field_error("entry");
    bundle.entry = *entry;
    if (Status proof = read_proof(json, bundle); !proof) return proof.error();
    Result<tlog::Proof> consistency = read_hashes(json, "consistency");
    if (!consistency) return consistency.error();
    bundle.consistency = std::move(*consistency);
    const Json* rules = find_object(json, "rules");
    const std::string* digest = rules == nullptr ? nullptr : find_text(*rules, "bundle");
    if (digest == nullptr) return field_error("rules.bundle");
    bundle.rules_bundle = *digest;
    return bundle;
}

Json hash_list(const tlog::Proof& hashes) {
    Json list = Json::array();
    for (const Hash& hash : hashes) list.push_back(to_base64(hash));
    return list;
}

Json entry_object(const ProvenEntry& entry) {
    Json json = Json::object();
    json["entry"] = entry.entry;
    json["index"] = entry.index.value;
    json["hashes"] = hash_list(entry.hashes);
    return json;
}

Json zk_object(const ZkPart& part) {
    Json json = Json::object();
    json["document"] = part.document;
    json["entry"] = entry_object(part.entry);
    json["streams"] = entry_object(part.streams);
    json["consistency"] = hash_list(part.consistency);
    json["ends"] = Json::array();
    for (const ZkPart::Ends& ends : part.ends) {
        Json one = Json::object();
        one["before"] = entry_object(ends.before);
        one["last"] = entry_object(ends.last);
        one["range"] = entry_object(ends.range);
        json["ends"].push_back(std::move(one));
    }
    return json;
}

Json envelope_object(const Envelope& envelope) {
    const Result<Json> json = parse_json(to_json(envelope), "bundle.syntax");
    OVERLORD_ASSERT(json.has_value());
    return *json;
}

}  // namespace

Result<std::string> make_bundle(const Bundle& bundle) {
    Json json = Json::object();
    json["format"] = bundle.zk ? kZkBundleFormat : kBundleFormat;
    json["envelope"] = envelope_object(bundle.envelope);
    json["entry"] = bundle.entry;
    json["entry_proof"] = bundle.entry_proof.to_text();
    json["consistency"] = hash_list(bundle.consistency);
    json["rules"] = {{"bundle", bundle.rules_bundle}};
    if (bundle.zk) json["zk"] = zk_object(*bundle.zk);
    std::string text = canonical_text(json) + "\n";
    const std::size_t most = bundle.zk ? kZkBundleBytesMax : kBundleBytesMax;
    if (text.size() > most) {
        return Error{"bundle.size", "the bundle has " + std::to_string(text.size()) +
                                        " bytes, at most " + std::to_string(most) +
                                        " are allowed"};
    }
    return text;
}

bool looks_like_bundle(std::string_view text) {
    return text.starts_with("{\"format\":");
}

Result<Bundle> parse_bundle(std::string_view text) {
    const bool zk = text.starts_with(kZkBegin);
    if (text.size() > (zk ? kZkBundleBytesMax : kBundleBytesMax)) {
        return Error{"bundle.size", "the bundle is too long"};
    }
    if (text.ends_with('\n')) text.remove_suffix(1);
    const Result<Json> json = parse_json(text, "bundle.syntax");
    if (!json) return with_context(json.error(), "proof bundle");
    if (!json->is_object() || !has_canonical_text(*json)) {
        return Error{"bundle.syntax", "the bundle is no JSON object of this format"};
    }
    Result<Bundle> bundle = read_bundle(*json);
    if (!bundle) return with_context(bundle.error(), "proof bundle");
    const Result<std::string> again = make_bundle(*bundle);
    if (!again || std::string_view(*again).substr(0, again->size() - 1) != text) {
        return Error{"bundle.syntax", "the bundle is not in its canonical form"};
    }
    return bundle;
}

}  // namespace overlord::attest
