#include "sample_events.hpp"

#include <algorithm>

#include "overlord/attest/assemble.hpp"
#include "overlord/attest/proof_plan.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/prover/bound_slot.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/zk/blinding_proof.hpp"
#include "overlord/zk/pedersen.hpp"
#include "sample_slots.hpp"

namespace overlord::ctl {
namespace {

// An event-bound stream of the state, and what is known of its slots in the log.
struct Source {
    BoundStream made;
    std::string control;
    zk::SlotNumber begin = 0, last = 0;
    [[nodiscard]] Hash salt() const {
        return zk::stream_salt(made.tag.point, made.generation);
    }
    [[nodiscard]] bool covers(zk::SlotNumber slot) const { return begin <= slot && slot <= last; }
};

Result<std::optional<Source>> open_source(const Path& file, tlog::TileReader& tiles,
                                          prover::StreamNames& names) {
    const Result<prover::Openings> openings =
        prover::Openings::open(file, prover::Openings::Access::kRead);
    if (!openings) return openings.error();
    const prover::StreamHeader& header = openings->header();
    if (!header.event_bound) return std::optional<Source>();
    const Result<std::uint64_t> rows = openings->rows();
    if (!rows) return rows.error();
    auto last = find_last_slot(tiles, header, *rows);
    if (!last && last.error().code == "sample.empty") return std::optional<Source>();
    if (!last) return std::move(last).error();
    Result<attest::ProvenEntry> first = attest::find_slot_entry(tiles, header.stream, header.begin);
    if (!first) return std::move(first).error();
    const Result<attest::PlanControl> control = attest::parse_plan_control(header.entry);
    if (!control) return control.error();
    Result<OpenedName> name = opened_name(header, names);
    if (!name) return std::move(name).error();
    Source source{{*std::move(name), *std::move(first), std::move(last->second), {}, {}},
                  control->control, header.begin, last->first};
    return std::optional(std::move(source));
}

Result<std::vector<Source>> open_sources(const Path& state, tlog::TileReader& tiles,
                                         const std::string& origin) {
    std::vector<Source> sources;
    const Result<std::vector<Path>> files = slot_files(state);
    if (!files) return files.error();
    if (files->empty()) return sources;
    Result<crypto::Secret> key = prover::load_proof_key(state);
    if (!key) return std::move(key).error();
    prover::StreamNames names(*std::move(key), origin);
    for (const Path& file : *files) {
        Result<std::optional<Source>> source = open_source(file, tiles, names);
        if (!source) return with_context(source.error(), file.filename().string());
        if (source->has_value()) sources.push_back(*std::move(*source));
    }
    return sources;
}

// The drawn events by system and time; then, of the slots that they fall into, what is shown.
class Gathering {
public:
    Gathering(std::vector<Source> sources, tlog::TileReader& tiles, std::string origin,
              std::span<const std::uint64_t> drawn)
        : sources_(std::move(sources)),
          tiles_(tiles),
          origin_(std::move(origin)),
          drawn_(drawn.begin(), drawn.end()) {}

    Status read(const Path& journal) {
        // A slot's record stands behind its events.
        Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
        if (!reader) return reader.error();
        for (;;) {
            const Result<std::optional<ledger::RecordLine>> line = reader->next();
            if (!line) return line.error();
            if (!line->has_value()) return {};
            if ((*line)->erased) continue;
            const Result<ledger::RecordView> record = ledger::parse((*line)->text);
            if (!record) return record.error();
            if (record->kind == ledger::RecordKind::kEvent && drawn_.contains(record->n.value)) {
                see_event(*record);
            }
            if (record->kind != ledger::RecordKind::kSlot || wanted_.empty()) continue;
            const Result<ledger::RecordKey> key = reader->keys().find((*line)->key);
            if (!key) return key.error();
            if (Status seen = see_slots(*record, *key); !seen) return seen;
        }
    }

    // The streams of systems that had a drawn event. Slots whose record was not there are erased.
    [[nodiscard]] EventSample sample() {
        for (const auto& [place, records] : wanted_) {
            Source& source = sources_[place.first];
            if (source.covers(place.second)) source.made.erased.push_back(place.second);
        }
        EventSample sample;
        for (Source& source : sources_) {
            if (!systems_.contains(source.made.system)) continue;
            sample.streams.push_back(std::move(source.made));
        }
        return sample;
    }

private:
    using Place = std::pair<std::size_t, zk::SlotNumber>;  // source, slot

