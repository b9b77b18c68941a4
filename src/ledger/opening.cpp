#include "opening.hpp"

#include <algorithm>

#include "overlord/crypto/sha256.hpp"
#include "overlord/ledger/record.hpp"
#include "tail_start.hpp"

namespace overlord::ledger {

namespace {

constexpr std::size_t kRewriteEntries = 4096;  // entries a step when tiles are written again

Error refuse(std::string code, std::string message) {
    return Error{std::move(code), std::move(message), ErrorClass::kFatal};
}

Status take_seal(JournalContent& content, const Seal& seal, const FrameView& frame,
                 const KnownHeads& known) {
    for (const std::string_view entry : seal.entries) {
        content.tree.append(tlog::leaf_hash(as_bytes(entry)));
        content.start_epoch = start_epoch(entry).value_or(content.start_epoch);
        content.closing_entry = is_close(entry) ? std::string(entry) : std::string();
    }
    const tlog::TreeHead head = content.tree.head();
    if (head.size != seal.size || head.root != seal.root) {
        return refuse("journal.corrupt",
                      "frame " + std::to_string(frame.header.frame) + " of segment " +
                          std::to_string(frame.header.segment) + " offset " +
                          std::to_string(frame.offset) +
                          ": the entries of this seal do not lead to its root");
    }
    if (head.size == known.published.size) content.root_at_published = head.root;
    if (head.size == known.signed_last.size) content.root_at_signed = head.root;
    return {};
}

Error rollback(std::string_view who, TreeSize theirs, TreeSize ours) {
    return refuse("log.rollback",
                  std::string(who) + " a log of " + std::to_string(theirs.value) +
                      " entries, the journal holds " + std::to_string(ours.value) +
                      ": this state is older than what was published (a restored backup, a disk "
                      "snapshot, a cloned machine?). Put the newest state back; if it is lost, "
                      "begin a new log with a new origin. Signing again would fork the log");
}

Error fork(std::string_view who, TreeSize size) {
    return refuse("log.fork", std::string(who) + " another history: the root at size " +
                                  std::to_string(size.value) +
                                  " differs from the journal's. Keep all files as they are; they "
                                  "are evidence");
}

Status compare(const JournalContent& content, const tlog::TreeHead& head,
               const std::optional<Hash>& root, std::string_view who) {
    if (head.size.value == 0) return {};
    if (head.size > content.tree.size()) return rollback(who, head.size, content.tree.size());
    if (!root || *root != head.root) return fork(who, head.size);
    return {};
}

Path rewriting_marker(const StatePaths& paths) { return paths.log / "rewriting"; }

}  // namespace

// While the marker is there, no tile is believed to be on the disk because of its age.
Result<OpenedTiles> rewrite_tiles(const StatePaths& paths, const tlog::TreeHead& head) {
    const Status begun = write_file_durable(rewriting_marker(paths), {}, 0644);
    if (!begun) return begun.error();
    Result<tlog::TileWriter> created = tlog::TileWriter::create(paths.log);
    if (!created) return std::move(created).error();
    tlog::TileWriter writer = *std::move(created);
    std::vector<Bytes> entries;
    const auto flush = [&]() -> Status {
        const std::vector<ByteView> views(entries.begin(), entries.end());
        const Status appended = writer.append(views);
        entries.clear();
        return appended;
    };
    const auto collect = [&](const FrameView& frame) -> Status {
        if (frame.header.type != FrameType::kSeal) return {};
        const Result<Seal> seal = parse_seal(frame.payload);
        if (!seal) return seal.error();
        for (const std::string_view entry : seal->entries) {
            entries.emplace_back(entry.begin(), entry.end());
        }
        return entries.size() < kRewriteEntries ? Status() : flush();
    };
    const Result<JournalState> scanned = scan_journal(paths.journal, {}, collect);
    if (!scanned) return scanned.error();
    if (const Status rest = flush(); !rest) return rest.error();
    if (writer.head() != head) {
        return refuse("log.tiles", "the tiles written again from the journal have another root");
    }
    if (const Status synced = tlog::sync_log(paths.log); !synced) return synced.error();
    std::error_code failure;
    std::filesystem::remove(rewriting_marker(paths), failure);
    if (failure) return io_error("remove " + rewriting_marker(paths).string(), failure.value());
    return OpenedTiles{std::move(writer), true};
}

Result<KnownHeads> read_known_heads(const StatePaths& paths, const Options& options) {
    KnownHeads known;
    const Result<tlog::TreeHead> last = options.signer->last();
    if (!last) return with_context(last.error(), "ask the signer for its last size");
    known.signed_last = *last;
    Result<std::string> text = read_text_file(paths.checkpoint, tlog::kNoteBytesMax);
    if (!text && text.error().code == "io.enoent") return known;
    if (!text) return std::move(text).error();
    const Result<tlog::SignedCheckpoint> opened =
        tlog::open_checkpoint(*text, options.signer->verifiers_so_far());
    if (!opened) {
        return refuse("log.checkpoint",
                      paths.checkpoint.string() + " does not verify with the signer's key (" +
                          opened.error().code + ": " + opened.error().message +
                          "). If the key is the right one, put the file back from a copy, or "
                          "remove it: it is signed again, and the signer remembers the last size");
    }
    known.published = opened->checkpoint.head;
    known.checkpoint = *std::move(text);
    return known;
}

Result<JournalContent> read_journal(const StatePaths& paths, const Options& options,
                                    const KnownHeads& known) {
    JournalContent content;
    ScanOptions scan;
    scan.origin = crypto::sha256(as_bytes(options.origin));
    if (std::optional<TailStart> tail = find_tail_start(paths, known)) {
        scan.from_segment = content.from_segment = tail->segment;
        content.synced = tail->synced;
        content.tree = std::move(tail->tree);
        content.root_at_published = tail->root_at_published;
        content.root_at_signed = tail->root_at_signed;
    }
    const auto visit = [&](const FrameView& frame) -> Status {
        content.frames += 1;
        if (frame.header.type != FrameType::kSeal) return {};
        const Result<Seal> seal = parse_seal(frame.payload);
        if (!seal) return seal.error();
        return take_seal(content, *seal, frame, known);
    };
    Result<JournalState> state = scan_journal(paths.journal, scan, visit);
    if (!state) return std::move(state).error();
    content.state = *std::move(state);
    return content;
}

Status compare_heads(const JournalContent& content, const KnownHeads& known) {
    Status published = compare(content, known.published, content.root_at_published,
                               "log/checkpoint shows");
    if (!published) return published;
    return compare(content, known.signed_last, content.root_at_signed, "the signer has signed");
}

Result<OpenBlocks> read_unsealed(const StatePaths& paths, const JournalState& state) {
    OpenBlocks blocks(state.sealed_until);
    if (state.sealed_until == state.next_record) return blocks;
    Result<JournalReader> reader = JournalReader::open(paths.journal, state.sealed_until);
    if (!reader) return std::move(reader).error();
    for (RecordIndex n = state.sealed_until; n < state.next_record; ++n) {
        const Result<std::optional<RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!line->has_value() || (*line)->n != n) {
            return refuse("journal.corrupt", "record " + std::to_string(n.value) + " is not there");
        }
        blocks.add((*line)->commitment);
    }
    return blocks;
}

