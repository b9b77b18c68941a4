#include "assemble_zk.hpp"

#include "overlord/attest/assemble.hpp"

namespace overlord::attest {
namespace {

Path document_path(const Path& state_dir, const Hash& attestation) {
    return state_dir / "attestations" / (to_hex(attestation) + ".zk.json");
}

using tlog::TileReader;

template <class Entry>
struct Found {
    std::uint64_t index = 0;
    Entry entry;
    std::string text;
};

// The first entry of [from, to) of this kind that `wanted` takes.
template <class Entry, class Wanted>
Result<std::optional<Found<Entry>>> find_first(TileReader& tiles, std::uint64_t from,
                                               std::uint64_t to, Wanted wanted) {
    for (std::uint64_t index = from; index < to; ++index) {
        const Result<Bytes> bytes = tiles.entry(EntryIndex{index});
        if (!bytes) return bytes.error();
        const Result<ZkEntry> parsed = parse_zk_entry(as_text(*bytes));
        if (!parsed) return parsed.error();
        const auto* entry = std::get_if<Entry>(&*parsed);
        if (entry == nullptr || !wanted(*entry)) continue;
        return std::optional(Found<Entry>{index, *entry, std::string(as_text(*bytes))});
    }
    return std::optional<Found<Entry>>();
}

// Slots of a stream stand in their order, so bisection finds one in a log of any size.
Result<Found<SlotEntry>> find_slot(TileReader& tiles, const Hash& stream, zk::SlotNumber slot,
                                   std::uint64_t to) {
    std::uint64_t from = 0;
    while (from < to) {
        const std::uint64_t middle = from + (to - from) / 2;
        const auto found = find_first<SlotEntry>(
            tiles, middle, to,
            [&](const SlotEntry& entry) { return entry.stream == stream; });
        if (!found) return found.error();
        if (!found->has_value() || (*found)->entry.slot > slot) {
            to = middle;
        } else if ((*found)->entry.slot < slot) {
            from = (*found)->index + 1;
        } else {
            return **found;
        }
    }
    return Error{"bundle.window", "slot " + std::to_string(slot) + " of stream " +
                                      to_hex(stream) + " is not in the log"};
}

Result<ProvenEntry> prove(TileReader& tiles, std::uint64_t index, std::string text) {
    Result<tlog::Proof> hashes = tiles.inclusion(EntryIndex{index}, tiles.head().size);
    if (!hashes) return std::move(hashes).error();
    return ProvenEntry{std::move(text), EntryIndex{index}, *std::move(hashes)};
}

Result<ZkPart::Ends> find_ends(TileReader& tiles, const ZkStatement& statement,
                               std::uint64_t size) {
    const zk::SlotNumber last = statement.first + statement.count - 1;
    const zk::SlotNumber before_it =
        statement.first == statement.begin ? statement.begin : statement.first - 1;
    const auto before = find_slot(tiles, statement.stream, before_it, size);
    if (!before) return before.error();
    const auto end = find_slot(tiles, statement.stream, last, size);
    if (!end) return end.error();
    const auto range = find_first<RangeEntry>(
        tiles, end->index, size, [&](const RangeEntry& entry) {
            return entry.stream == statement.stream && entry.first <= last &&
                   last - entry.first < entry.count;
        });
    if (!range) return range.error();
    if (!range->has_value()) {
        return Error{"bundle.window", statement.control + ": slot " + std::to_string(last) +
                                      " has no range entry"};
    }
    Result<ProvenEntry> proven_before = prove(tiles, before->index, before->text);
    if (!proven_before) return std::move(proven_before).error();
    Result<ProvenEntry> proven_last = prove(tiles, end->index, end->text);
    if (!proven_last) return std::move(proven_last).error();
    Result<ProvenEntry> proven_range = prove(tiles, (*range)->index, (*range)->text);
    if (!proven_range) return std::move(proven_range).error();
    return ZkPart::Ends{*std::move(proven_before), *std::move(proven_last),
                        *std::move(proven_range)};
}

}  // namespace

Result<ProvenEntry> find_slot_entry(TileReader& tiles, const Hash& stream, zk::SlotNumber slot) {
    Result<Found<SlotEntry>> found = find_slot(tiles, stream, slot, tiles.head().size.value);
    if (!found) return std::move(found).error();
    return prove(tiles, found->index, std::move(found->text));
}

Result<ProvenEntry> find_streams_entry(TileReader& tiles) {
    const auto found = find_first<StreamsEntry>(tiles, 0, tiles.head().size.value,
                                                [](const StreamsEntry&) { return true; });
    if (!found) return found.error();
    if (found->has_value()) return prove(tiles, (*found)->index, (*found)->text);
    return Error{"bundle.streams", "the log has not announced how it names streams"};
}

bool has_document(const Path& state_dir, const Hash& attestation) {
    std::error_code failure;
    return std::filesystem::exists(document_path(state_dir, attestation), failure);
}

Result<std::optional<ZkPart>> assemble_zk(const Path& state_dir, const Hash& attestation,
                                          TileReader& tiles) {
    const Path file = document_path(state_dir, attestation);
    Result<std::string> line = read_text_file(file, kZkDocumentBytesMax + 1);
    if (!line) {
        if (line.error().code == "io.enoent") return std::optional<ZkPart>();
        return std::move(line).error();
    }
    if (line->ends_with('\n')) line->pop_back();
    const Result<ZkDocument> document = parse_zk_document(*line);
    if (!document) return with_context(document.error(), file.string());
    const TreeSize size = document->size;
    if (size >= tiles.head().size) return std::optional<ZkPart>();
    const Hash digest = document_digest(*line);
    const auto logged = find_first<ProofEntry>(
        tiles, size.value, tiles.head().size.value,
        [&](const ProofEntry& entry) { return entry.digest == digest; });
    if (!logged) return logged.error();
    if (!logged->has_value()) return std::optional<ZkPart>();
    ZkPart part;
    part.document = *std::move(line);
    Result<ProvenEntry> entry = prove(tiles, (*logged)->index, (*logged)->text);
    if (!entry) return std::move(entry).error();
    part.entry = *std::move(entry);
    Result<ProvenEntry> streams = find_streams_entry(tiles);
    if (!streams) return std::move(streams).error();
    part.streams = *std::move(streams);
    Result<tlog::Proof> consistency = tiles.consistency(size, tiles.head().size);
    if (!consistency) return std::move(consistency).error();
    part.consistency = *std::move(consistency);
    for (const ZkStatement& statement : document->statements) {
        Result<ZkPart::Ends> ends = find_ends(tiles, statement, size.value);
        if (!ends) return std::move(ends).error();
        part.ends.push_back(*std::move(ends));
    }
    return std::optional(std::move(part));
}

}  // namespace overlord::attest