    void see_event(const ledger::RecordView& record) {
        const Result<event::Event> event = decoder_.decode(record.event);
        if (!event || event->time < 0) return;
        systems_.insert(std::string(event->subject));
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (sources_[i].made.system != event->subject) continue;
            wanted_[{i, static_cast<zk::SlotNumber>(event->time / sources_[i].made.slot_ns)}]
                .insert(record.n.value);
        }
    }

    Status see_slots(const ledger::RecordView& record, const ledger::RecordKey& secret) {
        const Result<ledger::SlotMembers> members = ledger::parse_slot(record);
        if (!members) return members.error();
        Hash key{};
        zk::blinding_key(secret.secret, key);
        Status shown;
        for (std::size_t i = 0; i < sources_.size() && shown; ++i) {
            if (sources_[i].made.system == members->system) shown = see_source(i, *members, key);
        }
        crypto::wipe(key);
        return shown;
    }

    Status see_source(std::size_t i, const ledger::SlotMembers& members, const Hash& key) {
        for (zk::SlotNumber slot = members.slot; slot < members.slot + members.count; ++slot) {
            const auto wanted = wanted_.find({i, slot});
            if (wanted == wanted_.end()) continue;
            const std::set<std::uint64_t> records = std::move(wanted->second);
            wanted_.erase(wanted);
            for (const ledger::SlotValue& value : members.values) {
                if (value.control != sources_[i].control || !sources_[i].covers(slot)) continue;
                if (Status shown = show(sources_[i], slot, value, key, records); !shown) {
                    return shown;
                }
            }
        }
        return {};
    }

    // A slot is shown only where a drawn event counts in it, or where all counts as bad.
    Status show(Source& source, zk::SlotNumber slot, const ledger::SlotValue& value,
                const Hash& key, const std::set<std::uint64_t>& records) {
        const Result<prover::BoundSlot> bound =
            prover::bind_slot(key, source.made.stream, slot, value);
        if (!bound) return bound.error();
        ShownSlot shown;
        const bool full = value.bad == zk::kSlotValueMax && value.total == zk::kSlotValueMax;
        for (const prover::OpenedContribution& event : bound->events) {
            if (!records.contains(event.record) && !(full && bound->events.size() == 1)) continue;
            const prover::Sums& opening = event.opening;
            shown.opened.push_back({event.record, {opening.bad, opening.total},
                                    opening.bad_blinding.encode(),
                                    opening.total_blinding.encode()});
        }
        if (shown.opened.empty()) return {};
        Result<attest::ProvenEntry> entry =
            attest::find_slot_entry(tiles_, source.made.stream, slot);
        if (!entry) return std::move(entry).error();
        shown.entry = *std::move(entry);
        shown.shown = {slot, prover::own_switch(source.salt(), bound->slot), bound->list};
        const std::vector<zk::Scalar> left{bound->rest.bad_blinding, bound->rest.total_blinding};
        const std::vector<zk::Point> points{zk::commit(0, left[0]), zk::commit(0, left[1])};
        const zk::Label label =
            zk::label(zk::RemainderSubject{origin_, source.made.stream, slot, 1});
        shown.proof = zk::prove_blindings({label, points, left});
        Result<std::vector<Bytes>> ranges =
            prover::prove_ranges(*bound, origin_, source.made.stream, slot);
        if (!ranges) return ranges.error();
        shown.ranges = *std::move(ranges);
        source.made.slots.push_back(std::move(shown));
        return {};
    }

    std::vector<Source> sources_;
    tlog::TileReader& tiles_;
    std::string origin_;
    std::set<std::uint64_t> drawn_;
    event::Decoder decoder_;
    std::set<std::string> systems_;
    std::map<Place, std::set<std::uint64_t>> wanted_;  // with the drawn records that fall into it
};

}  // namespace

Result<EventSample> make_event_sample(const Path& state, tlog::TileReader& tiles,
                                      const std::string& origin,
                                      std::span<const std::uint64_t> drawn) {
    Result<std::vector<Source>> sources = open_sources(state, tiles, origin);
    if (!sources) return sources.error();
    if (sources->empty()) return EventSample();
    Gathering gathering(*std::move(sources), tiles, origin, drawn);
    if (Status read = gathering.read(state / "journal"); !read) return read.error();
    EventSample sample = gathering.sample();
    if (sample.streams.empty()) return sample;
    Result<attest::ProvenEntry> naming = attest::find_streams_entry(tiles);
    if (!naming) return std::move(naming).error();
    sample.naming = *std::move(naming);
    return sample;
}

}  // namespace overlord::ctl
