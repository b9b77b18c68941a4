// The proof bundle: one JSON file with everything that is needed to verify one attestation offline,
// but for the keys, which a verifier brings (docs/formats/attestation.md).
//
//   {"format":"zk-overlords/proof-bundle/v1","envelope":{...},"entry":"...","entry_proof":"...",
//    "consistency":["..."],"rules":{"bundle":"..."}}
//
// Where the attestation has a zero-knowledge document it is version 2, with one member more:
//
//    "zk":{"document":"...","entry":ENTRY,"consistency":["..."],
//          "ends":[{"before":ENTRY,"last":ENTRY,"range":ENTRY},...]}
//    ENTRY = {"entry":"...","index":N,"hashes":["..."]}
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/dsse.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_verify.hpp"
#include "overlord/base/result.hpp"
#include "overlord/tlog/proof.hpp"

namespace overlord::attest {

inline constexpr std::string_view kBundleFormat = "zk-overlords/proof-bundle/v1";
inline constexpr std::string_view kZkBundleFormat = "zk-overlords/proof-bundle/v2";
inline constexpr std::size_t kBundleBytesMax = 64'000;
inline constexpr std::size_t kZkBundleBytesMax = 1u << 20;  // some 5 kB for each proved control

// An entry of the log and its place under the bundle's checkpoint.
struct ProvenEntry {
    std::string entry;  // exactly as it is hashed
    EntryIndex index;
    tlog::Proof hashes;
};

// The zero-knowledge document with what its windows begin and end with: enough to verify the
// proofs, not enough to see that the sums are sums.
struct ZkPart {
    std::string document;     // the line without its LF
    ProvenEntry entry;        // of kind proof, which names the document
    ProvenEntry streams;      // how the log names its streams
    tlog::Proof consistency;  // from the document's (size, root) to the bundle's checkpoint
    struct Ends {             // as EndEntries
        ProvenEntry before;
        ProvenEntry last;
        ProvenEntry range;
    };
    std::vector<Ends> ends;  // one for each statement
};

struct Bundle {
    Envelope envelope;
    std::string entry;            // the attestation's entry of the log, exactly as it is hashed
    tlog::TlogProof entry_proof;  // its place in a checkpoint that the log signed
    tlog::Proof consistency;      // from the statement's (size, root) to that checkpoint
    std::string rules_bundle;     // digest of the rules, 64 hexadecimal digits
    std::optional<ZkPart> zk;
};

// One line of JSON with an LF. Codes: bundle.size.
[[nodiscard]] Result<std::string> make_bundle(const Bundle& bundle);

// True where the text claims to be a bundle; parse_bundle says whether it is one.
[[nodiscard]] bool looks_like_bundle(std::string_view text);

// Strict: exactly what make_bundle writes, the last LF excepted. Codes: bundle.size, bundle.syntax,
// bundle.format, bundle.field and those of its parts.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view text);

// A bundle that was checked; what it is about is known where the report is valid.
struct CheckedBundle {
    Report report;
    Attested attested;
    tlog::TreeHead head;  // of its checkpoint
};

// Checks the bundle, but for its zero-knowledge part, against keys that the verifier trusts: those
// of the log, of its attestations and of witnesses, in any order. Which key is whose is found by
// trying; one key in the roles of log and attestation is refused.
[[nodiscard]] CheckedBundle check_bundle(const Bundle& bundle, tlog::VerifierKeys keys);

// The same with the zero-knowledge part, if there is one.
[[nodiscard]] Report verify_bundle(const Bundle& bundle, tlog::VerifierKeys keys);

// The places of the zero-knowledge part in the log: the document's entry, its size, and the ends of
// its windows; and how the log names its streams. Codes: zk.logged, zk.root, zk.end, zk.streams,
// each where a proof does not hold.
[[nodiscard]] Status check_zk_places(const ZkPart& part, const ZkCase& zk,
                                     const tlog::TreeHead& head);

// All that can be checked of a document without reading the log: open_zk, check_zk_places, ends_of,
// check_statements and judge, with their codes.
struct CheckedZk {
    ZkCase zk;
    ZkFindings findings;
};
[[nodiscard]] Result<CheckedZk> check_zk_part(const ZkPart& part, const CheckedBundle& checked);

// Opens a checkpoint with those of `keys` that are logs' and witnesses', in any order. Codes of
// tlog::open_checkpoint.
[[nodiscard]] Result<tlog::SignedCheckpoint> open_with_any(std::string_view checkpoint,
                                                           tlog::VerifierKeys keys);

// "overlords.example.org/site1 (and 2 witnesses)": who signed an opened checkpoint.
[[nodiscard]] std::string signers_text(const tlog::SignedCheckpoint& checkpoint);

}  // namespace overlord::attest
