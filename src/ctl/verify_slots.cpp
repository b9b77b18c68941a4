// The check of a sample of slots, stream by stream. Each check rests on those before it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "overlord/attest/proof_plan.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/zk/contribution.hpp"
#include "overlord/zk/pedersen.hpp"
#include "slot_sample.hpp"

namespace overlord::ctl {
namespace {

using attest::ProvenEntry;
using attest::Report;
using attest::SlotEntry;

Error bad(std::string what) {
    return Error{"sample.slot", std::move(what)};
}

// What all of a sample's checks share.
struct Ground {
    Keys logs;
    tlog::TreeHead head;
    TimeNs newest_at = 0;
    NamingGround naming;
};

Status check_place(const ProvenEntry& entry, const tlog::TreeHead& head, const std::string& what) {
    const Status included =
        tlog::verify_inclusion({entry.index.value, head.size},
                               tlog::leaf_hash(as_bytes(entry.entry)), entry.hashes, head.root);
    return included ? Status() : Status(bad(what + ": " + included.error().message));
}

Result<SlotEntry> slot_of(const ProvenEntry& entry, const SampledStream& stream,
                          const Ground& ground) {
    if (Status placed = check_place(entry, ground.head, "a slot's entry"); !placed) {
        return placed.error();
    }
    const Result<attest::ZkEntry> parsed = attest::parse_zk_entry(entry.entry);
    const auto* slot = parsed ? std::get_if<SlotEntry>(&*parsed) : nullptr;
    if (slot != nullptr && slot->stream == stream.stream) return *slot;
    return bad("entry " + std::to_string(entry.index.value) + " is no slot of the stream");
}

// The commitments of what the contributions are said to be.
Result<std::vector<zk::Contribution>> commit_to(const OpenedSlot& slot) {
    std::vector<zk::Contribution> list;
    for (const OpenedEvent& event : *slot.contributions) {
        const std::optional<zk::Scalar> r_bad = zk::Scalar::decode(event.r_bad);
        const std::optional<zk::Scalar> r_total = zk::Scalar::decode(event.r_total);
        if (!r_bad || !r_total) {
            return bad("a blinding of record " + std::to_string(event.record) +
                       " is no canonical scalar");
        }
        list.push_back({event.record, zk::encode(zk::commit(event.values.bad, *r_bad)),
                        zk::encode(zk::commit(event.values.total, *r_total))});
    }
    return list;
}

Status check_commitments(const SlotEntry& entry, const OpenedSlot& slot, const Hash& salt) {
    const std::string place = "slot " + std::to_string(entry.slot) + ": ";
    const std::optional<zk::Scalar> r_bad = zk::Scalar::decode(slot.r_bad);
    const std::optional<zk::Scalar> r_total = zk::Scalar::decode(slot.r_total);
    if (!r_bad || !r_total) return bad(place + "a blinding is no canonical scalar");
    if (zk::encode(zk::commit(slot.values.bad, *r_bad)) != entry.bad ||
        zk::encode(zk::commit(slot.values.total, *r_total)) != entry.total) {
        return bad(place + "the values given are not those of its commitments");
    }
    Hash hash = zk::switch_hash(salt, slot.values, {slot.r_bad, slot.r_total});
    if (slot.contributions) {
        const Result<std::vector<zk::Contribution>> list = commit_to(slot);
        if (!list) return list.error();
        hash = zk::bound_switch(hash, zk::contributions_digest(entry.stream, entry.slot, *list));
    }
    if (hash == entry.switch_hash) return {};
    return bad(place + (slot.contributions
                            ? "the contributions are not those that the log bound it to"
                            : "the opening is not that of its switch hash"));
}

// Is each contribution that of an event that is shown, and are they all that the slot counts?
Status check_contributions(const OpenedSlot& slot, zk::SlotNumber number,
                           const std::set<std::uint64_t>& shown) {
    const std::string place = "slot " + std::to_string(number) + ": ";
    zk::SlotValues sum;
    for (const OpenedEvent& event : *slot.contributions) {
        sum.bad += event.values.bad;
        sum.total += event.values.total;
        if (shown.contains(event.record) || shown.size() == kSlotEventsMax) continue;
        return bad(place + "no event of its time has the number of the contribution of record " +
                   std::to_string(event.record));
    }
    if (sum == slot.values) return {};
    return bad(place + "it is not the sum of its contributions");
}

// The private record that the slot was made of says the same.
Status check_record(const OpenedSlot& slot, zk::SlotNumber number, const SampledStream& stream,
                    const std::string& control, const Ground& ground) {
    const std::string place = "slot " + std::to_string(number) + ": ";
    const Result<ledger::VerifiedEvent> proven =
        ledger::verify_event_proof(slot.record, ground.logs);
    if (!proven) return bad(place + "its record: " + proven.error().message);
    const Result<ledger::RecordView> record = ledger::parse(proven->record);
    if (!record || record->kind != ledger::RecordKind::kSlot) {
        return bad(place + "its record is not one of slots");
    }
    const Result<ledger::SlotMembers> members = ledger::parse_slot(*record);
    if (!members) return bad(place + members.error().message);
    if (members->system != stream.system || number < members->slot ||
        number - members->slot >= members->count) {
        return bad(place + "record " + std::to_string(proven->n.value) + " is about other slots");
    }
    const auto& values = members->values;
    const bool same = std::any_of(values.begin(), values.end(), [&](const auto& value) {
        return value.control == control && value.bad == slot.values.bad &&
               value.total == slot.values.total;
    });
    if (same) return {};
    return bad(place + "record " + std::to_string(proven->n.value) + " has other values for " +
               control);
}

// The numbers of the events shown.
Result<std::set<std::uint64_t>> check_events(const OpenedSlot& slot, zk::SlotNumber number,
                                             const SampledStream& stream, const Ground& ground) {
    event::Decoder decoder;
    std::set<std::uint64_t> shown;
    for (const std::string& text : slot.events) {
        const std::string place = "an event of slot " + std::to_string(number) + ": ";
        const Result<ledger::VerifiedEvent> proven = ledger::verify_event_proof(text, ground.logs);
        if (!proven) return bad(place + proven.error().message);
        const Result<ledger::RecordView> record = ledger::parse(proven->record);
        if (!record) return bad(place + record.error().message);
        const Result<event::Event> event = decoder.decode(record->event);
        if (!event) return bad(place + event.error().message);
        const bool in_slot =
            event->time >= 0 &&
            static_cast<zk::SlotNumber>(event->time / stream.slot_ns) == number;
        if (event->subject != stream.system || !in_slot) {
            return bad(place + "record " + std::to_string(proven->n.value) +
                       " is about another system or time");
        }
        shown.insert(proven->n.value);
    }
    return shown;
}

bool is_event_bound(const std::string& entry) {
    const Result<attest::PlanControl> control = attest::parse_plan_control(entry);
    return control && control->mode == attest::ProofMode::kEvent;
}

std::string control_of(const std::string& entry) {
    const nlohmann::json json = nlohmann::json::parse(entry, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("control") || !json["control"].is_string()) return "";
    return json["control"].get<std::string>();
}

// The slots that the drawing is from: from the stream's first to the newest there is.
Result<std::pair<zk::SlotNumber, zk::SlotNumber>> check_span(const SampledStream& stream,
                                                             const Ground& ground) {
    const Result<SlotEntry> first = slot_of(stream.first, stream, ground);
    if (!first) return first.error();
    const Result<SlotEntry> last = slot_of(stream.last, stream, ground);
    if (!last) return last.error();
    if (first->bad_sum != first->bad || first->total_sum != first->total) {
        return bad("slot " + std::to_string(first->slot) + " is not the stream's first");
    }
    if (last->slot < first->slot) return bad("the last slot stands before the first");
    if (last->at + kNewestSlotAgeMax < ground.newest_at) {
        return bad("slot " + std::to_string(last->slot) + " is long before the log's newest entry");
    }
    return std::pair{first->slot, last->slot};
}

Status check_stream(const SampledStream& stream, const Ground& ground, Report& report) {
    if (Status named = check_name(stream, ground.naming); !named) return named;
    const auto span = check_span(stream, ground);
    if (!span) return span.error();
    const auto [first, last] = *span;
    const std::size_t count = stream.drawn.size() + stream.erased.size();
    const std::string control = control_of(stream.entry);
    const Hash salt = zk::stream_salt(stream.tag.point, stream.generation);
    std::size_t events = 0;
    auto opened = stream.drawn.begin();
    auto erased = stream.erased.begin();
    for (const zk::SlotNumber number :
         draw_slots(ground.head.root, stream.stream, first, last - first + 1, count)) {
        if (erased != stream.erased.end() && *erased == number) {
            ++erased;
            continue;
        }
        if (opened == stream.drawn.end()) return bad("other slots than the root draws");
        const OpenedSlot& slot = *opened++;
        const Result<SlotEntry> entry = slot_of(slot.entry, stream, ground);
        if (!entry) return entry.error();
        if (entry->slot != number) return bad("other slots than the root draws");
        Status good = check_commitments(*entry, slot, salt);
        if (good) good = check_record(slot, number, stream, control, ground);
        if (!good) return good;
        const auto shown = check_events(slot, number, stream, ground);
        if (!shown) return shown.error();
        const bool bound = is_event_bound(stream.entry);
        if (bound != slot.contributions.has_value()) {
            return bad("slot " + std::to_string(number) + ": contributions are shown of an "
                       "event-bound slot, and of no other");
        }
        if (bound) good = check_contributions(slot, number, *shown);
        if (!good) return good;
        events += slot.events.size();
        report.holds(control + " of " + stream.system + ", slot " + std::to_string(number) + ": " +
                     std::to_string(slot.values.bad) + " bad of " +
                     std::to_string(slot.values.total) + ", as its commitments, its switch hash "
                     "and its record say; " + std::to_string(slot.events.size()) + " events" +
                     (bound ? ", the sum of " + std::to_string(slot.contributions->size()) +
                                  " contributions"
                            : ""));
    }
    if (opened != stream.drawn.end() || erased != stream.erased.end()) {
        return bad("more slots than the root draws");
    }
    report.holds(control + " of " + stream.system + ": " + std::to_string(stream.drawn.size()) +
                 " slots of " + std::to_string(first) + " to " + std::to_string(last) +
                 " drawn by the root and opened" +
                 (stream.erased.empty() ? "" : ", " + std::to_string(stream.erased.size()) +
                                                   " said to be erased") +
                 ", with " + std::to_string(events) + " events of their time");
    return {};
}

Result<TimeNs> time_of(const ProvenEntry& entry) {
    const nlohmann::json json =
        nlohmann::json::parse(entry.entry, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.contains("at") && json["at"].is_number_integer()) {
        return json["at"].get<TimeNs>();
    }
    return bad("the newest entry has no time");
}

Status check_sample(const SlotSample& sample, const Keys& keys, Report& report) {
    const Result<tlog::SignedCheckpoint> opened = attest::open_with_any(sample.checkpoint, keys);
    if (!opened) return opened.error();
    Ground ground;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(ground.logs),
                 [](const tlog::VerifierKey& key) { return !key.is_cosigner(); });
    ground.head = opened->checkpoint.head;
    report.holds("the checkpoint of " + std::to_string(ground.head.size.value) +
                 " entries is signed by " + attest::signers_text(*opened));
    if (opened->note.verified.size() == 1) {
        report.holds("no witness whose key was given has cosigned it: weaker, the log could have "
                     "made other roots until it liked the drawing");
    }
    Status placed = check_place(sample.newest, ground.head, "the newest entry");
    if (!placed) return placed;
    if (sample.newest.index.value + 1 != ground.head.size.value) {
        return bad("the newest entry is not the checkpoint's last");
    }
    const Result<TimeNs> newest = time_of(sample.newest);
    if (!newest) return newest.error();
    ground.newest_at = *newest;
    if (sample.streams.empty()) return bad("no stream");
    const Result<NamingGround> naming =
        read_naming(sample.naming, opened->checkpoint.origin, ground.head);
    if (!naming) return naming.error();
    ground.naming = *naming;
    for (const SampledStream& stream : sample.streams) {
        if (Status good = check_stream(stream, ground, report); !good) return good;
    }
    return {};
}

}  // namespace

Report verify_slot_sample(std::string_view text, const Keys& keys) {
    Report report;
    report.subject = "sample of slots";
    const Result<SlotSample> sample = parse_slot_sample(text);
    const Status good = sample ? check_sample(*sample, keys, report) : Status(sample.error());
    if (!good) {
        report.fails(good.error().message + " (" + good.error().code + ")");
        return report;
    }
    report.valid = true;
    report.assurance =
        "these slots commit to these values, and nobody chose them; that the values are what the "
        "rules make of the events is for whoever judges the events shown";
    return report;
}

}  // namespace overlord::ctl
