// Slots and the names of their streams (docs/formats/zk.md). Pure functions, any thread.
//
// A stream is one control of one system under one entry of a proof plan; a slot is an epoch-aligned
// interval of it, to whose pair (bad, total) an entry of the log commits. Names are salted, so that
// the log shows neither systems nor rules, and blindings are pseudorandom, so that nobody has to
// keep them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/time.hpp"

namespace overlord::zk {

using SlotNumber = std::uint64_t;  // floor(time / slot_ns)

// Values of a slot are below 2^32; entries and statements may declare fewer bits, say 8.
inline constexpr std::uint64_t kSlotValueMax = (std::uint64_t{1} << 32) - 1;

struct SlotValues {
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
    bool operator==(const SlotValues&) const = default;
};

struct StreamName {
    std::string_view system;
    std::string_view entry;  // the plan entry's canonical text: one changed limit, another stream
    DurationNs slot_ns = 0;
};

// SHA-256("zk-overlords/stream/v1" 00 salt lp(system) lp(entry) u64be(slot_ns)), lp(x) =
// u32be(length) x: whoever is given the salt can check which control of which system a stream is.
// Salts are no one's choice: stream_tag.hpp.
[[nodiscard]] Hash stream_id(const Hash& salt, const StreamName& name);

// Blindings of one owner's day. `day_secret` is K of the journal's record keys (32 bytes,
// asserted), so that erasing the day takes the blindings with it: they come back from nothing else.
//   key = SHA-256("zk-overlords/blinding-key/v1" 00 K), for BLAKE2b-512 (RFC 7693)
void blinding_key(ByteView day_secret, std::span<std::uint8_t, 32> out);

enum class SlotPart : std::uint8_t { kBad = 0, kTotal = 1 };

struct BlindingInput {
    Hash stream{};
    SlotNumber slot = 0;
    SlotPart part = SlotPart::kBad;
    // Part of the input (as in SIV), so that two values for one slot, as after a fault, never share
    // a blinding: their difference would be a guess away.
    std::uint64_t value = 0;
};
// BLAKE2b-512(key, "zk-overlords/blinding/v1" 00 stream u64be(slot) u8(part) u64be(value)), to be
// reduced modulo the group's order. Overwrite it after use.
using WideBlinding = std::array<std::uint8_t, 64>;
[[nodiscard]] WideBlinding wide_blinding(ByteView key, const BlindingInput& input);

// Binds a slot's opening even where discrete logarithms are no longer hard:
// SHA-256("zk-overlords/switch/v1" 00 salt u64le(bad) u64le(total) r_bad r_total), the blindings as
// canonical 32-byte scalars (asserted).
struct SlotBlindings {
    ByteView bad;
    ByteView total;
};
[[nodiscard]] Hash switch_hash(const Hash& salt, const SlotValues& values,
                               const SlotBlindings& blindings);

}  // namespace overlord::zk
