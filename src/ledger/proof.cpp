#include "overlord/ledger/proof.hpp"

#include <nlohmann/json.hpp>

#include <optional>

#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/tlog/proof.hpp"
#include "overlord/tlog/published.hpp"
#include "overlord/tlog/tiles.hpp"
#include "state_dir.hpp"

namespace overlord::ledger {

namespace {

constexpr std::string_view kFormat = "zk-overlords/event-proof/v1";
constexpr std::size_t kProofBytesMax = 4u << 20;

Error reject(std::string code, std::string message) {
    return Error{std::move(code), std::move(message), ErrorClass::kReject};
}

struct FoundBlock {
    BlockEntry block;
    std::string entry;
    EntryIndex index;
};

std::optional<FoundBlock> block_of(const Seal& seal, RecordIndex n) {
    for (std::size_t i = 0; i < seal.entries.size(); ++i) {
        const Result<std::optional<BlockEntry>> block = parse_block(seal.entries[i]);
        if (!block || !block->has_value()) continue;
        const RecordIndex first = (*block)->first;
        if (n < first || n.value - first.value >= (*block)->count) continue;
        return FoundBlock{**block, std::string(seal.entries[i]),
                          EntryIndex{seal.size_before.value + i}};
    }
    return std::nullopt;
}

// The block of a record is in the first seal frame behind the record: no search over the log.
Result<FoundBlock> find_block(const Path& journal, RecordIndex n) {
    Result<JournalReader> reader = JournalReader::open(journal, n);
    if (!reader) return std::move(reader).error();
    for (;;) {
        const Result<std::optional<FrameView>> frame = reader->next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) break;
        if ((*frame)->header.type != FrameType::kSeal) continue;
        if ((*frame)->header.first_record <= n.value) continue;  // an earlier seal
        const Result<Seal> seal = parse_seal((*frame)->payload);
        if (!seal) return seal.error();
        if (std::optional<FoundBlock> found = block_of(*seal, n)) return *std::move(found);
        return Error{"journal.corrupt", "no block covers record " + std::to_string(n.value),
                     ErrorClass::kFatal};
    }
    const bool known = reader->position().record > n;
    const std::string record = "record " + std::to_string(n.value);
    if (!known) return reject("record.unknown", "there is no " + record);
    return reject("proof.not_sealed", record + " is in no block yet: ask after the next seal");
}

struct InnerPart {
    std::string record;
    Hash salt{};
    tlog::Proof inner;
};

Result<InnerPart> prove_inner(const StatePaths& paths, RecordIndex n, const BlockEntry& block) {
    Result<JournalReader> reader = JournalReader::open(paths.journal, block.first);
    if (!reader) return std::move(reader).error();
    InnerPart part;
    std::vector<Hash> leaves;
    for (std::uint64_t i = 0; i < block.count; ++i) {
        const Result<std::optional<RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!line->has_value()) {
            return Error{"journal.corrupt", "the journal ends inside a block", ErrorClass::kFatal};
        }
        leaves.push_back(tlog::leaf_hash((*line)->commitment));
        if ((*line)->n != n) continue;
        const Result<Hash> salt = reader->keys().salt((*line)->key, n);
        if (!salt && (*line)->erased) {
            return reject("record.erased",
                          "record " + std::to_string(n.value) + " was erased: its block proves "
                          "that it was there, and nothing shows what it said");
        }
        if (!salt) return salt.error();
        if (commitment(*salt, (*line)->text) != (*line)->commitment) {
            return Error{"journal.corrupt",
                         "record " + std::to_string(n.value) + " is not what was committed to",
                         ErrorClass::kFatal};
        }
        part.record = (*line)->text;
        part.salt = *salt;
    }
    tlog::MemoryTree tree(std::move(leaves));
    if (tree.root() != block.root) {
        return Error{"journal.corrupt",
                     "the records from " + std::to_string(block.first.value) +
                         " on do not lead to the root of their block",
                     ErrorClass::kFatal};
    }
    Result<tlog::Proof> inner =
        tlog::inclusion_proof(tree, {n.value - block.first.value, tree.size()});
    if (!inner) return std::move(inner).error();
    part.inner = *std::move(inner);
    return part;
}

Result<std::string> prove_entry(const StatePaths& paths, const FoundBlock& found,
                                tlog::VerifierKeys logs) {
    Result<tlog::PublishedCheckpoint> checkpoint =
        tlog::read_published(paths.log, logs, {found.index.value + 1});
    if (!checkpoint && checkpoint.error().code == "io.enoent") {
        return reject("proof.not_sealed", "nothing is published yet");
    }
    if (!checkpoint) return std::move(checkpoint).error();
    const tlog::TreeHead head = checkpoint->head;
    if (found.index.value >= head.size.value) {
        return reject("proof.not_sealed", "the block is not published yet: ask again in a moment");
    }
    Result<tlog::TileReader> tiles = tlog::TileReader::open(paths.log, head);
    if (!tiles) return std::move(tiles).error();
    Result<tlog::Proof> hashes = tiles->inclusion(found.index, head.size);
    if (!hashes) return std::move(hashes).error();
    tlog::TlogProof proof;
    proof.index = found.index;
    proof.hashes = *std::move(hashes);
    proof.checkpoint = std::move(checkpoint->note);
    return proof.to_text();
}

