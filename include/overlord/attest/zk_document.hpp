// The zero-knowledge document of an attestation: for each proved control what holds of its slots at
// one size of the log, and the proofs (docs/formats/zk.md). It is made after the attestation, which
// its proofs name, kept beside it as attestations/DIGEST.zk.json, and its digest is an entry.
//
//   {"format":"zk-overlords/zk/v2","origin":"O","size":S,"root":"<base64>","attestation":"<hex>",
//    "bundle":"<hex>","system":"...","plan":"...","stream_key":"<base64>","statements":[...],
//    "proofs":[...]}
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/proof_plan.hpp"
#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/zk/statement.hpp"
#include "overlord/zk/stream_tag.hpp"

namespace overlord::attest {

inline constexpr std::string_view kZkDocumentFormat = "zk-overlords/zk/v2";
inline constexpr std::size_t kZkDocumentBytesMax = 64 * 1024;

// What is proved of slots [first, first + count) of one control's stream.
struct ZkStatement {
    std::string control;
    Hash stream{};
    zk::StreamTag tag;             // from which the stream's name follows, with its generation
    std::uint32_t generation = 0;  // how many streams of this control came before, at least
    zk::SlotNumber first = 0;
    std::uint64_t count = 0;
    zk::SlotNumber begin = 0;  // the stream's first slot
    bool holds = false;
    bool operator==(const ZkStatement&) const = default;
};

// One proof of statements [from, from + count), of at most zk::kAggregationMax.
struct ZkProof {
    std::uint64_t from = 0;
    std::uint64_t count = 0;
    Bytes proof;
    bool operator==(const ZkProof&) const = default;
};

struct ZkDocument {
    std::string origin;
    TreeSize size;
    Hash root{};
    Hash attestation{};
    Hash bundle{};
    std::string system;
    std::string plan;                     // its text
    zk::PointBytes stream_key{};          // of the tags, as the log announced it
    std::vector<ZkStatement> statements;  // in the plan's order
    std::vector<ZkProof> proofs;          // together they cover each statement once, in order
    bool operator==(const ZkDocument&) const = default;
};

// One line of JSON without an LF; the file has one behind it. Code zk.size.
[[nodiscard]] Result<std::string> compose(const ZkDocument& document);

// Strict: exactly what compose writes. That the plan can be read, that the statements name its
// proved controls in order, and that the proofs cover them once is checked; nothing else is. Codes
// zk.syntax, zk.size, zk.format (another one), zk.field, and those of parse_plan.
[[nodiscard]] Result<ZkDocument> parse_zk_document(std::string_view line);

// SHA-256 of the line without its LF: what the `proof` entry holds.
[[nodiscard]] Hash document_digest(std::string_view line);

// The windows that proof number `index` of a document speaks about, for its label. Codes zk.field.
[[nodiscard]] Result<std::vector<zk::WindowStatement>> windows_of(const ZkDocument& document,
                                                                  const ProofPlan& plan,
                                                                  std::size_t index);

}  // namespace overlord::attest
