#include "overlord/tlog/proof.hpp"

#include "decimal.hpp"

namespace overlord::tlog {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

Error malformed(const char* reason) {
    return Error{"proof.malformed", std::string("proof file: ") + reason};
}

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::string TlogProof::to_text() const {
    OVERLORD_ASSERT(hashes.size() <= kProofHashesMax);
    std::string text = std::string(kFirstLine) + "\n";
    if (extra) text += std::string(kExtra) + to_base64(*extra) + "\n";
    text += std::string(kIndex) + std::to_string(index.value) + "\n";
    for (const Hash& hash : hashes) text += to_base64(hash) + "\n";
    return text + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
    if (text.size() > kNoteBytesMax) return malformed("too large");
    std::optional<std::string_view> line = take_line(text);
    if (line != kFirstLine) return malformed("does not begin with c2sp.org/tlog-proof@v1");
    TlogProof proof;
    line = take_line(text);
    if (line && line->starts_with(kExtra)) {
        Result<Bytes> extra = from_base64(line->substr(kExtra.size()));
        if (!extra) return malformed("extra is not base64");
        proof.extra = *std::move(extra);
        line = take_line(text);
    }
    if (!line || !line->starts_with(kIndex)) return malformed("no index");
    const std::optional<std::uint64_t> index = parse_decimal(line->substr(kIndex.size()));
    if (!index || *index > INT64_MAX) return malformed("bad index");
    proof.index = {*index};
    while (true) {
        line = take_line(text);
        if (!line) return malformed("no empty line before the checkpoint");
        if (line->empty()) break;
        const Result<Hash> hash = hash_from_base64(*line);
        if (!hash) return malformed("a hash is not 32 bytes in base64");
        if (proof.hashes.size() == kProofHashesMax) return malformed("more than 63 hashes");
        proof.hashes.push_back(*hash);
    }
    if (text.empty()) return malformed("no checkpoint");
    proof.checkpoint = text;
    return proof;
}

Result<SignedCheckpoint> verify_proof(const TlogProof& proof, const Hash& leaf_hash,
                                      VerifierKeys logs, VerifierKeys witnesses) {
    Result<SignedCheckpoint> opened = open_checkpoint(proof.checkpoint, logs, witnesses);
    if (!opened) return opened;
    const TreeHead& head = opened->checkpoint.head;
    Status included =
        verify_inclusion({proof.index.value, head.size}, leaf_hash, proof.hashes, head.root);
    if (!included) return included.error();
    return opened;
}

}  // namespace overlord::tlog
