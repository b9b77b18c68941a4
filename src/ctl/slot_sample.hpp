// Slots of a log's streams, drawn by the root of a checkpoint and opened: what a slot's commitments
// hide, the private record behind it, and the events of its time. It tests what a slot-asserted
// proof leaves to the operator's word (docs/formats/sample.md, Slots). Without network or Prolog.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "key_ring.hpp"
#include "opened_name.hpp"
#include "overlord/attest/bundle.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/zk/scalar.hpp"
#include "overlord/zk/slot.hpp"

namespace overlord::ctl {

inline constexpr std::string_view kSlotSampleFormat = "zk-overlords/slot-sample/v2";
inline constexpr std::uint64_t kSlotSampleMax = 1'000;      // slots of one stream
inline constexpr std::size_t kSlotEventsMax = 1'000;        // events of one slot
inline constexpr DurationNs kNewestSlotAgeMax = 2 * kHourNs;  // behind the newest entry

// `count` different slots of [begin, begin + slots), in the order in which they are drawn.
[[nodiscard]] std::vector<zk::SlotNumber> draw_slots(const Hash& root, const Hash& stream,
                                                     zk::SlotNumber begin, std::uint64_t slots,
                                                     std::uint64_t count);

// What one event has added to an event-bound slot, opened.
struct OpenedEvent {
    std::uint64_t record = 0;
    zk::SlotValues values;
    zk::ScalarBytes r_bad{}, r_total{};
};

struct OpenedSlot {
    attest::ProvenEntry entry;  // the slot's, in the log
    zk::SlotValues values;
    zk::ScalarBytes r_bad{}, r_total{};
    std::string record;               // event proof of the slot's record
    std::vector<std::string> events;  // event proofs of the system's events of its time
    // Of an event-bound slot: all that it is the sum of, each the contribution of one of `events`.
    std::optional<std::vector<OpenedEvent>> contributions{};
};

struct SampledStream : OpenedName {
    attest::ProvenEntry first, last;  // the slots of which some are drawn
    std::vector<OpenedSlot> drawn;    // in the order of the drawing; an erased one is left out
    std::vector<zk::SlotNumber> erased;
};

struct SlotSample {
    std::string checkpoint;
    attest::ProvenEntry newest;  // the last entry under it, for its time
    attest::ProvenEntry naming;  // how the log names streams
    std::vector<SampledStream> streams;
};

[[nodiscard]] std::string to_json(const SlotSample& sample);
[[nodiscard]] Result<SlotSample> parse_slot_sample(std::string_view text);  // sample.malformed

// Empty where the text is no slot sample.
[[nodiscard]] std::string slot_sample_checkpoint(std::string_view text);

// Checkpoint, drawing, places, names of streams, commitments and switch hashes, the slot's record
// and the times of its events. A check that fails is the last one.
[[nodiscard]] attest::Report verify_slot_sample(std::string_view text, const Keys& keys);

}  // namespace overlord::ctl
