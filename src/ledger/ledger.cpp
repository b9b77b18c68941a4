#include "overlord/ledger/ledger.hpp"

#include <chrono>
#include <utility>

#include "journal_paths.hpp"
#include "opening.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/ledger/record.hpp"
#include "publication.hpp"
#include "settle.hpp"

namespace overlord::ledger {

namespace {

std::int64_t monotonic_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Cheap checks of what is about to be kept for good: the number is the next one, and no byte is in
// it that would blur where a record ends or what a missing sector looks like.
Status check_record(std::string_view record, RecordIndex n) {
    const std::string head = "{\"v\":1,\"n\":" + std::to_string(n.value) + ",\"at\":";
    if (!record.starts_with(head)) {
        return Error{"record.number",
                     "a record that is due as number " + std::to_string(n.value) + " begins " +
                         std::string(record.substr(0, 40)),
                     ErrorClass::kReject};
    }
    const bool clean = record.find('\n') == std::string_view::npos &&
                       record.find('\0') == std::string_view::npos && record.ends_with('}');
    if (clean) return {};
    return Error{"record.syntax", "record " + std::to_string(n.value) + " is not one line of JSON",
                 ErrorClass::kReject};
}

}  // namespace

class Ledger::Impl {
public:
    Impl(const Options& options, FileHandle lock)
        : options_(options),
          paths_(options.state_dir),
          lock_(std::move(lock)) {}

    Status recover();
    Status start_writer(const JournalState& state);
    Result<AppendResult> append(std::span<const NewRecord> records);
    Result<SealResult> seal(TimeNs at, std::span<const std::string> extra);
    Status witnessed(const std::string& cosigned);
    Status open_keys();
    Result<RecordLine> find(RecordIndex n, std::optional<JournalReader>& reader) const;

