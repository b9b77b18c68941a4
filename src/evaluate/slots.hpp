// What proofs in zero knowledge sum: for each proved control of a system a stream of slots, each a
// pair (bad, total); docs/rules/reference.md, "Proofs". Kept of a stream are its open slots only,
// from the oldest that has not closed to the newest that something was counted in.
//
// A slot closes, for all systems at once, when log time reaches its end + the plan's lateness. What
// comes later is late for every proved measure, so a closed slot never changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event_pair.hpp"
#include "overlord/rules/proof_plan.hpp"
#include "plan.hpp"

namespace overlord::evaluate {

using Slot = std::int64_t;  // slot N is [N * length, (N + 1) * length)
inline constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();

// Both below 2^32. One that would not be says that all was bad: that proves nothing good.
struct SlotPair {
    std::uint32_t bad = 0;
    std::uint32_t total = 0;

    void add(std::uint64_t more_bad, std::uint64_t more_total);
    [[nodiscard]] static SlotPair all_bad();
    friend bool operator==(const SlotPair&, const SlotPair&) = default;
};

// What the event of a record has added to a slot of an event-bound stream. A list has the order of
// the records and sums to the slot's pair; where there is no room for another one it is a single
// one that says that all was bad.
struct Contribution {
    std::uint64_t record = 0;
    SlotPair pair;
};
using Contributions = std::vector<Contribution>;
// Of one stream in one slot. Some ten events a second are 600 in a slot of 60 s.
inline constexpr std::size_t kContributionsMax = 4'096;

// What all systems share.
class SlotPlan {
public:
    SlotPlan(const Plan& plan, DurationNs length);  // length 0: there are no slots

    [[nodiscard]] bool on() const { return !plan_.proved.empty(); }
    [[nodiscard]] DurationNs length() const { return length_; }
    [[nodiscard]] const std::vector<rules::ProvedControl>& streams() const { return plan_.proved; }
    [[nodiscard]] const std::string& digest() const { return digest_; }  // hex
    [[nodiscard]] const std::vector<std::size_t>& streams_on(std::size_t measure) const {
        return on_measure_[measure];
    }
    [[nodiscard]] std::size_t level_of(std::size_t stream) const { return levels_[stream]; }
    [[nodiscard]] const MeasurePlan& measure_of(std::size_t stream) const {
        return measures_[plan_.proved[stream].measure];
    }

    [[nodiscard]] Slot slot_of(TimeNs time) const { return floor_divide(time, length_); }
    [[nodiscard]] TimeNs start(Slot slot) const { return slot * length_; }
    [[nodiscard]] TimeNs closes(Slot slot) const {
        return (slot + 1) * length_ + plan_.lateness;
    }
    [[nodiscard]] Slot oldest_open(TimeNs now) const { return slot_of(now - plan_.lateness); }

private:
    const std::vector<MeasurePlan>& measures_;
    DurationNs length_;
    rules::ProofPlan plan_;
    std::string digest_;
    std::vector<std::vector<std::size_t>> on_measure_;
    std::vector<std::size_t> levels_;  // by stream
};

// One proved control of one system.
class Stream final : public CoverSink {
public:
    void begin(Slot slot) { begin_ = std::min(begin_, slot); }
    [[nodiscard]] Slot begins() const { return begin_; }
    [[nodiscard]] bool begun(Slot slot) const { return begin_ <= slot; }

    void count(Slot slot, const EventPair& adds);
    // Of an event-bound stream, in the order of the records.
    void contribute(Slot slot, std::uint64_t record, const EventPair& adds);
    void add_cover(Micros from, Micros to, int sign) override;
    void set_length(DurationNs length) { length_ = length / kNsPerMicro; }

    [[nodiscard]] SlotPair counted(Slot slot) const;
    [[nodiscard]] const Contributions* contributions(Slot slot) const;  // null: none
    [[nodiscard]] Micros covered(Slot slot) const;
    // The first slot behind `slot` in which something else may have been counted.
    [[nodiscard]] Slot same_until(Slot slot) const;
    void drop_before(Slot slot);

    void write(Writer& out) const;
    void read(Reader& in);
    [[nodiscard]] bool contributes() const { return !contributions_.empty(); }
    void write_contributions(Writer& out) const;
    void read_contributions(Reader& in);

private:
    Micros length_ = 0;
    Slot begin_ = kNoSlot;
    PaneValues<SlotPair> pairs_;  // kRatio of counts, kViolations
    PaneValues<Micros> covered_;  // kRatio of availability
    PaneValues<Contributions> contributions_;  // of an event-bound stream, beside pairs_
};

struct System;

// The streams of one system.
class SystemSlots {
public:
    SystemSlots(const SlotPlan& plan, const System& system);
    SystemSlots(const SystemSlots&) = delete;
    SystemSlots& operator=(const SystemSlots&) = delete;

    // A measure of the system that came to be; before it folds anything.
    void attach(std::size_t measure, Measure& state);
    // An observation that is not late (null: a nil report). A stream begins with `from` at the
    // earliest. Before the measure folds it.
    void observe(std::size_t measure, const Observation* observation, TimeNs now, Slot from);
    // The system has been judged: states begin.
    void judged(TimeNs now, Slot from);
    // Streams that have not begun begin with `from`, where there is something to count already.
    void begin_all(const System& system, Slot from);

    // At the close of `slot`: brings the measures to that instant, then says up to which slot the
    // values stay the same if nothing is heard and nothing is judged.
    [[nodiscard]] Slot same_until(Slot slot, TimeNs now, const System& system);
    // By stream; nothing where it has not begun.
    [[nodiscard]] std::vector<std::optional<SlotPair>> values(Slot slot,
                                                              const System& system) const;
    // What the events of a slot have added, one by one; null where the stream is not event-bound.
    [[nodiscard]] const Contributions* contributions(std::size_t stream, Slot slot) const;
    void drop_before(Slot slot);

    void write(Writer& out) const;
    // `streams`: our index of each one written, Plan::kNone if there is none.
    void read(Reader& in, const std::vector<std::size_t>& streams);

private:
    [[nodiscard]] ServiceTime* service_time(std::size_t stream, const System& system) const;
    [[nodiscard]] SlotPair available(std::size_t stream, Slot slot, const System& system) const;

    const SlotPlan& plan_;
    std::vector<std::uint8_t> kept_;  // of a level that the system has
    std::vector<Stream> streams_;     // as many as the plan has
};

}  // namespace overlord::evaluate
