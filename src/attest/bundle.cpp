#include "overlord/attest/bundle.hpp"

#include "json.hpp"

namespace overlord::attest {
namespace {

Error field_error(std::string_view what) {
    return Error{"bundle.field", std::string(what) + " is missing or malformed"};
}

Result<tlog::Proof> read_hashes(const Json& json) {
    const auto list = json.find("consistency");
    if (list == json.end() || !list->is_array() || list->size() > tlog::kProofHashesMax) {
        return field_error("consistency");
    }
    tlog::Proof hashes;
    for (const Json& item : *list) {
        const auto* text = item.get_ptr<const std::string*>();
        const Result<Hash> hash = hash_from_base64(text == nullptr ? "" : *text);
        if (!hash) return field_error("consistency[" + std::to_string(hashes.size()) + "]");
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

Result<Bundle> read_bundle(const Json& json) {
    const std::string* format = find_text(json, "format");
    if (format == nullptr || *format != kBundleFormat) {
        return Error{"bundle.format", "format is not " + std::string(kBundleFormat)};
    }
    Bundle bundle;
    const Json* envelope = find_object(json, "envelope");
    if (envelope == nullptr) return field_error("envelope");
    Result<Envelope> parsed = parse_envelope(canonical_text(*envelope));
    if (!parsed) return parsed.error();
    bundle.envelope = std::move(*parsed);
    const std::string* entry = find_text(json, "entry");
    if (entry == nullptr) return field_error("entry");
    bundle.entry = *entry;
    if (Status proof = read_proof(json, bundle); !proof) return proof.error();
    Result<tlog::Proof> consistency = read_hashes(json);
    if (!consistency) return consistency.error();
    bundle.consistency = std::move(*consistency);
    const Json* rules = find_object(json, "rules");
    const std::string* digest = rules == nullptr ? nullptr : find_text(*rules, "bundle");
    if (digest == nullptr) return field_error("rules.bundle");
    bundle.rules_bundle = *digest;
    return bundle;
}

Json envelope_object(const Envelope& envelope) {
    const Result<Json> json = parse_json(to_json(envelope), "bundle.syntax");
    OVERLORD_ASSERT(json.has_value());
    return *json;
}

}  // namespace

Result<std::string> make_bundle(const Bundle& bundle) {
    Json json = Json::object();
    json["format"] = kBundleFormat;
    json["envelope"] = envelope_object(bundle.envelope);
    json["entry"] = bundle.entry;
    json["entry_proof"] = bundle.entry_proof.to_text();
    json["consistency"] = Json::array();
    for (const Hash& hash : bundle.consistency) json["consistency"].push_back(to_base64(hash));
    json["rules"] = {{"bundle", bundle.rules_bundle}};
    std::string text = canonical_text(json) + "\n";
    if (text.size() > kBundleBytesMax) {
        return Error{"bundle.size", "the bundle has " + std::to_string(text.size()) +
                                        " bytes, at most " + std::to_string(kBundleBytesMax) +
                                        " are allowed"};
    }
    return text;
}

bool looks_like_bundle(std::string_view text) {
    return text.starts_with("{\"format\":");
}

Result<Bundle> parse_bundle(std::string_view text) {
    if (text.size() > kBundleBytesMax) return Error{"bundle.size", "the bundle is too long"};
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
