#include "overlord/attest/store.hpp"

#include "overlord/attest/statement.hpp"

namespace overlord::attest {

Result<EnvelopeStore> EnvelopeStore::open(const Path& state_dir) {
    Path directory = state_dir / "attestations";
    if (Status made = make_directories(directory / "by_evidence"); !made) {
        return with_context(made.error(), "attestations");
    }
    return EnvelopeStore(std::move(directory));
}

Path EnvelopeStore::envelope_path(const Hash& digest) const {
    return directory_ / (to_hex(digest) + ".dsse.json");
}

Path EnvelopeStore::evidence_path(const Hash& evidence) const {
    return directory_ / "by_evidence" / to_hex(evidence);
}

Status EnvelopeStore::put(const Envelope& envelope, const Hash& evidence) {
    const Hash digest = attestation_digest(envelope.payload);
    const std::string json = to_json(envelope) + "\n";
    if (Status kept = write_file_durable(envelope_path(digest), as_bytes(json)); !kept) {
        return with_context(kept.error(), "keep attestation");
    }
    // If we crash here the attestation is kept and can be found by its digest; only the shortcut
    // from unchanged evidence to it is missing.
    const std::string name = to_hex(digest) + "\n";
    if (Status indexed = write_file_derived(evidence_path(evidence), as_bytes(name), 0600);
        !indexed) {
        return with_context(indexed.error(), "index attestation");
    }
    return {};
}

Result<std::optional<Envelope>> EnvelopeStore::find(const Hash& digest) const {
    const Path path = envelope_path(digest);
    const Result<std::string> json = read_text_file(path, kEnvelopeBytesMax + 1);
    if (!json) {
        if (json.error().code == "io.enoent") return std::optional<Envelope>();
        return json.error();
    }
    Result<Envelope> envelope = parse_envelope(*json);
    if (!envelope || attestation_digest(envelope->payload) != digest) {
        return Error{"store.corrupt", path.string() + " is not the attestation of its name",
                     ErrorClass::kFatal};
    }
    return std::optional<Envelope>(std::move(*envelope));
}

Result<std::optional<Envelope>> EnvelopeStore::find_by_evidence(const Hash& evidence) const {
    const Result<std::string> name = read_text_file(evidence_path(evidence), 128);
    if (!name) {
        if (name.error().code == "io.enoent") return std::optional<Envelope>();
        return name.error();
    }
    const Result<Hash> digest = hash_from_hex(std::string_view(*name).substr(0, 64));
    // A power cut may leave this derived file empty or old: then there is nothing to reuse.
    if (!digest) return std::optional<Envelope>();
    return find(*digest);
}

}  // namespace overlord::attest
