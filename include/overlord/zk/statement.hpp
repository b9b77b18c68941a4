// What is proved of slots, and the labels that bind a proof to its place (docs/formats/zk.md). Pure
// functions, any thread.
//
// Every statement is a linear form over the sums of a window, c_bad*bad + c_total*total + constant
// >= 0, for the limit p/q of the rule's own literal:
//   holds:  (q-p)*total - q*bad >= 0       fails:  q*bad - (q-p)*total - 1 >= 0
// or, where the sum itself is limited, for sum(bad) =< p/q:
//   holds:  p - q*bad >= 0                 fails:  q*bad - p - 1 >= 0
// and for a strict limit holds carries the -1 and fails does not. One of the two is always true, so
// that a daemon that publishes neither is seen.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/zk/slot.hpp"

namespace overlord::zk {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

enum class Direction : std::uint8_t { kFails = 0, kHolds = 1 };

// bad/total may not exceed 1 - p/q: good/total >= p/q, or > where strict. 0 <= p <= q, q > 0.
// Of a sum (absolute): bad =< p/q, or < where strict, and p may be greater than q.
struct Limit {
    std::uint64_t p = 1;
    std::uint64_t q = 1;
    bool strict = false;
    bool absolute = false;
    bool operator==(const Limit&) const = default;
};
// No violation counted, and a state that was compliant: sum(bad) = 0, as -bad >= 0.
inline constexpr Limit kNoneBad{};

// bad and total are coefficients of the sums; the form is >= 0.
struct LinearForm {
    Int128 bad = 0;
    Int128 total = 0;
    Int128 constant = 0;
    bool operator==(const LinearForm&) const = default;
};

[[nodiscard]] LinearForm linear_form(const Limit& limit, Direction direction);
[[nodiscard]] Direction opposite(Direction direction);

struct WindowSums {
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
};
// The form's value. Code statement.range where 128 bits are too few for it.
[[nodiscard]] Result<Int128> evaluate(const LinearForm& form, const WindowSums& sums);
// Which of the two is true of these sums.
[[nodiscard]] Result<Direction> direction_of(const Limit& limit, const WindowSums& sums);

// What a verifier has to know before it believes a proof over integers: that no sum of `count`
// slots of `bits` each can wrap around the group's order, that is |constant| +
// (|c_bad| + |c_total|) * count * 2^bits < 2^250. Code statement.bound.
[[nodiscard]] Status check_bound(const LinearForm& form, std::uint64_t count, std::uint32_t bits);

// Bits of the range proofs: verdicts are below 2^64, slots below 2^32 (a state: 2^8).
inline constexpr std::uint32_t kVerdictBits = 64;
inline constexpr std::size_t kAggregationMax = 16;  // values in one proof, a power of two
inline constexpr std::size_t kRangeSlotsMax = kAggregationMax / 2;
[[nodiscard]] std::uint32_t padded_width(std::size_t values);  // 3 -> 4; at most kAggregationMax

// "zk-overlord1" and the SHA-256 of the canonical bytes: 44 bytes, as the label of a transcript.
using Label = std::array<std::uint8_t, 44>;

// The slots of one `range` entry.
struct RangeSubject {
    std::string_view origin;  // of the log
    Hash stream{};
    SlotNumber first = 0;
    std::uint64_t count = 0;
    std::uint32_t bits = 0;
};
// "zk-overlords/range/v1" 00 lp(origin) stream u64be(first) u64be(count) u32be(bits) u32be(m),
// m = padded_width(2 * count)
[[nodiscard]] Bytes canonical_bytes(const RangeSubject& subject);
[[nodiscard]] Label label(const RangeSubject& subject);

// One inequality over slots [first, first + count) of a stream.
struct WindowStatement {
    Hash stream{};
    SlotNumber first = 0;
    std::uint64_t count = 0;
    LinearForm form;
    Direction direction = Direction::kHolds;
    bool operator==(const WindowStatement&) const = default;
};
// The statements of one proof, and what they are about.
struct VerdictSubject {
    std::string_view origin;
    std::uint64_t size = 0;  // of the tree whose entries [0, size) they speak about
    Hash root{};
    Hash bundle{};       // digest of the rules
    Hash plan{};         // digest of the plan's text
    Hash attestation{};  // its digest
    std::span<const WindowStatement> windows;
};
// "zk-overlords/statement/v1" 00 lp(origin) u64be(size) root bundle plan attestation u32be(n=64)
// u32be(m) u32be(windows) and for each window: stream u64be(first) u64be(count) i128be(c_bad)
// i128be(c_total) i128be(constant) u8(direction), m = padded_width(windows)
[[nodiscard]] Bytes canonical_bytes(const VerdictSubject& subject);
[[nodiscard]] Label label(const VerdictSubject& subject);

}  // namespace overlord::zk
