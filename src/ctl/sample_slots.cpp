#include "sample_slots.hpp"

#include <algorithm>
#include <map>

#include "overlord/attest/assemble.hpp"
#include "overlord/attest/proof_plan.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/prover/bound_slot.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/tlog/published.hpp"

namespace overlord::ctl {
namespace {

constexpr std::uint64_t kUnloggedMax = 10'000;  // slots that are committed to but not published yet

// A drawn slot while the journal is looked through for what belongs to it.
struct Wanted {
    OpenedSlot* slot = nullptr;
    zk::SlotNumber number = 0;
    Hash stream{};
    std::string bound_control;  // empty: the slot is not bound to events
    std::optional<RecordIndex> record;
    std::vector<RecordIndex> events;
};

Result<std::optional<SampledStream>> open_stream(const Path& file, tlog::TileReader& tiles,
                                                 prover::StreamNames& names, std::uint64_t count) {
    Result<prover::Openings> openings =
        prover::Openings::open(file, prover::Openings::Access::kRead);
    if (!openings) return std::move(openings).error();
    const prover::StreamHeader& header = openings->header();
    const Result<std::uint64_t> rows = openings->rows();
    if (!rows) return rows.error();
    auto last = find_last_slot(tiles, header, *rows);
    if (!last && last.error().code == "sample.empty") return std::optional<SampledStream>();
    if (!last) return std::move(last).error();
    Result<attest::ProvenEntry> first =
        attest::find_slot_entry(tiles, header.stream, header.begin);
    if (!first) return std::move(first).error();
    Result<OpenedName> name = opened_name(header, names);
    if (!name) return std::move(name).error();
    SampledStream stream{*std::move(name), *std::move(first), std::move(last->second), {}, {}};
    for (const zk::SlotNumber number :
         draw_slots(tiles.head().root, header.stream, header.begin,
                    last->first - header.begin + 1, count)) {
        const Result<std::optional<prover::Sums>> opening =
            openings->slot(number - header.begin);
        if (!opening) return opening.error();
        if (!opening->has_value()) {
            stream.erased.push_back(number);
            continue;
        }
        Result<attest::ProvenEntry> entry =
            attest::find_slot_entry(tiles, header.stream, number);
        if (!entry) return std::move(entry).error();
        const prover::Sums& sums = **opening;
        stream.drawn.push_back({*std::move(entry), {sums.bad, sums.total},
                                sums.bad_blinding.encode(), sums.total_blinding.encode(), "", {}});
    }
    return std::optional(std::move(stream));
}

using WantedBySystem = std::map<std::string, std::vector<Wanted>>;

Status show_contributions(const ledger::SlotMembers& members, ByteView key, Wanted& wanted) {
    for (const ledger::SlotValue& value : members.values) {
        if (value.control != wanted.bound_control) continue;
        const Result<prover::BoundSlot> bound =
            prover::bind_slot(key, wanted.stream, wanted.number, value);
        if (!bound) return bound.error();
        wanted.slot->contributions.emplace();
        for (const prover::OpenedContribution& event : bound->events) {
            const prover::Sums& opening = event.opening;
            wanted.slot->contributions->push_back(
                {event.record, {opening.bad, opening.total}, opening.bad_blinding.encode(),
                 opening.total_blinding.encode()});
        }
    }
    return {};
}

Status see_slot_record(const ledger::RecordView& record, const ledger::RecordKey& key,
                       WantedBySystem& wanted) {
    const Result<ledger::SlotMembers> members = ledger::parse_slot(record);
    const auto found = members ? wanted.find(members->system) : wanted.end();
    if (found == wanted.end()) return {};
    Hash blinding_key{};
    zk::blinding_key(key.secret, blinding_key);
    Status shown;
    for (Wanted& one : found->second) {
        if (one.number < members->slot || one.number - members->slot >= members->count) continue;
        one.record = record.n;
        if (shown) shown = show_contributions(*members, blinding_key, one);
    }
    crypto::wipe(blinding_key);
    return shown;
}

void see_event(const ledger::RecordView& record, event::Decoder& decoder, DurationNs slot_ns,
               WantedBySystem& wanted) {
    const Result<event::Event> event = decoder.decode(record.event);
    if (!event) return;
    const auto found = wanted.find(std::string(event->subject));
    if (found == wanted.end()) return;
    const auto number = static_cast<zk::SlotNumber>(event->time / slot_ns);
    for (Wanted& one : found->second) {
        if (one.number == number && one.events.size() < kSlotEventsMax) {
            one.events.push_back(record.n);
        }
    }
}

// One pass over the journal, from its beginning to what it has now.
Status look_through(const Path& journal, DurationNs slot_ns, WantedBySystem& wanted) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return reader.error();
    event::Decoder decoder;
    for (;;) {
        const Result<std::optional<ledger::RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!line->has_value()) return {};
        if ((*line)->erased) continue;
        const Result<ledger::RecordView> record = ledger::parse((*line)->text);
        if (!record) return record.error();
        if (record->kind == ledger::RecordKind::kSlot) {
            const Result<ledger::RecordKey> key = reader->keys().find((*line)->key);
            if (!key) return key.error();
            if (Status seen = see_slot_record(*record, *key, wanted); !seen) return seen;
        }
        if (record->kind == ledger::RecordKind::kEvent) {
            see_event(*record, decoder, slot_ns, wanted);
        }
    }
}