std::string write_proof(const FoundBlock& found, RecordIndex n, const InnerPart& part,
                        const std::string& entry_proof) {
    nlohmann::ordered_json json;
    json["format"] = kFormat;
    json["record"] = to_base64(as_bytes(part.record));
    json["salt"] = to_base64(part.salt);
    json["first"] = found.block.first.value;
    json["count"] = found.block.count;
    json["index"] = n.value;
    json["inner"] = nlohmann::ordered_json::array();
    for (const Hash& hash : part.inner) json["inner"].push_back(to_base64(hash));
    json["entry"] = found.entry;
    json["entry_proof"] = entry_proof;
    return json.dump() + "\n";
}

// The members of a proof file, none more, none less.
struct ProofFile {
    std::string record;
    Hash salt{};
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t index = 0;
    tlog::Proof inner;
    std::string entry;
    std::string entry_proof;
};

bool read_strings(const nlohmann::json& json, ProofFile& file) {
    for (const char* name : {"format", "record", "salt", "entry", "entry_proof"}) {
        if (!json.contains(name) || !json[name].is_string()) return false;
    }
    if (json["format"] != kFormat) return false;
    const Result<Bytes> record = from_base64(json["record"].get<std::string>());
    const Result<Hash> salt = hash_from_base64(json["salt"].get<std::string>());
    if (!record || !salt) return false;
    file.record = as_text(*record);
    file.salt = *salt;
    file.entry = json["entry"].get<std::string>();
    file.entry_proof = json["entry_proof"].get<std::string>();
    return true;
}

bool read_numbers(const nlohmann::json& json, ProofFile& file) {
    for (const char* name : {"first", "count", "index"}) {
        if (!json.contains(name) || !json[name].is_number_unsigned()) return false;
    }
    file.first = json["first"].get<std::uint64_t>();
    file.count = json["count"].get<std::uint64_t>();
    file.index = json["index"].get<std::uint64_t>();
    if (!json.contains("inner") || !json["inner"].is_array()) return false;
    if (json["inner"].size() > tlog::kProofHashesMax) return false;
    for (const nlohmann::json& item : json["inner"]) {
        if (!item.is_string()) return false;
        const Result<Hash> hash = hash_from_base64(item.get<std::string>());
        if (!hash) return false;
        file.inner.push_back(*hash);
    }
    return true;
}

Result<ProofFile> read_proof(std::string_view text) {
    ProofFile file;
    if (text.size() > kProofBytesMax) return reject("proof.malformed", "too long for a proof");
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    constexpr std::size_t kMembers = 9;
    const bool good = json.is_object() && json.size() == kMembers && read_strings(json, file) &&
                      read_numbers(json, file);
    if (!good) return reject("proof.malformed", "not an event proof of version 1");
    return file;
}

}  // namespace

Result<std::string> event_proof(const Path& state_dir, RecordIndex n,
                                tlog::VerifierKeys logs) {
    const StatePaths paths(state_dir);
    const Result<FoundBlock> found = find_block(paths.journal, n);
    if (!found) return found.error();
    const Result<InnerPart> part = prove_inner(paths, n, found->block);
    if (!part) return part.error();
    const Result<std::string> entry_proof = prove_entry(paths, *found, logs);
    if (!entry_proof) return entry_proof.error();
    return write_proof(*found, n, *part, *entry_proof);
}

Result<VerifiedEvent> verify_event_proof(std::string_view text, tlog::VerifierKeys logs) {
    Result<ProofFile> file = read_proof(text);
    if (!file) return std::move(file).error();
    const Result<RecordView> record = parse(file->record);
    if (!record) return record.error();
    const Result<std::optional<BlockEntry>> block = parse_block(file->entry);
    if (!block) return block.error();
    if (!block->has_value()) return reject("proof.mismatch", "the entry is not a block");
    const BlockEntry& covering = **block;
    const bool same = covering.first.value == file->first && covering.count == file->count &&
                      record->n.value == file->index && file->index >= file->first &&
                      file->index - file->first < file->count;
    if (!same) {
        return reject("proof.mismatch", "number, block and entry do not speak of one record");
    }
    const Hash leaf = tlog::leaf_hash(commitment(file->salt, file->record));
    const Status inner = tlog::verify_inclusion({file->index - file->first, TreeSize{file->count}},
                                                leaf, file->inner, covering.root);
    if (!inner) return with_context(inner.error(), "record in its block");
    const Result<tlog::TlogProof> outer = tlog::TlogProof::parse(file->entry_proof);
    if (!outer) return with_context(outer.error(), "entry_proof");
    Result<tlog::SignedCheckpoint> checkpoint =
        tlog::verify_proof(*outer, tlog::leaf_hash(as_bytes(file->entry)), logs);
    if (!checkpoint) return with_context(std::move(checkpoint).error(), "block in the log");
    return VerifiedEvent{file->record, record->n,    record->at, covering,
                         outer->index, *std::move(checkpoint)};
}

}  // namespace overlord::ledger
