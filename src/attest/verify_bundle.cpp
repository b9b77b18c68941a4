// The verification of a proof bundle, check by check. Each check rests on those before it.
#include <optional>
#include <vector>

#include "overlord/attest/bundle.hpp"

namespace overlord::attest {
namespace {

using tlog::VerifierKeys;

enum class Role { kSigner, kCosigner };

std::vector<tlog::VerifierKey> in_role(VerifierKeys keys, Role role) {
    std::vector<tlog::VerifierKey> found;
    for (const tlog::VerifierKey& key : keys) {
        if (key.is_cosigner() == (role == Role::kCosigner)) found.push_back(key);
    }
    return found;
}

// What the checks find out for each other.
struct Verified {
    tlog::VerifierKey attestation_key;
    Statement statement;
    std::optional<tlog::SignedCheckpoint> checkpoint;
};

bool check_envelope(const Bundle& bundle, VerifierKeys keys, Verified& verified, Report& report) {
    if (bundle.envelope.payload_type != kPayloadType) {
        report.fails("the envelope's payload type is " + bundle.envelope.payload_type + ", not " +
                     std::string(kPayloadType));
        return false;
    }
    const std::vector<tlog::VerifierKey> candidates = in_role(keys, Role::kSigner);
    for (const tlog::VerifierKey& key : candidates) {
        const crypto::PublicKey* ed25519 = key.ed25519();
        if (ed25519 == nullptr || !verify_envelope(bundle.envelope, *ed25519)) continue;
        verified.attestation_key = key;
        report.holds("the statement is signed by " + key.name);
        return true;
    }
    report.fails("none of the " + std::to_string(candidates.size()) +
                 " keys given signed the statement (its envelope names key id " +
                 bundle.envelope.key_id + ")");
    return false;
}

bool check_statement(const Bundle& bundle, Verified& verified, Report& report) {
    Result<Statement> statement = parse_statement(bundle.envelope.payload);
    if (!statement) {
        report.fails("the signed payload is no statement of this kind: " +
                     statement.error().message);
        return false;
    }
    const Result<ClaimSummary> claim = summarize_claim(statement->claim);
    if (!claim) {
        report.fails("the statement's claim: " + claim.error().message);
        return false;
    }
    verified.statement = std::move(*statement);
    const Statement& said = verified.statement;
    report.subject = "attestation of " + said.system;
    report.holds("it says: " + said.system + " is " + claim->verdict +
                 (claim->provisional ? " (provisional: few observations)" : "") + ", at " +
                 format_rfc3339(said.at) + ", from records 0 to " +
                 std::to_string(said.log.records.value) + " (exclusive)");
    if (claim->bundle != bundle.rules_bundle) {
        report.fails("the bundle names the rules " + bundle.rules_bundle +
                     ", the statement was made with " + claim->bundle);
        return false;
    }
    report.holds("by the rules with digest " + claim->bundle);
    return true;
}

bool check_checkpoint(const Bundle& bundle, VerifierKeys keys, Verified& verified,
                      Report& report) {
    Result<tlog::SignedCheckpoint> opened = open_with_any(bundle.entry_proof.checkpoint, keys);
    if (!opened) {
        report.fails("the checkpoint: " + opened.error().message);
        return false;
    }
    for (const tlog::VerifiedSignature& signature : opened->note.verified) {
        if (signature.key.key != verified.attestation_key.key) continue;
        report.fails("one key may not sign both the log and its attestations");
        return false;
    }
    report.holds("the checkpoint of " + std::to_string(opened->checkpoint.head.size.value) +
                 " entries is signed by " + signers_text(*opened));
    if (opened->checkpoint.origin != verified.statement.log.origin) {
        report.fails("the statement speaks about the log " + verified.statement.log.origin +
                     ", the checkpoint is one of " + opened->checkpoint.origin);
        return false;
    }
    verified.checkpoint = std::move(*opened);
    return true;
}

bool check_entry(const Bundle& bundle, const Verified& verified, Report& report) {
    const tlog::TreeHead& head = verified.checkpoint->checkpoint.head;
    const std::uint64_t index = bundle.entry_proof.index.value;
    const Status included =
        tlog::verify_inclusion({index, head.size}, tlog::leaf_hash(as_bytes(bundle.entry)),
                               bundle.entry_proof.hashes, head.root);
    if (!included) {
        report.fails("the entry is not at position " + std::to_string(index) +
                     " of the log: " + included.error().message);
        return false;
    }
    const Result<AttestationEntry> entry = parse_entry(bundle.entry);
    if (!entry) {
        report.fails("entry " + std::to_string(index) + ": " + entry.error().message);
        return false;
    }
    if (entry->digest != attestation_digest(bundle.envelope.payload)) {
        report.fails("entry " + std::to_string(index) + " is about another attestation");
        return false;
    }
    if (entry->at < verified.statement.at) {
        report.fails("entry " + std::to_string(index) + " is older than the statement");
        return false;
    }
    report.holds("the attestation is entry " + std::to_string(index) + " of the log, logged at " +
                 format_rfc3339(entry->at));
    return true;
}

bool check_position(const Bundle& bundle, const Verified& verified, Report& report) {
    const LogPosition& said = verified.statement.log;
    const tlog::TreeHead& head = verified.checkpoint->checkpoint.head;
    if (said.records.value == 0 || said.size.value == 0) {
        report.fails("the statement speaks about an empty log");
        return false;
    }
    if (bundle.entry_proof.index.value < said.size.value) {
        report.fails("the attestation stands before the evidence that it speaks about");
        return false;
    }
    const Status consistent =
        tlog::verify_consistency({said.size, said.root}, head, bundle.consistency);
    if (!consistent) {
        report.fails(
            "the log that the statement saw (" + std::to_string(said.size.value) +
            " entries) is not the beginning of the signed one: " + consistent.error().message);
        return false;
    }
    report.holds("the evidence lies in entries 0 to " + std::to_string(said.size.value) +
                 " (exclusive), which the signed log still begins with");
    return true;
}

}  // namespace

Result<tlog::SignedCheckpoint> open_with_any(std::string_view checkpoint, VerifierKeys keys) {
    const std::vector<tlog::VerifierKey> logs = in_role(keys, Role::kSigner);
    Result<tlog::SignedCheckpoint> opened =
        tlog::open_checkpoint(checkpoint, logs, in_role(keys, Role::kCosigner));
    if (opened || opened.error().code != "note.unsigned") return opened;
    return Error{"note.unsigned", "none of the " + std::to_string(logs.size()) +
                                      " keys given is that of the log"};
}

std::string signers_text(const tlog::SignedCheckpoint& checkpoint) {
    std::size_t witnesses = 0;
    for (const tlog::VerifiedSignature& signature : checkpoint.note.verified) {
        if (signature.key.is_cosigner()) ++witnesses;
    }
    std::string text = checkpoint.checkpoint.origin;
    if (witnesses == 1) text += " and cosigned by 1 witness";
    if (witnesses > 1) text += " and cosigned by " + std::to_string(witnesses) + " witnesses";
    return text;
}

CheckedBundle check_bundle(const Bundle& bundle, VerifierKeys keys) {
    CheckedBundle checked;
    Report& report = checked.report;
    report.subject = "attestation";
    Verified verified;
    report.valid = check_envelope(bundle, keys, verified, report) &&
                   check_statement(bundle, verified, report) &&
                   check_checkpoint(bundle, keys, verified, report) &&
                   check_entry(bundle, verified, report) &&
                   check_position(bundle, verified, report);
    if (report.valid) {
        report.assurance =
            "integrity: yes; zero knowledge: none carried; replay: needs the records";
        checked.head = verified.checkpoint->checkpoint.head;
        checked.attested = {std::move(verified.statement),
                            attestation_digest(bundle.envelope.payload)};
    }
    return checked;
}

Report verify_bundle(const Bundle& bundle, VerifierKeys keys) {
    CheckedBundle checked = check_bundle(bundle, keys);
    Report& report = checked.report;
    if (!report.valid || !bundle.zk) return std::move(report);
    const Result<CheckedZk> zk = check_zk_part(*bundle.zk, checked);
    if (zk) {
        report.holds("its zero-knowledge document of " +
                     std::to_string(zk->findings.proved()) + " controls fits the log");
        report.assurance =
            "integrity: yes; zero knowledge: not shown, window sum not checked; replay: needs the "
            "records";
        return std::move(report);
    }
    report.fails(zk.error().message + " (" + zk.error().code + ")");
    report.valid = false;
    report.assurance.clear();
    return std::move(report);
}

}  // namespace overlord::attest
