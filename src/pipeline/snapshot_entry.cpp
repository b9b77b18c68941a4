// The log's entries about snapshots.
#include <charconv>

#include "overlord/ledger/journal_reader.hpp"
#include "overlord/pipeline/snapshot.hpp"

namespace overlord::pipeline {
namespace {

// Takes `before`, then what stands up to the next one of `end`.
bool take(std::string_view& rest, std::string_view before, char end, std::string_view& value) {
    if (!rest.starts_with(before)) return false;
    rest.remove_prefix(before.size());
    const std::size_t length = rest.find(end);
    if (length == std::string_view::npos) return false;
    value = rest.substr(0, length);
    rest.remove_prefix(length);
    return true;
}

template <class Integer>
bool number(std::string_view text, Integer& value) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

}  // namespace

std::string compose_entry(const SnapshotEntry& entry) {
    return "{\"v\":1,\"kind\":\"snapshot\",\"at\":" + std::to_string(entry.at) +
           ",\"records\":" + std::to_string(entry.records.value) + ",\"digest\":\"" +
           to_hex(entry.digest) + "\",\"file\":\"" + to_hex(entry.file) + "\"}";
}

Result<std::optional<SnapshotEntry>> parse_snapshot_entry(std::string_view text) {
    if (!text.starts_with("{\"v\":1,\"kind\":\"snapshot\",")) return std::optional<SnapshotEntry>();
    std::string_view rest = text;
    std::string_view at;
    std::string_view records;
    std::string_view digest;
    std::string_view file;
    SnapshotEntry entry;
    const bool members = take(rest, "{\"v\":1,\"kind\":\"snapshot\",\"at\":", ',', at) &&
                         take(rest, ",\"records\":", ',', records) &&
                         take(rest, ",\"digest\":\"", '"', digest) &&
                         take(rest, "\",\"file\":\"", '"', file) && rest == "\"}" &&
                         number(at, entry.at) && number(records, entry.records.value);
    const Result<Hash> state_hash = hash_from_hex(digest);
    const Result<Hash> file_hash = hash_from_hex(file);
    if (members && state_hash && file_hash) {
        entry.digest = *state_hash;
        entry.file = *file_hash;
        if (compose_entry(entry) == text) return std::optional<SnapshotEntry>(entry);
    }
    return Error{"entry.syntax", "the entry about a snapshot is malformed"};
}

// It was appended after record `records` - 1, so only what follows that one is read.
Result<std::optional<SnapshotEntry>> find_snapshot_entry(const Path& journal,
                                                         RecordIndex records) {
    const RecordIndex last{records.value == 0 ? 0 : records.value - 1};
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal, last);
    if (!reader) return std::move(reader).error();
    for (;;) {
        const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) return std::optional<SnapshotEntry>();
        if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
        const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
        if (!seal) return seal.error();
        for (const std::string_view text : seal->entries) {
            const Result<std::optional<SnapshotEntry>> entry = parse_snapshot_entry(text);
            if (!entry) return entry.error();
            if (entry->has_value() && (*entry)->records == records) return *entry;
        }
    }
}

}  // namespace overlord::pipeline
