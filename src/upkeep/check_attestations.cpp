// attestations/ and the published copies in log/attestations/: each envelope signed by a key that
// the log names, under the digest of its payload.
#include <algorithm>

#include "checks.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_document.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::string_view kSuffix = ".dsse.json";
constexpr std::string_view kDocumentSuffix = ".zk.json";

struct Stored {
    std::string digest;
    std::string evidence;  // key in by_evidence/
};

// The envelope of a file whose name is the digest in `name`; findings otherwise.
std::optional<Stored> check_envelope(const Checked& checked, const std::string& file,
                                     std::string_view name, std::string_view end) {
    const std::optional<std::string> text = checked.text(file, attest::kEnvelopeBytesMax + 1);
    if (!text) return std::nullopt;
    ++checked.report.files.attestations;
    const auto bad = [&](std::string cause) {
        checked.found(file, std::move(cause));
        return std::nullopt;
    };
    const Result<attest::Envelope> envelope = attest::parse_envelope(*text);
    if (!envelope) return bad(envelope.error().message);
    if (attest::to_json(*envelope) + std::string(end) != *text) {
        return bad("is not written as the daemon writes it");
    }
    const std::string digest = to_hex(attest::attestation_digest(envelope->payload));
    if (name != digest) return bad("the digest of its payload is " + digest);
    const Result<attest::Statement> statement = attest::parse_statement(envelope->payload);
    if (!statement) return bad(statement.error().message);
    const std::vector<crypto::PublicKey>& keys = checked.facts.attestation_keys;
    const bool is_signed = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
        return attest::verify_envelope(*envelope, key).has_value();
    });
    if (!is_signed && checked.facts.whole) {
        return bad("is not signed by an attestation key that the log names");
    }
    if (checked.facts.whole && !checked.facts.attestations.contains(digest)) {
        // What was published before the state became an older one may name it.
        const bool older = checked.published &&
                           checked.published->head.size > checked.facts.head().size;
        checked.note(file, older ? "the journal, which is older than what is published, does not "
                                   "name it; the published log may, and it may have been given "
                                   "out: keep it"
                                 : "the log does not name it: its daemon ended before it was "
                                   "sealed and given out, or the state is an older one of its log");
    }
    return Stored{digest, to_hex(attest::evidence_key(*statement))};
}

// The zero-knowledge document of the attestation in its name, as the log names it.
void check_document(const Checked& checked, const std::string& file, const std::string& name) {
    const std::optional<std::string> text =
        checked.text(file, attest::kZkDocumentBytesMax + 1);
    if (!text) return;
    ++checked.report.files.proofs;
    const std::string_view line = std::string_view(*text).substr(0, text->size() - 1);
    const Result<attest::ZkDocument> document = attest::parse_zk_document(line);
    if (!document || !text->ends_with('\n')) {
        return checked.found(file, document ? "has no line feed" : document.error().message);
    }
    if (to_hex(document->attestation) + std::string(kDocumentSuffix) != name) {
        return checked.found(file, "is of attestation " + to_hex(document->attestation));
    }
    const auto logged = checked.facts.proofs.find(to_hex(document->attestation));
    if (logged == checked.facts.proofs.end()) {
        if (checked.facts.whole) checked.note(file, "the log does not name it (yet)");
        return;
    }
    if (logged->second != to_hex(attest::document_digest(line))) {
        checked.found(file, "is not the document that the log names: " + logged->second);
    }
}

void find_documents(const Checked& checked, const std::set<std::string>& names) {
    for (const auto& [attestation, digest] : checked.facts.proofs) {
        const std::string name = attestation + std::string(kDocumentSuffix);
        if (names.contains(name)) continue;
        checked.found("attestations/" + name, "missing: the log says that it was made");
    }
}

// by_evidence/KEY holds the digest of the latest attestation about that evidence.
void check_evidence(const Checked& checked, const std::vector<Stored>& stored) {
    const std::string folder = "attestations/by_evidence";
    for (const std::string& name : checked.files(folder)) {
        const std::string file = folder + "/" + name;
        if (is_temporary(name)) {
            checked.note(file, "a write that was cut short");
            continue;
        }
        const std::optional<std::string> text = checked.text(file, 128);
        if (!text) continue;
        const bool right = std::any_of(stored.begin(), stored.end(), [&](const Stored& one) {
            return one.evidence == name && one.digest + "\n" == *text;
        });
        if (!right) checked.found(file, "does not name an attestation about this evidence");
    }
}

}  // namespace

void check_attestations(const Checked& checked) {
    std::vector<Stored> stored;
    std::set<std::string> digests;
    std::set<std::string> documents;
    for (const char* directory : {"attestations", "log/attestations"}) {
        const bool copies = std::string_view(directory).starts_with("log/");
        for (const std::string& name : checked.files(directory)) {
            const std::string file = std::string(directory) + "/" + name;
            if (name.ends_with(kDocumentSuffix)) {
                check_document(checked, file, name);
                if (!copies) documents.insert(name);
                continue;
            }
            if (!name.ends_with(kSuffix)) {
                checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                      : "nobody knows this file");
                continue;
            }
            const std::string_view digest =
                std::string_view(name).substr(0, name.size() - kSuffix.size());
            const std::optional<Stored> envelope =
                check_envelope(checked, file, digest, copies ? "" : "\n");
            if (!copies) digests.emplace(digest);
            if (envelope && !copies) stored.push_back(*envelope);
        }
    }
    check_evidence(checked, stored);
    find_documents(checked, documents);
    for (const std::string& digest : checked.facts.attestations) {
        if (digests.contains(digest)) continue;
        checked.found("attestations/" + digest + std::string(kSuffix),
                      "missing: the log says that it was made");
    }
}

}  // namespace overlord::upkeep
