// An event-bound slot with everything that opens it: made from a slot record's value and the key of
// that record's day, so that it comes back for as long as that key is there and no longer. Pure
// functions, any thread.
#pragma once

#include <vector>

#include "overlord/ledger/record.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/zk/contribution.hpp"

namespace overlord::prover {

// What one event has added, and its blindings; wiped when it goes.
struct OpenedContribution {
    std::uint64_t record = 0;
    Sums opening;
};

struct BoundSlot {
    std::vector<OpenedContribution> events;
    std::vector<zk::Contribution> list;  // their commitments
    Sums rest;                           // values of 0: what the slot has beyond its events
    Sums slot;                           // rest and events
    Hash digest{};                       // of the list
};

// `key` is that of blindings (zk::blinding_key). Code prover.contributions: the value has no events
// or they are too many.
[[nodiscard]] Result<BoundSlot> bind_slot(ByteView key, const Hash& stream, zk::SlotNumber slot,
                                          const ledger::SlotValue& value);

// Range proofs over the contributions, eight in each (zk::ContributionRange).
[[nodiscard]] Result<std::vector<Bytes>> prove_ranges(const BoundSlot& bound,
                                                      std::string_view origin, const Hash& stream,
                                                      zk::SlotNumber slot);

// A slot's own blindings, where no events stand behind it.
[[nodiscard]] Sums open_slot(ByteView key, const Hash& stream, zk::SlotNumber slot,
                             const zk::SlotValues& values);

// Of a slot without its events: the switch hash under its list's digest.
[[nodiscard]] Hash own_switch(const Hash& salt, const Sums& slot);
// What the slot's entry has: own_switch, bound to `contributions` where the stream is event-bound.
[[nodiscard]] Hash published_switch(const StreamHeader& header, const Sums& slot,
                                    const Hash& contributions);

}  // namespace overlord::prover
