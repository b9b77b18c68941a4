#include "overlord/attest/assemble.hpp"

#include "assemble_zk.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/tlog/published.hpp"
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

// The attestation's entry, and its proofs, under one published checkpoint.
Status prove_entry(const Path& state_dir, const tlog::PublishedCheckpoint& checkpoint,
                   const Statement& statement, const Hash& digest, Bundle& bundle) {
    const tlog::TreeHead& head = checkpoint.head;
    Result<tlog::TileReader> tiles = tlog::TileReader::open(state_dir / "log", head);
    if (!tiles) return tiles.error();
    Result<FoundEntry> entry = find_entry(*tiles, statement.log.size, digest);
    if (!entry) return entry.error();
    Result<tlog::Proof> inclusion = tiles->inclusion(entry->index, head.size);
    if (!inclusion) return inclusion.error();
    Result<tlog::Proof> consistency = tiles->consistency(statement.log.size, head.size);
    if (!consistency) return consistency.error();
    bundle.entry = std::move(entry->text);
    bundle.entry_proof.index = entry->index;
    bundle.entry_proof.hashes = std::move(*inclusion);
    bundle.entry_proof.checkpoint = checkpoint.note;
    bundle.consistency = std::move(*consistency);
    Result<std::optional<ZkPart>> zk = assemble_zk(state_dir, digest, *tiles);
    if (!zk) return with_context(zk.error(), "zero-knowledge document");
    bundle.zk = *std::move(zk);
    return {};
}

// What does not depend on the checkpoint.
struct Begun {
    Bundle bundle;
    Statement statement;
};

Result<Begun> begin(const Path& state_dir, const Hash& digest) {
    Result<Envelope> envelope = find_envelope(state_dir, digest);
    if (!envelope) return envelope.error();
    Result<Statement> statement = parse_statement(envelope->payload);
    if (!statement) return statement.error();
    const Result<ClaimSummary> claim = summarize_claim(statement->claim);
    if (!claim) return claim.error();
    Begun begun;
    begun.bundle.envelope = std::move(*envelope);
    begun.bundle.rules_bundle = claim->bundle;
    begun.statement = *std::move(statement);
    return begun;
}

}  // namespace

Result<Bundle> assemble_bundle(const Path& state_dir, const Hash& digest,
                               tlog::VerifierKeys logs) {
    Result<Begun> begun = begin(state_dir, digest);
    if (!begun) return std::move(begun).error();
    auto& [bundle, statement] = *begun;
    std::optional<Bundle> first;  // of the witnessed checkpoint, if its entry is under that
    TreeSize at_least{statement.log.size.value + 1};
    for (;;) {
        const Result<tlog::PublishedCheckpoint> checkpoint =
            tlog::read_published(state_dir / "log", logs, at_least);
        if (!checkpoint) return checkpoint.error();
        const Status proven = prove_entry(state_dir, *checkpoint, statement, digest, bundle);
        const bool newest = checkpoint->head.size < at_least;
        if (proven && (bundle.zk || !has_document(state_dir, digest))) return bundle;
        if (proven && !first) first = bundle;
        if (newest && first) return *std::move(first);
        // The witnessed checkpoint may be older than the entries: then the newest one.
        const bool later = proven || proven.error().code == "bundle.not_sealed";
        if (!later || newest) return proven.error();
        at_least = {checkpoint->head.size.value + 1};
    }
}

Result<Bundle> assemble_bundle_under(const Path& state_dir, const Hash& digest,
                                     tlog::VerifierKeys logs, std::string note) {
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(note, logs);
    if (!opened) return opened.error();
    Result<Begun> begun = begin(state_dir, digest);
    if (!begun) return std::move(begun).error();
    const tlog::PublishedCheckpoint checkpoint{std::move(note), opened->checkpoint.head};
    const Status proven =
        prove_entry(state_dir, checkpoint, begun->statement, digest, begun->bundle);
    if (!proven) return proven.error();
    return std::move(begun->bundle);
}

}  // namespace overlord::attest
