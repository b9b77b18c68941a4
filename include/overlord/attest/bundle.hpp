// The proof bundle: one JSON file with everything that is needed to verify one attestation offline,
// but for the keys, which a verifier brings (docs/formats/attestation.md).
//
//   {"format":"zk-overlords/proof-bundle/v1","envelope":{...},"entry":"...","entry_proof":"...",
//    "consistency":["..."],"rules":{"bundle":"..."}}
//
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "overlord/attest/dsse.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/base/result.hpp"
#include "overlord/tlog/proof.hpp"

namespace overlord::attest {

inline constexpr std::string_view kBundleFormat = "zk-overlords/proof-bundle/v1";
inline constexpr std::size_t kBundleBytesMax = 64'000;

struct Bundle {
    Envelope envelope;
    std::string entry;            // the attestation's entry of the log, exactly as it is hashed
    tlog::TlogProof entry_proof;  // its place in a checkpoint that the log signed
    tlog::Proof consistency;      // from the statement's (size, root) to that checkpoint
    std::string rules_bundle;     // digest of the rules, 64 hexadecimal digits
};

// One line of JSON with an LF. Codes: bundle.size.
[[nodiscard]] Result<std::string> make_bundle(const Bundle& bundle);

// True where the text claims to be a bundle; parse_bundle says whether it is one.
[[nodiscard]] bool looks_like_bundle(std::string_view text);

// Strict: exactly what make_bundle writes, the last LF excepted. Codes: bundle.size, bundle.syntax,
// bundle.format, bundle.field and those of its parts.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view text);

// Checks the bundle against keys that the verifier trusts: those of the log, of its attestations
// and of witnesses, in any order. Which key is whose is found by trying; one key in the roles of
// log attestation is refused.
[[nodiscard]] Report verify_bundle(const Bundle& bundle, tlog::VerifierKeys keys);

// Opens a checkpoint with those of `keys` that are logs' and witnesses', in any order. Codes of
// tlog::open_checkpoint.
[[nodiscard]] Result<tlog::SignedCheckpoint> open_with_any(std::string_view checkpoint,
                                                           tlog::VerifierKeys keys);

// "overlords.example.org/site1 (and 2 witnesses)": who signed an opened checkpoint.
[[nodiscard]] std::string signers_text(const tlog::SignedCheckpoint& checkpoint);

}  // namespace overlord::attest
