// The check of drawn events against the slots that they are to be part of.
#include <algorithm>
#include <optional>

#include "event_sample.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/zk/blinding_proof.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"

namespace overlord::ctl {
namespace {

using attest::ProvenEntry;
using attest::SlotEntry;

constexpr std::uint64_t kNoRoom = zk::kSlotValueMax;  // bad and total of a slot that was too full

Error bad(std::string what) {
    return Error{"sample.slot", std::move(what)};
}

Result<SlotEntry> slot_of(const ProvenEntry& entry, const Hash& stream,
                          const tlog::TreeHead& head) {
    const Status included =
        tlog::verify_inclusion({entry.index.value, head.size},
                               tlog::leaf_hash(as_bytes(entry.entry)), entry.hashes, head.root);
    if (!included) return bad("a slot's entry: " + included.error().message);
    const Result<attest::ZkEntry> parsed = attest::parse_zk_entry(entry.entry);
    const auto* slot = parsed ? std::get_if<SlotEntry>(&*parsed) : nullptr;
    if (slot != nullptr && slot->stream == stream) return *slot;
    return bad("entry " + std::to_string(entry.index.value) + " is no slot of the stream");
}

// A stream whose slots were checked: what drawn events have added, by slot.
struct CheckedStream {
    const BoundStream* stream = nullptr;
    zk::SlotNumber first = 0, last = 0;
    std::map<zk::SlotNumber, const ShownSlot*> slots;

    [[nodiscard]] bool covers(zk::SlotNumber slot) const { return first <= slot && slot <= last; }
    [[nodiscard]] bool erased(zk::SlotNumber slot) const {
        return std::count(stream->erased.begin(), stream->erased.end(), slot) > 0;
    }
};

// Each opening is that of the listed commitments.
Status check_opened(const ShownSlot& slot) {
    for (const OpenedEvent& event : slot.opened) {
        const auto& list = slot.shown.events;
        const auto listed = std::find_if(list.begin(), list.end(), [&](const auto& one) {
            return one.record == event.record;
        });
        const std::optional<zk::Scalar> r_bad = zk::Scalar::decode(event.r_bad);
        const std::optional<zk::Scalar> r_total = zk::Scalar::decode(event.r_total);
        const bool good = listed != list.end() && r_bad && r_total &&
                          zk::encode(zk::commit(event.values.bad, *r_bad)) == listed->bad &&
                          zk::encode(zk::commit(event.values.total, *r_total)) == listed->total;
        if (good) continue;
        return bad("slot " + std::to_string(slot.shown.slot) + ": what is opened of record " +
                   std::to_string(event.record) + " is not its contribution there");
    }
    return {};
}

// Every commitment of the list is to a number from 0 up: or one of them could take away what a
// drawn event has added.
Status check_ranges(const ShownSlot& slot, const BoundStream& stream, const std::string& origin) {
    const auto& list = slot.shown.events;
    zk::RangeBatch batch;
    std::size_t next = 0;
    for (const Bytes& proof : slot.ranges) {
        const std::size_t count = std::min(zk::kRangeSlotsMax, list.size() - next);
        if (count == 0) break;
        std::vector<zk::Point> points;
        for (std::size_t i = next; i < next + count; ++i) {
            points.push_back(zk::decode(list[i].bad).value());  // remainder_of() has decoded them
            points.push_back(zk::decode(list[i].total).value());
        }
        points.resize(zk::padded_count(points.size()));
        const zk::Label label = zk::label(
            zk::ContributionRange{origin, stream.stream, slot.shown.slot, next, count});
        batch.add({label, zk::kContributionBits, points}, proof);
        next += count;
    }
    const std::size_t proofs = (list.size() + zk::kRangeSlotsMax - 1) / zk::kRangeSlotsMax;
    const Status good = batch.verify();
    if (good && slot.ranges.size() == proofs) return {};
    return Error{"zk.event_range", "slot " + std::to_string(slot.shown.slot) +
                                       ": the contributions are not shown to be numbers from 0 up"};
}

Status check_slot(const ShownSlot& slot, const BoundStream& stream, const EventGround& ground) {
    const Result<SlotEntry> entry = slot_of(slot.entry, stream.stream, ground.head);
    if (!entry) return entry.error();
    if (entry->slot != slot.shown.slot) {
        return bad("entry " + std::to_string(slot.entry.index.value) + " is of slot " +
                   std::to_string(entry->slot) + ", not " + std::to_string(slot.shown.slot));
    }
    const Result<zk::Remainder> left = attest::remainder_of(*entry, slot.shown);
    if (!left) return left.error();
    const zk::Label label =
        zk::label(zk::RemainderSubject{ground.origin, stream.stream, slot.shown.slot, 1});
    const std::vector<zk::Point> points{left->bad, left->total};
    if (!zk::verify_blindings(label, points, slot.proof)) {
        return Error{"zk.event_sum", "slot " + std::to_string(slot.shown.slot) +
                                         " is not shown to be the sum of its events"};
    }
    if (Status ranges = check_ranges(slot, stream, ground.origin); !ranges) return ranges;
    return check_opened(slot);
}

Result<CheckedStream> check_stream(const BoundStream& stream, const NamingGround& naming,
                                   const EventGround& ground, attest::Report& report) {
    if (Status named = check_name(stream, naming); !named) return named.error();
    const Result<SlotEntry> first = slot_of(stream.first, stream.stream, ground.head);
    if (!first) return first.error();
    const Result<SlotEntry> last = slot_of(stream.last, stream.stream, ground.head);
    if (!last) return last.error();
    if (first->bad_sum != first->bad || first->total_sum != first->total) {
        return bad("slot " + std::to_string(first->slot) + " is not the stream's first");
    }
    if (last->at + kNewestSlotAgeMax < ground.newest_at) {
        report.holds("the newest slot shown of stream " + to_hex(stream.stream) +
                     " is long before the log's newest entry: it has ended, or newer ones are not "
                     "shown");
    }
    CheckedStream checked{&stream, first->slot, last->slot, {}};
    for (const ShownSlot& slot : stream.slots) {
        if (Status good = check_slot(slot, stream, ground); !good) return good.error();
        if (!checked.slots.emplace(slot.shown.slot, &slot).second) {
            return bad("slot " + std::to_string(slot.shown.slot) + " is shown twice");
        }
    }
    return checked;
}

// What became of the contributions that the rules ask for.
struct Tally {
    std::uint64_t bound = 0, full = 0, erased = 0, outside = 0;
};

class Expectations {
public:
    Expectations(std::span<const CheckedStream> streams, Tally& tally)
        : streams_(streams), tally_(tally) {}