Result<OpenedTiles> open_tiles(const StatePaths& paths, const tlog::TreeHead& head,
                               TreeSize synced) {
    if (head.size.value == 0) {
        Result<tlog::TileWriter> created = tlog::TileWriter::create(paths.log);
        if (!created) return std::move(created).error();
        return OpenedTiles{*std::move(created), false};
    }
    std::error_code failure;
    if (std::filesystem::exists(rewriting_marker(paths), failure)) {
        return rewrite_tiles(paths, head);
    }
    // A power cut may have taken any tile that was written since the last sync.
    if (!tlog::check_tail(paths.log, head, synced)) return rewrite_tiles(paths, head);
    Result<tlog::TileWriter> writer = tlog::TileWriter::open(paths.log, head);
    if (!writer) return rewrite_tiles(paths, head);
    return OpenedTiles{*std::move(writer), false};
}

Result<std::string> publish(const StatePaths& paths, const Options& options,
                            const tlog::TreeHead& head) {
    const Result<tlog::TreeHead> last = options.signer->last();
    if (!last) return with_context(last.error(), "ask the signer for its last size");
    tlog::Proof consistency;
    if (last->size.value > 0 && last->size < head.size) {
        Result<tlog::TileReader> tiles = tlog::TileReader::open(paths.log, head);
        if (!tiles) return with_context(std::move(tiles).error(), "read the tiles back");
        Result<tlog::Proof> proof = tiles->consistency(last->size, head.size);
        if (!proof) return with_context(std::move(proof).error(), "read the tiles back");
        consistency = *std::move(proof);
    }
    const tlog::Checkpoint checkpoint{options.origin, head, {}};
    Result<std::string> text = options.signer->sign(checkpoint, consistency);
    if (!text) return with_context(std::move(text).error(), "sign the checkpoint");
    if (options.publication == Publication::kWhenWitnessed) return text;
    // If we crash here, the signer remembers a size that is not published yet; open() asks it
    // again.
    const Status written =
        options.disk->write_file_durable(paths.checkpoint, as_bytes(*text), 0644);
    if (!written) return with_context(written.error(), "publish the checkpoint");
    return text;
}

}  // namespace overlord::ledger
