#include "overlord/ledger/proof.hpp"

#include <algorithm>
#include <charconv>
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
constexpr std::string_view kErasedFormat = "zk-overlords/erased-proof/v1";
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
    std::string record;  // empty where it was erased
    Hash salt{};
    Hash commitment{};
    tlog::Proof inner;
};

Error was_erased(RecordIndex n) {
    return reject("record.erased", "record " + std::to_string(n.value) +
                                       " was erased: its block proves that it was there, and "
                                       "nothing shows what it said");
}

Status take_record(JournalReader& reader, const RecordLine& line, InnerPart& part) {
    part.commitment = line.commitment;
    const Result<Hash> salt = reader.keys().salt(line.key, line.n);
    if (!salt && line.erased) return {};
    if (!salt) return salt.error();
    if (commitment(*salt, line.text) != line.commitment) {
        return Error{"journal.corrupt",
                     "record " + std::to_string(line.n.value) + " is not what was committed to",
                     ErrorClass::kFatal};
    }
    part.record = line.text;
    part.salt = *salt;
    return {};
}

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
        if (Status taken = take_record(*reader, **line, part); !taken) return taken.error();
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
    if (part.record.empty()) {
        json["format"] = kErasedFormat;
        json["commitment"] = to_base64(part.commitment);
    } else {
        json["format"] = kFormat;
        json["record"] = to_base64(as_bytes(part.record));
        json["salt"] = to_base64(part.salt);
    }
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
    std::string record;  // or, of an erased one, its commitment
    Hash salt{};
    Hash commitment{};
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t index = 0;
    tlog::Proof inner;
    std::string entry;
    std::string entry_proof;
};

bool all_strings(const nlohmann::json& json, std::initializer_list<const char*> names) {
    return std::ranges::all_of(names, [&](const char* name) {
        return json.contains(name) && json[name].is_string();
    });
}

bool read_record(const nlohmann::json& json, ProofFile& file) {
    if (!all_strings(json, {"record", "salt"})) return false;
    const Result<Bytes> record = from_base64(json["record"].get<std::string>());
    const Result<Hash> salt = hash_from_base64(json["salt"].get<std::string>());
    if (!record || !salt) return false;
    file.record = as_text(*record);
    file.salt = *salt;
    file.commitment = commitment(file.salt, file.record);
    return true;
}

bool read_commitment(const nlohmann::json& json, ProofFile& file) {
    if (!all_strings(json, {"commitment"})) return false;
    const Result<Hash> commitment = hash_from_base64(json["commitment"].get<std::string>());
    if (commitment) file.commitment = *commitment;
    return commitment.has_value();
}