    Status check(const DrawnEvent& event, const std::string& system,
                 const std::vector<ExpectedContribution>& expected) {
        for (const ExpectedContribution& one : expected) {
            const CheckedStream* stream = find(system, one);
            if (stream == nullptr) {
                ++tally_.outside;
            } else if (Status good = check_one(event, one, *stream); !good) {
                return good;
            }
        }
        return check_unexpected(event, system, expected);
    }

private:
    [[nodiscard]] const CheckedStream* find(const std::string& system,
                                            const ExpectedContribution& one) const {
        for (const CheckedStream& stream : streams_) {
            const bool named = stream.stream->system == system && stream.stream->entry == one.entry;
            if (named && stream.covers(one.slot)) return &stream;
        }
        return nullptr;
    }

    static Error wrong(const DrawnEvent& event, zk::SlotNumber slot, const std::string& what) {
        return Error{"sample.contribution", "record " + std::to_string(event.record) +
                                                ", slot " + std::to_string(slot) + ": " + what};
    }

    Status check_one(const DrawnEvent& event, const ExpectedContribution& one,
                     const CheckedStream& stream) {
        const auto shown = stream.slots.find(one.slot);
        if (shown == stream.slots.end()) {
            if (!stream.erased(one.slot)) {
                return wrong(event, one.slot,
                             "it is to count there, and nothing shows that it did");
            }
            ++tally_.erased;
            return {};
        }
        for (const OpenedEvent& opened : shown->second->opened) {
            if (is_full(*shown->second, opened)) {
                ++tally_.full;
                return {};
            }
            if (opened.record != event.record) continue;
            if (opened.values != one.values) {
                return wrong(event, one.slot,
                             "it counted as " + text(opened.values) + ", and by the rules it is " +
                                 text(one.values));
            }
            ++tally_.bound;
            return {};
        }
        return wrong(event, one.slot, "it is to count there, and its contribution is not opened");
    }

