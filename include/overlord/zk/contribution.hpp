// How a slot is bound to its events (docs/formats/zk.md, Events of a slot): each event that counts
// has a pair of its own, committed to with blindings of its own, and the slot's commitment is their
// sum and a multiple of the blinding base. The list of a slot stands under its switch hash, so that
// the log fixes it and shows neither what is in it nor how long it is. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/slot.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::zk {

// Of one stream in one slot; who has more says that all was bad.
inline constexpr std::size_t kContributionsMax = 4'096;

struct ContributionInput {
    Hash stream{};
    SlotNumber slot = 0;
    std::uint64_t record = 0;  // the event's number in the journal
    SlotPart part = SlotPart::kBad;
    std::uint64_t value = 0;
};
// BLAKE2b-512(key, "zk-overlords/contribution-blinding/v1" 00 stream u64be(slot) u64be(record)
// u8(part) u64be(value)), the key being that of the slot's blindings. Overwrite it after use.
[[nodiscard]] WideBlinding wide_blinding(ByteView key, const ContributionInput& input);

// What may be shown of an event's contribution without showing the event.
struct Contribution {
    std::uint64_t record = 0;
    PointBytes bad{};
    PointBytes total{};
    bool operator==(const Contribution&) const = default;
};

// SHA-256("zk-overlords/contributions/v1" 00 stream u64be(slot) u64be(count), then of each
// u64be(record) bad total)
[[nodiscard]] Hash contributions_digest(const Hash& stream, SlotNumber slot,
                                        std::span<const Contribution> list);

// The switch hash that an event-bound slot's entry has: SHA-256("zk-overlords/bound-switch/v1" 00
// switch contributions), of the slot's own switch hash and its list's digest.
[[nodiscard]] Hash bound_switch(const Hash& switch_hash, const Hash& contributions);

// A slot's commitments without those of its events: a multiple of the blinding base each, or the
// slot is not the sum. Code zk.contributions: the records of the list do not ascend, there are too
// many, or a commitment is no canonical point or the identity.
struct Remainder {
    Point bad;
    Point total;
};
[[nodiscard]] Result<Remainder> remainder(const Remainder& slot,
                                          std::span<const Contribution> list);

// What a proof that remainders are multiples of the blinding base is about (blinding_proof.hpp):
// those of slots [first, first + count) of a stream, bad and total of each in turn.
struct RemainderSubject {
    std::string_view origin;  // of the log
    Hash stream{};
    SlotNumber first = 0;
    std::uint64_t count = 0;
};
// "zk-overlords/remainders/v1" 00 lp(origin) stream u64be(first) u64be(count)
[[nodiscard]] Bytes canonical_bytes(const RemainderSubject& subject);
[[nodiscard]] Label label(const RemainderSubject& subject);

// Contributions [first, first + count) of a slot's list, in one aggregated range proof that bad and
// total of each are below 2^32: none takes away what another one adds. count: at most
// kRangeSlotsMax, and all but the last proof of a list are of as many.
inline constexpr std::uint32_t kContributionBits = 32;
struct ContributionRange {
    std::string_view origin;
    Hash stream{};
    SlotNumber slot = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};
// "zk-overlords/contribution-range/v1" 00 lp(origin) stream u64be(slot) u64be(first) u64be(count)
// u32be(32) u32be(m), m = padded_width(2 * count)
[[nodiscard]] Bytes canonical_bytes(const ContributionRange& range);
[[nodiscard]] Label label(const ContributionRange& range);

}  // namespace overlord::zk
