// The entries of the log that a zero-knowledge proof rests on: commitments to slots, their range
// proofs, and the digests of documents (docs/formats/zk.md). One spelling each; pure functions, any
// thread.
//
//   {"v":1,"kind":"streams","at":A,"key":"<base64>","slot_ns":60000000000}
//   {"v":1,"kind":"slot","at":A,"stream":"<hex>","slot":N,"bad":"<base64>","total":"<base64>",
//    "bad_sum":"<base64>","total_sum":"<base64>","switch":"<base64>"}
//   {"v":1,"kind":"range","at":A,"stream":"<hex>","first":N,"count":C,"bits":32,"proof":"<base64>"}
//   {"v":1,"kind":"proof","at":A,"attestation":"<hex>","digest":"<hex>"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/slot.hpp"

namespace overlord::attest {

// How the log names its streams and how long their slots are, for good: it has one of these, before
// its first slot.
struct StreamsEntry {
    TimeNs at = 0;
    zk::PointBytes key{};  // of stream tags (zk/stream_tag.hpp)
    DurationNs slot_ns = 0;
    bool operator==(const StreamsEntry&) const = default;
};

// The sums are those of all slots of the stream up to this one, with it.
struct SlotEntry {
    TimeNs at = 0;
    Hash stream{};
    zk::SlotNumber slot = 0;
    zk::PointBytes bad{};  // of the slot alone; never the identity
    zk::PointBytes total{};
    zk::PointBytes bad_sum{};
    zk::PointBytes total_sum{};
    Hash switch_hash{};
    bool operator==(const SlotEntry&) const = default;
};

// One aggregated proof that bad and total of slots [first, first + count) are below 2^bits.
struct RangeEntry {
    TimeNs at = 0;
    Hash stream{};
    zk::SlotNumber first = 0;
    std::uint64_t count = 0;  // 1 to zk::kRangeSlotsMax
    std::uint32_t bits = 0;   // 8, 16 or 32
    Bytes proof;
    bool operator==(const RangeEntry&) const = default;
};

// An attestation got its zero-knowledge document, of this digest.
struct ProofEntry {
    TimeNs at = 0;
    Hash attestation{};
    Hash digest{};
    bool operator==(const ProofEntry&) const = default;
};

[[nodiscard]] std::string compose(const StreamsEntry& entry);
[[nodiscard]] std::string compose(const SlotEntry& entry);
[[nodiscard]] std::string compose(const RangeEntry& entry);
[[nodiscard]] std::string compose(const ProofEntry& entry);

using ZkEntry = std::variant<std::monostate, StreamsEntry, SlotEntry, RangeEntry, ProofEntry>;

// monostate for an entry of another kind. Code entry.syntax for one of these kinds in any spelling
// but its own, with an identity in bad or total, or with a count, bits or length of proof that no
// range entry has. Points and scalars are not decoded here.
[[nodiscard]] Result<ZkEntry> parse_zk_entry(std::string_view entry);

}  // namespace overlord::attest