bool read_strings(const nlohmann::json& json, std::string_view format, ProofFile& file) {
    if (!all_strings(json, {"format", "entry", "entry_proof"})) return false;
    if (json["format"] != format) return false;
    file.entry = json["entry"].get<std::string>();
    file.entry_proof = json["entry_proof"].get<std::string>();
    return format == kFormat ? read_record(json, file) : read_commitment(json, file);
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

Result<ProofFile> read_proof(std::string_view text, std::string_view format) {
    ProofFile file;
    if (text.size() > kProofBytesMax) return reject("proof.malformed", "too long for a proof");
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const std::size_t members = format == kFormat ? 9 : 8;
    const bool good = json.is_object() && json.size() == members &&
                      read_strings(json, format, file) && read_numbers(json, file);
    if (!good) {
        return reject("proof.malformed", format == kFormat ? "not an event proof of version 1"
                                                           : "not an erased proof of version 1");
    }
    return file;
}

struct VerifiedHops {
    BlockEntry block;
    EntryIndex entry_index;
    tlog::SignedCheckpoint checkpoint;
};

// From the commitment to its block, and from the block's entry to the checkpoint.
Result<VerifiedHops> verify_hops(const ProofFile& file, tlog::VerifierKeys logs) {
    const Result<std::optional<BlockEntry>> block = parse_block(file.entry);
    if (!block) return block.error();
    if (!block->has_value()) return reject("proof.mismatch", "the entry is not a block");
    const BlockEntry& covering = **block;
    const bool same = covering.first.value == file.first && covering.count == file.count &&
                      file.index >= file.first && file.index - file.first < file.count;
    if (!same) {
        return reject("proof.mismatch", "number, block and entry do not speak of one record");
    }
    const Status inner =
        tlog::verify_inclusion({file.index - file.first, TreeSize{file.count}},
                               tlog::leaf_hash(file.commitment), file.inner, covering.root);
    if (!inner) return with_context(inner.error(), "record in its block");
    const Result<tlog::TlogProof> outer = tlog::TlogProof::parse(file.entry_proof);
    if (!outer) return with_context(outer.error(), "entry_proof");
    Result<tlog::SignedCheckpoint> checkpoint =
        tlog::verify_proof(*outer, tlog::leaf_hash(as_bytes(file.entry)), logs);
    if (!checkpoint) return with_context(std::move(checkpoint).error(), "block in the log");
    return VerifiedHops{covering, outer->index, *std::move(checkpoint)};
}

enum class Wanted { kRecord, kErased };

Result<std::string> make_proof(const Path& state_dir, RecordIndex n, tlog::VerifierKeys logs,
                               Wanted wanted) {
    const StatePaths paths(state_dir);
    const Result<FoundBlock> found = find_block(paths.journal, n);
    if (!found) return found.error();
    const Result<InnerPart> part = prove_inner(paths, n, found->block);
    if (!part) return part.error();
    const bool erased = part->record.empty();
    if (wanted == Wanted::kRecord && erased) return was_erased(n);
    if (wanted == Wanted::kErased && !erased) {
        return reject("record.readable", "record " + std::to_string(n.value) + " is not erased");
    }
    const Result<std::string> entry_proof = prove_entry(paths, *found, logs);
    if (!entry_proof) return entry_proof.error();
    return write_proof(*found, n, *part, *entry_proof);
}

}  // namespace

Result<std::string> event_proof(const Path& state_dir, RecordIndex n, tlog::VerifierKeys logs) {
    return make_proof(state_dir, n, logs, Wanted::kRecord);
}

Result<std::string> erased_proof(const Path& state_dir, RecordIndex n, tlog::VerifierKeys logs) {
    return make_proof(state_dir, n, logs, Wanted::kErased);
}

Result<VerifiedEvent> verify_event_proof(std::string_view text, tlog::VerifierKeys logs) {
    Result<ProofFile> file = read_proof(text, kFormat);
    if (!file) return std::move(file).error();
    const Result<RecordView> record = parse(file->record);
    if (!record) return record.error();
    if (record->n.value != file->index) {
        return reject("proof.mismatch", "number, block and entry do not speak of one record");
    }
    Result<VerifiedHops> hops = verify_hops(*file, logs);
    if (!hops) return std::move(hops).error();
    return VerifiedEvent{file->record, record->n,         record->at,
                         hops->block,  hops->entry_index, std::move(hops->checkpoint)};
}

Result<VerifiedErased> verify_erased_proof(std::string_view text, tlog::VerifierKeys logs) {
    Result<ProofFile> file = read_proof(text, kErasedFormat);
    if (!file) return std::move(file).error();
    Result<VerifiedHops> hops = verify_hops(*file, logs);
    if (!hops) return std::move(hops).error();
    return VerifiedErased{RecordIndex{file->index}, hops->block, std::move(hops->checkpoint)};
}

std::optional<RecordIndex> erased_before(std::string_view entry) {
    if (!entry.starts_with("{\"v\":1,\"kind\":\"erase\",")) return std::nullopt;
    const std::string text = entry_member(entry, "before");
    RecordIndex before;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), before.value);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
    return before;
}

}  // namespace overlord::ledger
