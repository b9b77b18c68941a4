// overlordctl sample: records drawn by the root of a checkpoint, with proofs and control totals.
#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/tlog/published.hpp"
#include "overlord/tlog/tiles.hpp"
#include "sample_events.hpp"
#include "sample_file.hpp"
#include "sample_slots.hpp"

namespace overlord::ctl {
namespace {

Error moved_on() {
    return Error{"sample.moved",
                 "the log has gone on meanwhile: take the sample from a copy of the state"};
}

// Where the last block under the head stands, and the last erasure.
struct LastBlock {
    std::uint64_t index = 0;
    std::uint64_t records = 0;
    std::optional<std::uint64_t> erasure;
};

Result<LastBlock> last_block(const Path& journal, TreeSize size) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return std::move(reader).error();
    std::optional<LastBlock> last;
    std::optional<std::uint64_t> erasure;
    for (;;) {
        const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) break;
        if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
        const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
        if (!seal) return seal.error();
        for (std::size_t i = 0; i < seal->entries.size(); ++i) {
            const std::uint64_t index = seal->size_before.value + i;
            const auto block = ledger::parse_block(seal->entries[i]);
            if (!block) return block.error();
            if (index >= size.value) continue;
            if (ledger::erased_before(seal->entries[i])) erasure = index;
            if (!block->has_value()) continue;
            last = {index, (*block)->first.value + (*block)->count, std::nullopt};
        }
    }
    if (last) {
        last->erasure = erasure;
        return *last;
    }
    return Error{"sample.empty", "there is no block under the checkpoint yet"};
}

Result<ProvenEntry> prove_entry(tlog::TileReader& tiles, std::uint64_t index, TreeSize size) {
    const Result<Bytes> entry = tiles.entry(EntryIndex{index});
    if (!entry) return entry.error();
    Result<tlog::Proof> proof = tiles.inclusion(EntryIndex{index}, size);
    if (!proof) return std::move(proof).error();
    return ProvenEntry{index, std::string(as_text(*entry)), *std::move(proof)};
}

Status prove_entries(const Path& log, const tlog::TreeHead& head, const LastBlock& last,
                     SampleManifest& manifest) {
    Result<tlog::TileReader> tiles = tlog::TileReader::open(log, head);
    if (!tiles) return std::move(tiles).error();
    for (std::uint64_t index = last.index; index < head.size.value; ++index) {
        Result<ProvenEntry> entry = prove_entry(*tiles, index, head.size);
        if (!entry) return std::move(entry).error();
        manifest.tail.push_back(*std::move(entry));
    }
    if (manifest.erased.empty() || !last.erasure) return {};
    Result<ProvenEntry> entry = prove_entry(*tiles, *last.erasure, head.size);
    if (!entry) return std::move(entry).error();
    manifest.erasure = *std::move(entry);
    return {};
}

// The totals of the records [0, manifest.records).
Status count_records(const Path& journal, SampleManifest& manifest) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return std::move(reader).error();
    event::Decoder decoder;
    bool any = false;
    for (std::uint64_t left = manifest.records; left > 0; --left) {
        const Result<std::optional<ledger::RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!line->has_value())
            return Error{"journal.corrupt", "the journal ends before the last block"};
        if ((*line)->erased) {
            ++manifest.kinds["erased"];
            continue;
        }
        const Result<ledger::RecordView> record = ledger::parse((*line)->text);
        if (!record) return record.error();
        ++manifest.kinds[std::string(to_text(record->kind))];
        if (!std::exchange(any, true)) manifest.first_at = record->at;
        manifest.last_at = record->at;
        if (record->kind != ledger::RecordKind::kEvent) continue;
        const Result<event::Event> event = decoder.decode(record->event);
        ++manifest.sources[event ? std::string(event->source) : ""];
    }
    return {};
}

// The head that a proof is under; the checks are those that its reader will make.
Result<TreeSize> size_under(const std::string& proof, bool erased, const Keys& logs) {
    if (erased) {
        const Result<ledger::VerifiedErased> verified = ledger::verify_erased_proof(proof, logs);
        if (!verified) return verified.error();
        return verified->checkpoint.checkpoint.head.size;
    }
    const Result<ledger::VerifiedEvent> verified = ledger::verify_event_proof(proof, logs);
    if (!verified) return verified.error();
    return verified->checkpoint.checkpoint.head.size;
}

Status write_proofs(const Path& state, const Path& out, const Keys& logs,
                    const tlog::TreeHead& head, SampleManifest& manifest) {
    for (const std::uint64_t n : manifest.drawn) {
        Result<std::string> proof = ledger::event_proof(state, RecordIndex{n}, logs);
        const bool erased = !proof && proof.error().code == "record.erased";
        if (erased) {
            manifest.erased.push_back(n);
            proof = ledger::erased_proof(state, RecordIndex{n}, logs);
        }
        if (!proof) return proof.error();
        const Result<TreeSize> size = size_under(*proof, erased, logs);
        if (!size) return size.error();
        if (*size != head.size) return moved_on();
        if (Status written = write_file_derived(out / proof_name(n), as_bytes(*proof)); !written)
            return written;
    }
    return {};
}