    // Of a slot with more events than there is room for all was bad, whichever they were.
    static bool is_full(const ShownSlot& slot, const OpenedEvent& opened) {
        return slot.shown.events.size() == 1 && opened.values == zk::SlotValues{kNoRoom, kNoRoom};
    }

    // What was counted of an event that by the rules counts nowhere, or elsewhere.
    Status check_unexpected(const DrawnEvent& event, const std::string& system,
                            const std::vector<ExpectedContribution>& expected) const {
        for (const CheckedStream& stream : streams_) {
            if (stream.stream->system != system) continue;
            for (const auto& [number, slot] : stream.slots) {
                const auto counted = std::any_of(
                    slot->opened.begin(), slot->opened.end(), [&](const OpenedEvent& opened) {
                        return opened.record == event.record && !is_full(*slot, opened);
                    });
                if (!counted) continue;
                const auto asked = std::any_of(
                    expected.begin(), expected.end(), [&, n = number](const auto& one) {
                        return one.slot == n && one.entry == stream.stream->entry;
                    });
                if (!asked) return wrong(event, number, "it counted there, and not by the rules");
            }
        }
        return {};
    }

    static std::string text(const zk::SlotValues& values) {
        return std::to_string(values.bad) + " bad of " + std::to_string(values.total);
    }

    std::span<const CheckedStream> streams_;
    Tally& tally_;
};

void tell(const Tally& tally, attest::Report& report) {
    report.holds(std::to_string(tally.bound) +
                 " times an event that was drawn counts in an event-bound slot as the rules given "
                 "say, among the commitments that the log bound the slot to");
    if (tally.full > 0) {
        report.holds(std::to_string(tally.full) +
                     " times the slot had more events than it has room for: all of it is bad");
    }
    if (tally.erased > 0) {
        report.holds(std::to_string(tally.erased) +
                     " times the slot is said to be erased and cannot be opened");
    }
    if (tally.outside > 0) {
        report.holds(std::to_string(tally.outside) +
                     " times no stream with the event's slot is shown: it began later, the slot is "
                     "not closed yet, or the control was proved in another way then");
    }
}

Status check_by_rules(std::span<const CheckedStream> streams, std::span<const DrawnEvent> events,
                      const ExpectContributions& expect, Tally& tally) {
    // All streams of a daemon have slots of one length.
    const DurationNs slot_ns = streams.empty() ? kMinuteNs : streams.front().stream->slot_ns;
    const auto expected = expect(slot_ns, events);
    if (!expected) return expected.error();
    OVERLORD_ASSERT(expected->size() == events.size());
    event::Decoder decoder;
    Expectations expectations(streams, tally);
    for (std::size_t i = 0; i < events.size(); ++i) {
        const Result<event::Event> event = decoder.decode(events[i].event);
        if (!event) continue;  // an event of the log that is none by these rules adds nothing
        const Status good =
            expectations.check(events[i], std::string(event->subject), (*expected)[i]);
        if (!good) return good;
    }
    return {};
}

}  // namespace

Status check_event_sample(const EventSample& sample, const EventGround& ground,
                          std::span<const DrawnEvent> events, const ExpectContributions& expect,
                          attest::Report& report) {
    std::vector<CheckedStream> streams;
    std::uint64_t slots = 0;
    Result<NamingGround> naming = NamingGround();
    if (!sample.streams.empty()) {
        naming = read_naming(sample.naming, ground.origin, ground.head);
    }
    if (!naming) return naming.error();
    for (const BoundStream& stream : sample.streams) {
        Result<CheckedStream> checked = check_stream(stream, *naming, ground, report);
        if (!checked) return checked.error();
        slots += checked->slots.size();
        streams.push_back(*std::move(checked));
    }
    report.holds(std::to_string(slots) + " slots of " + std::to_string(streams.size()) +
                 " event-bound streams are the sums of the contributions that the log bound them "
                 "to");
    if (!expect) {
        report.holds("whether the contributions are what the rules make of the events was not "
                     "checked (--rules)");
        return {};
    }
    Tally tally;
    if (Status good = check_by_rules(streams, events, expect, tally); !good) return good;
    tell(tally, report);
    return {};
}

}  // namespace overlord::ctl
