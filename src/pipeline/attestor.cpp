#include "attestor.hpp"

#include <algorithm>

namespace overlord::pipeline {

Result<Attestor::Made> Attestor::make(const attest::Statement& statement, TimeNs at) {
    const Hash evidence = attest::evidence_key(statement);
    Result<std::optional<attest::Envelope>> existing = store_.find_by_evidence(evidence);
    if (!existing) return existing.error();
    if (*existing) {
        const Hash digest = attest::attestation_digest((*existing)->payload);
        // One kept before a crash may not have reached the log: the first time, its entry is due
        // (again). Twice in the log is as good as once.
        if (logged_.contains(digest)) return Made{digest, std::nullopt};
        return Made{digest, attest::compose_entry({at, digest})};
    }

    Result<std::string> payload = attest::make_statement(statement);
    if (!payload) return with_context(payload.error(), "attestation of " + statement.system);
    const Hash digest = attest::attestation_digest(*payload);
    const attest::Envelope envelope =
        attest::sign_envelope(key_, attest::kPayloadType, std::move(*payload));
    // If we crash after this, the envelope is there and the log does not know it: nobody has been
    // given the digest yet.
    if (Status kept = store_.put(envelope, evidence); !kept) return kept.error();
    if (!publish_.empty()) {
        if (Status made = make_directories(publish_, 0755); !made) return made.error();
        const Path copy = publish_ / (to_hex(digest) + ".dsse.json");
        if (Status written = write_file_derived(copy, as_bytes(attest::to_json(envelope)));
            !written)
            return written.error();
    }
    return Made{digest, attest::compose_entry({at, digest})};
}

Result<bool> Attestor::valid(std::string_view system, const Hash& digest) const {
    Result<std::optional<attest::Envelope>> envelope = store_.find(digest);
    if (!envelope) return envelope.error();
    if (!*envelope) return false;
    const auto signed_by = [&](const crypto::PublicKey& key) {
        return attest::verify_envelope(**envelope, key).has_value();
    };
    const bool ours = signed_by(key_.public_key()) ||
                      std::any_of(earlier_.begin(), earlier_.end(), signed_by);
    if (!ours) return false;
    Result<attest::Statement> statement = attest::parse_statement((*envelope)->payload);
    if (!statement) return statement.error();
    Result<attest::ClaimSummary> claim = attest::summarize_claim(statement->claim);
    if (!claim) return claim.error();
    return statement->system == system && claim->verdict == "compliant";
}

}  // namespace overlord::pipeline