// What drawn events have added to event-bound slots, where there are any.
Status write_events(const Path& state, const Path& out,
                    const tlog::PublishedCheckpoint& published, const SampleManifest& manifest) {
    Result<tlog::TileReader> tiles = tlog::TileReader::open(state / "log", published.head);
    if (!tiles) return std::move(tiles).error();
    const std::string origin = published.note.substr(0, published.note.find('\n'));
    const Result<EventSample> sample =
        make_event_sample(state, *tiles, origin, manifest.drawn);
    if (!sample) return sample.error();
    if (sample->streams.empty()) return {};
    // It shows values: for its reader's eyes only.
    return write_file_durable(out / kEventSampleName, as_bytes(to_json(*sample)), 0600);
}

Result<SampleManifest> make_sample(const Path& state, const Path& out, const Keys& logs,
                                   std::uint64_t count) {
    Result<tlog::PublishedCheckpoint> published =
        tlog::read_published(state / "log", logs, TreeSize{1});
    if (!published) return std::move(published).error();
    SampleManifest manifest;
    manifest.checkpoint = published->note;
    const Result<std::string> witnessed =
        read_text_file(state / "log" / "checkpoint.witnessed", tlog::kNoteBytesMax);
    manifest.witnessed = witnessed && *witnessed == published->note;
    const Result<LastBlock> last = last_block(state / "journal", published->head.size);
    if (!last) return last.error();
    manifest.records = last->records;
    manifest.drawn = draw(published->head.root, manifest.records, count);
    if (Status counted = count_records(state / "journal", manifest); !counted)
        return std::move(counted).error();
    if (Status made = make_directories(out); !made) return std::move(made).error();
    if (Status written = write_proofs(state, out, logs, published->head, manifest); !written)
        return std::move(written).error();
    if (Status proven = prove_entries(state / "log", published->head, *last, manifest); !proven)
        return std::move(proven).error();
    if (Status written = write_events(state, out, *published, manifest); !written)
        return std::move(written).error();
    // The manifest last: a folder without one is no sample.
    if (Status written = write_file_derived(out / kManifestName, as_bytes(to_json(manifest)));
        !written)
        return std::move(written).error();
    return manifest;
}

Result<Keys> log_keys(const Options& options, const Path& state) {
    const std::vector<std::string> values = options.values("--key");
    return values.empty() ? own_log_keys(state) : read_keys(values);
}

int sample_slots(const Options& options, const Path& state, const Keys& keys) {
    const Result<std::uint64_t> count =
        parse_count(*options.value("--slots"), 1, kSlotSampleMax);
    if (!count) return fail(options, kUsage, with_context(count.error(), "--slots"));
    const std::string file = *options.value("-o");
    const Result<SlotSample> sample = make_slot_sample(state, keys, *count);
    if (!sample) return fail(options, kUnavailable, sample.error());
    const std::string text = to_json(*sample);
    // It shows values: for its reader's eyes only.
    if (Status written = write_file_durable(file, as_bytes(text), 0600); !written) {
        return fail(options, kUsage, written.error());
    }
    std::size_t slots = 0;
    for (const SampledStream& stream : sample->streams) slots += stream.drawn.size();
    if (options.json()) {
        std::cout << "{\"streams\":" << sample->streams.size() << ",\"slots\":" << slots
                  << "}\n";
        return kYes;
    }
    std::cout << slots << " slots of " << sample->streams.size()
              << " streams drawn by the root and opened; this file shows their values\n"
                 "check it with: overlordctl verify "
              << file << " --key LOG_KEY\n";
    return kYes;
}

}  // namespace

int run_sample(const Options& options) {
    const std::optional<std::string> out = options.value("-o");
    if (options.operands().size() != 1 || !out)
        return fail(options, kUsage,
                    Error{"usage", "sample needs a STATE_DIR, best a copy, and -o DIR"});
    const Result<std::uint64_t> count =
        parse_count(options.value_or("--count", "25"), 1, kSampleMax);
    if (!count) return fail(options, kUsage, with_context(count.error(), "--count"));
    const Path state = options.operands().front();
    if (options.has("--slots")) {
        const Result<Keys> keys = log_keys(options, state);
        return keys ? sample_slots(options, state, *keys) : fail(options, kUsage, keys.error());
    }
    if (is_sample(*out))
        return fail(options, kUsage, Error{"usage", *out + " holds a sample already"});
    const Result<Keys> keys = log_keys(options, state);
    if (!keys) return fail(options, kUsage, keys.error());
    const Result<SampleManifest> made = make_sample(state, *out, *keys, *count);
    if (!made) return fail(options, kUnavailable, made.error());
    if (options.json()) {
        std::cout << "{\"drawn\":" << made->drawn.size() << ",\"of\":" << made->records
                  << ",\"erased\":" << made->erased.size()
                  << ",\"witnessed\":" << (made->witnessed ? "true" : "false") << "}\n";
        return kYes;
    }
    std::cout << made->drawn.size() << " of " << made->records
              << " records drawn by the root of the "
              << (made->witnessed ? "witnessed checkpoint"
                                  : "published checkpoint, which no witness has cosigned: weaker")
              << (made->erased.empty()
                      ? ""
                      : ", " + std::to_string(made->erased.size()) + " of them erased")
              << "\ncheck it with: overlordctl verify " << *out << " --key LOG_KEY\n";
    return kYes;
}

}  // namespace overlord::ctl
