// Of drawn records that are events: what each has added to the event-bound slots of its system,
// opened, among the commitments of all that the slot is the sum of (docs/formats/sample.md,
// Events). A daemon that left an event out of a slot cannot show it, and did not know that it would
// be asked. Stands beside a sample's manifest; without network or Prolog.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>

#include "overlord/attest/contributions.hpp"
#include "slot_sample.hpp"

namespace overlord::ctl {

inline constexpr std::string_view kEventSampleFormat = "zk-overlords/event-sample/v2";
inline constexpr const char* kEventSampleName = "event-slots.json";

// A slot that a drawn event has added to.
struct ShownSlot {
    attest::ProvenEntry entry;
    attest::SlotEvents shown;         // commitments of all its events
    Bytes proof;                      // that it is their sum
    std::vector<Bytes> ranges;        // that none of them takes away what another one adds
    std::vector<OpenedEvent> opened;  // of the drawn ones; all was bad: the only one there is
};

struct BoundStream : OpenedName {
    attest::ProvenEntry first, last;  // its first slot, and the newest under the checkpoint
    std::vector<ShownSlot> slots;
    std::vector<zk::SlotNumber> erased;  // slots of drawn events that cannot be opened any more
};

struct EventSample {
    attest::ProvenEntry naming;        // how the log names streams; empty where there are none
    std::vector<BoundStream> streams;  // the event-bound ones of the drawn events' systems
};

[[nodiscard]] std::string to_json(const EventSample& sample);
[[nodiscard]] Result<EventSample> parse_event_sample(std::string_view text);  // sample.malformed

struct DrawnEvent {
    std::uint64_t record = 0;
    TimeNs at = 0;
    std::string event;  // its exact bytes
};

// What the verifier's own rules say that an event adds.
struct ExpectedContribution {
    std::string entry;  // the plan entry's text
    std::uint64_t slot = 0;
    zk::SlotValues values;
};
// By event; from the rule files, for slots of this length. Absent: nobody has given rules.
using ExpectContributions =
    std::function<Result<std::vector<std::vector<ExpectedContribution>>>(
        DurationNs slot_ns, std::span<const DrawnEvent> events)>;

struct EventGround {
    std::string origin;  // of the log
    tlog::TreeHead head;
    TimeNs newest_at = 0;
};

// Adds what holds to the report. Codes: sample.slot (a place, a name, an opening),
// zk.bound_switch, zk.contributions, zk.event_sum, zk.event_range; sample.contribution: the rules
// say otherwise than the log, or of an event there is nothing though its slot is in the log.
[[nodiscard]] Status check_event_sample(const EventSample& sample, const EventGround& ground,
                                        std::span<const DrawnEvent> events,
                                        const ExpectContributions& expect, attest::Report& report);

}  // namespace overlord::ctl
