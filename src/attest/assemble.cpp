#include "overlord/attest/assemble.hpp"

#include "overlord/attest/store.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::attest {
namespace {

struct FoundEntry {
    EntryIndex index;
    std::string text;
};

Result<FoundEntry> find_entry(tlog::TileReader& tiles, TreeSize from, const Hash& digest) {
    for (EntryIndex index{from.value}; index.value < tiles.head().size.value; ++index) {
        const Result<Bytes> bytes = tiles.entry(index);
        if (!bytes) return bytes.error();
        const std::string text(as_text(*bytes));
        const Result<AttestationEntry> entry = parse_entry(text);
        if (entry && entry->digest == digest) return FoundEntry{index, text};
    }
    return Error{"bundle.not_sealed", "the attestation is not published yet: ask again in a moment",
                 ErrorClass::kRetry};
}

Result<Envelope> find_envelope(const Path& state_dir, const Hash& digest) {
    const Result<EnvelopeStore> store = EnvelopeStore::open(state_dir);
    if (!store) return store.error();
    Result<std::optional<Envelope>> envelope = store->find(digest);
    if (!envelope) return envelope.error();
    if (!envelope->has_value()) {
        return Error{"bundle.unknown", "there is no attestation sha256:" + to_hex(digest) +
                                           "; for an event give its record's number"};
    }
    return std::move(**envelope);
}

}  // namespace

Result<Bundle> assemble_bundle(const Path& state_dir, const Hash& digest,
                               tlog::VerifierKeys logs) {
    Result<Envelope> envelope = find_envelope(state_dir, digest);
    if (!envelope) return envelope.error();
    const Result<Statement> statement = parse_statement(envelope->payload);
    if (!statement) return statement.error();
    const Result<ClaimSummary> claim = summarize_claim(statement->claim);
    if (!claim) return claim.error();

    const Path directory = state_dir / "log";
    Result<std::string> checkpoint = read_text_file(directory / "checkpoint", tlog::kNoteBytesMax);
    if (!checkpoint) return checkpoint.error();
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*checkpoint, logs);
    if (!opened) return with_context(opened.error(), (directory / "checkpoint").string());
    const tlog::TreeHead head = opened->checkpoint.head;
    Result<tlog::TileReader> tiles = tlog::TileReader::open(directory, head);
    if (!tiles) return tiles.error();
    Result<FoundEntry> entry = find_entry(*tiles, statement->log.size, digest);
    if (!entry) return entry.error();

    Result<tlog::Proof> inclusion = tiles->inclusion(entry->index, head.size);
    if (!inclusion) return inclusion.error();
    Result<tlog::Proof> consistency = tiles->consistency(statement->log.size, head.size);
    if (!consistency) return consistency.error();
    Bundle bundle;
    bundle.envelope = std::move(*envelope);
    bundle.entry = std::move(entry->text);
    bundle.entry_proof.index = entry->index;
    bundle.entry_proof.hashes = std::move(*inclusion);
    bundle.entry_proof.checkpoint = std::move(*checkpoint);
    bundle.consistency = std::move(*consistency);
    bundle.rules_bundle = claim->bundle;
    return bundle;
}

}  // namespace overlord::attest