    Options options_;
    StatePaths paths_;
    FileHandle lock_;
    std::optional<KeyIssuer> keys_;  // there after recover()
    tlog::Frontier tree_;
    std::optional<tlog::TileWriter> tiles_;  // there after recover()
    OpenBlocks blocks_;
    std::unique_ptr<JournalWriter> writer_;
    std::string checkpoint_;
    Shown shown_;
    RecoveryReport report_;
    std::uint64_t seals_ = 0;
    std::int64_t last_seal_ns_ = 0;
    std::optional<Error> poison_;

private:
    Status read_back(const Placement& placement, const Seal& seal) const;
    Result<SealResult> seal_entries(const std::vector<std::string>& entries);
    Error poison(Error error) {
        if (error.kind == ErrorClass::kFatal) poison_ = error;
        return error;
    }
    Status healthy() const {
        if (!poison_) return {};
        return Error{"ledger.poisoned", poison_->code + ": " + poison_->message,
                     ErrorClass::kFatal};
    }
};

// The recovery of every start. Nothing is changed before all of the journal is read and compared
// with what the signer and the public tree know.
Status Ledger::Impl::recover() {
    const Result<KnownHeads> known = read_known_heads(paths_, options_);
    if (!known) return known.error();
    Result<JournalContent> content = read_journal(paths_, options_, *known);
    if (!content) return with_context(std::move(content).error(), "read the journal");
    if (Status heads = compare_heads(*content, *known); !heads) return heads;
    const Result<tlog::SignerStart> begun =
        options_.signer->begin({content->start_epoch, known->published});
    if (!begun) return begun.error();
    report_.signer = *begun;
    JournalState& state = content->state;
    if (state.torn) {
        Result<Path> copy = cut_tail(paths_.journal, *state.torn, *options_.disk);
        if (!copy) return with_context(std::move(copy).error(), "cut off a torn frame");
        report_.quarantined = *std::move(copy);
        report_.torn_cause = state.torn->cause;
        state.torn.reset();
    }
    if (Status settled = settle_end(paths_.journal, state, *options_.disk); !settled) {
        return with_context(std::move(settled).error(), "write the journal's end again");
    }
    report_.frames = content->frames;
    report_.from_segment = content->from_segment;
    report_.records = state.next_record.value;
    report_.unsealed = state.next_record.value - state.sealed_until.value;
    tree_ = content->tree;
    checkpoint_ = known->checkpoint;
    Result<OpenedTiles> tiles = open_tiles(paths_, tree_.head(), content->synced);
    if (!tiles) return with_context(std::move(tiles).error(), "derive the public tree");
    report_.tiles_rewritten = tiles->rewritten;
    tiles_.emplace(std::move(tiles->writer));
    if (known->published.size < tree_.size()) {
        Result<std::string> text = publish(paths_, options_, tree_.head());
        if (!text) return std::move(text).error();
        checkpoint_ = *std::move(text);
        report_.signed_again = options_.publication == Publication::kAtOnce;
    }
    if (!content->closing_entry.empty()) return closed_by(content->closing_entry);
    shown_.published = report_.signed_again ? tree_.size() : known->published.size;
    return start_writer(state);
}

Status Ledger::Impl::start_writer(const JournalState& state) {
    if (const Status keys = open_keys(); !keys) return keys;
    Result<OpenBlocks> blocks = read_unsealed(paths_, state);
    if (!blocks) return std::move(blocks).error();
    blocks_ = *std::move(blocks);
    WriterOptions writing;
    writing.journal = paths_.journal;
    writing.segment_bytes = options_.segment_bytes;
    writing.log = paths_.log;
    writing.origin = crypto::sha256(as_bytes(options_.origin));
    writing.disk = options_.disk;
    Result<std::unique_ptr<JournalWriter>> writer = JournalWriter::open(writing, state);
    if (!writer) return with_context(std::move(writer).error(), "open the journal");
    writer_ = *std::move(writer);
    return {};
}

Status Ledger::Impl::open_keys() {
    keys_.reset();
    Result<KeyIssuer> keys = KeyIssuer::open(keys_directory(paths_.journal), *options_.disk);
    if (!keys) return std::move(keys).error();
    keys_.emplace(*std::move(keys));
    return {};
}

Result<AppendResult> Ledger::Impl::append(std::span<const NewRecord> records) {
    if (const Status health = healthy(); !health) return health.error();
    AppendResult result;
    result.first = writer_->next_record();
    RecordIndex n = result.first;
    for (const NewRecord& record : records) {
        if (const Status good = check_record(record.text, n); !good) return good.error();
        ++n;
    }
    // If we crash behind this, there are keys that no record was written with: they are used later.
    Result<std::vector<JournalRecord>> committed = keys_->commit(records, result.first);
    if (!committed) return poison(std::move(committed).error());
    const Result<std::vector<Placement>> placed = writer_->append(*committed);
    if (!placed) return poison(placed.error());
    result.commitments.reserve(records.size());
    for (const JournalRecord& record : *committed) {
        result.commitments.push_back(record.commitment);
        blocks_.add(record.commitment);
    }
    return result;
}

Result<SealResult> Ledger::Impl::seal(TimeNs at, std::span<const std::string> extra) {
    if (const Status health = healthy(); !health) return health.error();
    for (const std::string& entry : extra) {
        if (const Status good = check_extra_entry(entry); !good) return good.error();
    }
    std::vector<std::string> entries = blocks_.entries(at);
    const std::size_t blocks = entries.size();
    entries.insert(entries.end(), extra.begin(), extra.end());
    if (entries.empty()) {
        const tlog::TreeHead head = tree_.head();
        return SealResult{head.size, head.root, EntryIndex{head.size.value}, 0, 0, checkpoint_};
    }
    const std::int64_t begin = monotonic_ns();
    Result<SealResult> result = seal_entries(entries);
    if (!result) return poison(std::move(result).error());
    // Nothing follows the entry that closes a log, whoever asks.
    if (is_close(entries.back())) poison_ = closed_by(entries.back());
    result->blocks = blocks;
    last_seal_ns_ = monotonic_ns() - begin;
    ++seals_;
    return result;
}

Result<SealResult> Ledger::Impl::seal_entries(const std::vector<std::string>& entries) {
    Seal seal;
    seal.size_before = tree_.size();
    seal.entries.assign(entries.begin(), entries.end());
    tlog::Frontier grown = tree_;
    for (const std::string& entry : entries) grown.append(tlog::leaf_hash(as_bytes(entry)));
    seal.size = grown.size();
    seal.root = grown.root();
    Result<Placement> placement = writer_->append_seal(seal);
    if (!placement) return std::move(placement).error();
    // If we crash from here on, open() derives, signs and publishes what is in the journal.
    if (const Status same = read_back(*placement, seal); !same) return same.error();
    std::vector<ByteView> views;
    for (const std::string& entry : entries) views.push_back(as_bytes(entry));
    if (const Status written = tiles_->append(views); !written) {
        Error error = with_context(written.error(), "write tiles");
        error.kind = ErrorClass::kFatal;
        return error;
    }
    if (tiles_->head() != grown.head()) {
        return Error{"ledger.readback", "tiles and journal lead to different roots: memory is not "
                                        "reliable, nothing was signed", ErrorClass::kFatal};
    }
    Result<std::string> checkpoint = publish(paths_, options_, grown.head());
    if (!checkpoint) {
        Error error = std::move(checkpoint).error();
        error.kind = ErrorClass::kFatal;
        return error;
    }
    tree_ = std::move(grown);
    checkpoint_ = *std::move(checkpoint);
    if (options_.publication == Publication::kAtOnce) shown_.published = tree_.size();
    blocks_ = OpenBlocks(writer_->next_record());
    SealResult result;
    result.size = seal.size;
    result.root = seal.root;
    result.first_entry.value = seal.size_before.value;
    result.entries = entries.size();
    result.checkpoint = checkpoint_;
    return result;
}

Status Ledger::Impl::witnessed(const std::string& cosigned) {
    if (const Status health = healthy(); !health) return health;
    const Status shown = show_witnessed(paths_, options_, cosigned, tree_.size(), shown_);
    return shown ? shown : Status(poison(shown.error()));
}

// One flipped bit between hashing and the disk would be signed for good and end the log (it ended
// two public ones), so what is signed is hashed from what the file returns.
Status Ledger::Impl::read_back(const Placement& placement, const Seal& seal) const {
    const auto differs = [&](std::string_view what) {
        return Error{"ledger.readback",
                     "seal of entry " + std::to_string(seal.size_before.value) + ": " +
                         std::string(what) + ": disk or memory is not reliable, nothing was signed",
                     ErrorClass::kFatal};
    };
    const Result<Bytes> bytes = writer_->read_back(placement);
    if (!bytes) return bytes.error();
    const std::optional<FrameHeader> header = peek_frame(*bytes);
    if (!header || frame_extent(header->payload_bytes) != bytes->size() ||
        check_frame(*header, *bytes) != FrameCheck::kWhole) {
        return differs("the frame reads back damaged");
    }
    const Result<Seal> stored =
        parse_seal(ByteView(*bytes).subspan(kFrameHeaderBytes, header->payload_bytes));
    if (!stored) return differs("the frame reads back damaged");
    tlog::Frontier again = tree_;
    for (const std::string_view entry : stored->entries) {
        again.append(tlog::leaf_hash(as_bytes(entry)));
    }
    if (again.head() != tlog::TreeHead{seal.size, seal.root}) {
        return differs("the entries read back lead to another root");
    }
    return {};
}

Result<RecordLine> Ledger::Impl::find(RecordIndex n, std::optional<JournalReader>& reader) const {
    if (n >= writer_->next_record()) {
        return Error{"record.unknown", "there is no record " + std::to_string(n.value) + " yet",
                     ErrorClass::kReject};
    }
    const std::optional<std::uint64_t> hint = writer_->offset_hint(n);
    Result<JournalReader> opened =
        hint ? JournalReader::open_at(paths_.journal, writer_->segment(), *hint, n)
             : JournalReader::open(paths_.journal, n);
    if (!opened) return std::move(opened).error();
    reader.emplace(*std::move(opened));
    const Result<std::optional<RecordLine>> line = reader->next();
    if (!line) return line.error();
    if (line->has_value() && (*line)->n == n) return **line;
    return Error{"journal.corrupt",
                 "record " + std::to_string(n.value) + " is not where it belongs: " +
                     reader->stopped_by(),
                 ErrorClass::kFatal};
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const Options& options) {
    OVERLORD_ASSERT(options.signer != nullptr && options.disk != nullptr);
    if (const Status ready = crypto::initialize(); !ready) return ready.error();
    Result<FileHandle> lock = claim_state(options.state_dir);
    if (!lock) return std::move(lock).error();
    auto impl = std::make_unique<Impl>(options, *std::move(lock));
    if (const Status recovered = impl->recover(); !recovered) return recovered.error();
    return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Result<AppendResult> Ledger::append(std::span<const NewRecord> records) {
    return impl_->append(records);
}

Result<AppendResult> Ledger::append(std::span<const std::string> records) {
    std::vector<NewRecord> own;
    own.reserve(records.size());
    for (const std::string& record : records) own.push_back({record, {}});
    return impl_->append(own);
}

Result<SealResult> Ledger::seal(TimeNs at, std::span<const std::string> extra_entries) {
    return impl_->seal(at, extra_entries);
}

Status Ledger::witnessed(const std::string& cosigned) { return impl_->witnessed(cosigned); }

Result<std::string> Ledger::read_record(RecordIndex n) const {
    std::optional<JournalReader> reader;
    const Result<RecordLine> line = impl_->find(n, reader);
    if (!line) return line.error();
    if (!line->erased) return std::string(line->text);
    return Error{"record.erased", "record " + std::to_string(n.value) + " was erased",
                 ErrorClass::kReject};
}

Result<Hash> Ledger::read_commitment(RecordIndex n) {
    std::optional<JournalReader> reader;
    const Result<RecordLine> line = impl_->find(n, reader);
    if (!line) return line.error();
    return line->commitment;
}

Status Ledger::forget_keys() { return impl_->open_keys(); }

RecordIndex Ledger::next_record() const { return impl_->writer_->next_record(); }
RecordIndex Ledger::sealed_until() const { return impl_->blocks_.first(); }
TreeSize Ledger::tree_size() const { return impl_->tree_.size(); }
Hash Ledger::root() const { return impl_->tree_.root(); }
const std::string& Ledger::checkpoint() const { return impl_->checkpoint_; }
const RecoveryReport& Ledger::recovery() const { return impl_->report_; }
Counters Ledger::counters() const {
    return {impl_->writer_->counters(), impl_->seals_, impl_->last_seal_ns_};
}
std::uint64_t Ledger::segment_room() const { return impl_->writer_->room(); }
std::optional<Error> Ledger::preparation_error() const {
    return impl_->writer_->preparation_error();
}

}  // namespace overlord::ledger