Status prove_records(const Path& state, const Keys& logs, const Wanted& wanted) {
    if (!wanted.record) {
        return Error{"sample.record",
                     "the journal has no record of slot " + std::to_string(wanted.number)};
    }
    Result<std::string> record = ledger::event_proof(state, *wanted.record, logs);
    if (!record) return record.error();
    wanted.slot->record = *std::move(record);
    for (const RecordIndex n : wanted.events) {
        Result<std::string> event = ledger::event_proof(state, n, logs);
        if (!event) return event.error();
        wanted.slot->events.push_back(*std::move(event));
    }
    return {};
}

std::string bound_control(const SampledStream& stream) {
    const Result<attest::PlanControl> control = attest::parse_plan_control(stream.entry);
    return control && control->mode == attest::ProofMode::kEvent ? control->control : "";
}

Status add_records(const Path& state, const Keys& logs, SlotSample& sample) {
    WantedBySystem wanted;
    for (SampledStream& stream : sample.streams) {
        for (OpenedSlot& slot : stream.drawn) {
            const Result<attest::ZkEntry> entry = attest::parse_zk_entry(slot.entry.entry);
            OVERLORD_ASSERT(entry.has_value());
            wanted[stream.system].push_back({&slot, std::get<attest::SlotEntry>(*entry).slot,
                                             stream.stream, bound_control(stream), std::nullopt,
                                             {}});
        }
    }
    // All streams of a daemon have slots of one length.
    const DurationNs slot_ns = sample.streams.front().slot_ns;
    Status seen = look_through(state / "journal", slot_ns, wanted);
    if (!seen) return seen;
    for (const auto& [system, slots] : wanted) {
        for (const Wanted& one : slots) {
            if (Status proven = prove_records(state, logs, one); !proven) {
                return with_context(proven.error(), system);
            }
        }
    }
    return {};
}

Result<std::vector<SampledStream>> open_streams(const Path& state, const Keys& logs,
                                                const SlotSample& sample, tlog::TileReader& tiles,
                                                std::uint64_t count) {
    std::vector<SampledStream> streams;
    const Result<std::vector<Path>> files = slot_files(state);
    if (!files) return files.error();
    if (files->empty()) return streams;
    Result<crypto::Secret> key = prover::load_proof_key(state);
    if (!key) return std::move(key).error();
    const Result<tlog::SignedCheckpoint> opened = attest::open_with_any(sample.checkpoint, logs);
    if (!opened) return opened.error();
    prover::StreamNames names(*std::move(key), opened->checkpoint.origin);
    for (const Path& file : *files) {
        Result<std::optional<SampledStream>> stream = open_stream(file, tiles, names, count);
        if (!stream) return with_context(stream.error(), file.filename().string());
        if (stream->has_value()) streams.push_back(*std::move(*stream));
    }
    return streams;
}

}  // namespace

Result<std::pair<zk::SlotNumber, attest::ProvenEntry>> find_last_slot(
    tlog::TileReader& tiles, const prover::StreamHeader& header, std::uint64_t rows) {
    for (std::uint64_t back = 1; back <= std::min(rows, kUnloggedMax); ++back) {
        const zk::SlotNumber slot = header.begin + rows - back;
        Result<attest::ProvenEntry> entry = attest::find_slot_entry(tiles, header.stream, slot);
        if (entry) return std::pair{slot, *std::move(entry)};
        if (entry.error().code != "bundle.window") return std::move(entry).error();
    }
    return Error{"sample.empty", "no slot of the stream is published"};
}

Result<OpenedName> opened_name(const prover::StreamHeader& header, prover::StreamNames& names) {
    const std::optional<std::uint32_t> generation = names.generation_of(header);
    if (generation) {
        return OpenedName{header.stream, names.tag(header.system, header.entry), *generation,
                          header.system, header.entry, header.slot_ns};
    }
    return Error{"sample.name", "stream " + to_hex(header.stream) +
                                    " was named under another keys/proof.key"};
}

Result<std::vector<Path>> slot_files(const Path& state) {
    std::vector<Path> files;
    const Path directory = prover::proofs_directory(state);
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names && names.error().code == "io.enoent") return files;
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (name.ends_with(".slots")) files.push_back(directory / name);
    }
    return files;
}

Result<SlotSample> make_slot_sample(const Path& state, const Keys& logs, std::uint64_t count) {
    Result<tlog::PublishedCheckpoint> published =
        tlog::read_published(state / "log", logs, TreeSize{1});
    if (!published) return std::move(published).error();
    Result<tlog::TileReader> tiles = tlog::TileReader::open(state / "log", published->head);
    if (!tiles) return std::move(tiles).error();
    SlotSample sample;
    sample.checkpoint = std::move(published->note);
    const EntryIndex newest{published->head.size.value - 1};
    const Result<Bytes> text = tiles->entry(newest);
    if (!text) return text.error();
    Result<tlog::Proof> hashes = tiles->inclusion(newest, published->head.size);
    if (!hashes) return std::move(hashes).error();
    sample.newest = {std::string(as_text(*text)), newest, *std::move(hashes)};
    Result<std::vector<SampledStream>> streams = open_streams(state, logs, sample, *tiles, count);
    if (!streams) return std::move(streams).error();
    sample.streams = *std::move(streams);
    if (sample.streams.empty()) {
        return Error{"sample.empty", "there is no slot under the checkpoint: nothing is proved"};
    }
    Result<attest::ProvenEntry> naming = attest::find_streams_entry(*tiles);
    if (!naming) return std::move(naming).error();
    sample.naming = *std::move(naming);
    if (Status added = add_records(state, logs, sample); !added) return added.error();
    return sample;
}

}  // namespace overlord::ctl
