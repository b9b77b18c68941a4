// What an attestation says: an in-toto Statement v1 about one system at one position of the log.
//
// Source: in-toto attestation framework v1 (spec/v1/statement.md); docs/formats/attestation.md.
// The payload is canonical: one writer, fixed member order, no white space. An attestation's digest
// is the SHA-256 of these bytes, and that digest is what the log holds. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::attest {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateType =
    "https://solfunmeme.com/zk-overlords/compliance/v1";
inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";
inline constexpr std::size_t kPayloadBytesMax = 40 * 1024;  // in base64 it fits a bundle (64 kB)

// The signed checkpoint that covers the evidence, and how many records the statement speaks about.
struct LogPosition {
    std::string origin;
    TreeSize size;  // entries [0, size)
    Hash root{};
    RecordIndex records;  // records [0, records)
    bool operator==(const LogPosition&) const = default;
};

// Which controls the daemon proves in zero knowledge, in documents beside the attestation
// (zk_document.hpp), by this plan. No controls: none, and the plan does not count.
struct ProvedControl {
    std::string control;
    std::string mode;  // slot | event
    std::string form;  // ratio | violations | state
    bool operator==(const ProvedControl&) const = default;
};
struct ProvedControls {
    Hash plan{};
    std::vector<ProvedControl> controls;
    bool operator==(const ProvedControls&) const = default;
};

struct Statement {
    std::string system;
    Hash subject_digest{};  // SHA-256 over the commitments of the system's event records, in order
    std::string claim;      // the evaluator's claim: a canonical JSON object (see claim_members)
    LogPosition log;
    TimeNs at = 0;      // log time of the last record spoken about
    std::string clock;  // the quality of the daemon's clock, in words; may be empty
    ProvedControls proved{};
    bool operator==(const Statement&) const = default;
};

// The payload. Codes: statement.claim (not a canonical JSON object, or it uses a member name that
// the statement writes itself: v, log, at, zero_knowledge, clock), statement.field, statement.size.
[[nodiscard]] Result<std::string> make_statement(const Statement& statement);

// Strict: accepts exactly what make_statement writes, byte for byte. Code: statement.syntax (also a
// repeated member), statement.type (another Statement or predicate type), statement.field.
[[nodiscard]] Result<Statement> parse_statement(std::string_view payload);

// What of the claim verification reads. Claims say more (controls, values, windows, counts).
struct ClaimSummary {
    std::string bundle;   // the rules' digest, 64 hexadecimal digits
    std::string verdict;  // compliant | non_compliant | unknown
    bool provisional = false;
};

// Codes: statement.claim where `bundle` or `verdict` is missing or malformed.
[[nodiscard]] Result<ClaimSummary> summarize_claim(std::string_view claim);

// The verdicts of single controls. Code statement.claim where they are not as the evaluator writes
// them.
struct ControlVerdict {
    std::string control;
    std::string verdict;
};
[[nodiscard]] Result<std::vector<ControlVerdict>> claimed_controls(std::string_view claim);

// An attestation's name: SHA-256 of the payload.
[[nodiscard]] Hash attestation_digest(std::string_view payload);

// Equal for two statements exactly when the system, its evidence, the claim and what is proved are
// the same: then the older attestation is given out again. Log position and clock do not count.
[[nodiscard]] Hash evidence_key(const Statement& statement);

// The log's entry of an attestation: {"v":1,"kind":"attestation","at":A,"digest":"<hex>"}.
struct AttestationEntry {
    TimeNs at = 0;
    Hash digest{};
};
[[nodiscard]] std::string compose_entry(const AttestationEntry& entry);
[[nodiscard]] Result<AttestationEntry> parse_entry(std::string_view text);  // code entry.syntax

}  // namespace overlord::attest
