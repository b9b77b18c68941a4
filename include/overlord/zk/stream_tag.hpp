// Names of streams that nobody can choose: the tag of a system and a plan entry is a verifiable
// random function of them under the one key that a log announces (docs/formats/zk.md, Names). Who
// has not seen a tag cannot guess what it is of; who sees it with its proof knows that there is no
// other one, and so every name that the log could give to the control.
//
//   H = map(BLAKE2b-512("zk-overlords/stream-tag/v1" 00 lp(origin) lp(system) lp(entry)))
//   K = k B, the key;  T = k H, the tag;  proof (c, s) that both have the same k (Chaum and
//   Pedersen, CRYPTO '92), as in ECVRF (RFC 9381), non-interactive over a Merlin transcript
//
// The group has a prime order, so K, H and T determine each other. Pure functions, any thread. Work
// on k takes the same time whatever it is.
#pragma once

#include <array>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/slot.hpp"

namespace overlord::zk {

inline constexpr std::size_t kStreamTagBytes = 96;

struct StreamTag {
    PointBytes point{};
    std::array<std::uint8_t, 64> proof{};  // c, s
    bool operator==(const StreamTag&) const = default;
};
[[nodiscard]] std::array<std::uint8_t, kStreamTagBytes> to_bytes(const StreamTag& tag);
// Nothing where it has another length.
[[nodiscard]] std::optional<StreamTag> stream_tag_of(ByteView bytes);

// What a tag is of. The length of slots is not in it: a log announces one with its key.
struct TagSubject {
    std::string_view origin;  // of the log
    std::string_view system;
    std::string_view entry;  // the plan entry's text
};

// K of keys/proof.key (32 bytes, asserted) in the log `origin`: k is BLAKE2b-512, keyed with it, of
// "zk-overlords/stream-key/v1" 00 lp(origin), modulo the group's order.
[[nodiscard]] PointBytes stream_key(ByteView proof_key, std::string_view origin);

[[nodiscard]] StreamTag make_stream_tag(ByteView proof_key, const TagSubject& subject);

// Codes: zk.encoding (key, tag or proof is no canonical encoding, or an identity), zk.tag (the tag
// is not that of the subject under the key).
[[nodiscard]] Status verify_stream_tag(const PointBytes& key, const TagSubject& subject,
                                       const StreamTag& tag);

// A stream that has a hole ends, and another generation of it begins. There are few of them, so
// that a verifier can look for every name of a control.
inline constexpr std::uint32_t kGenerationsMax = 64;

// SHA-256("zk-overlords/stream-salt/v2" 00 T u32be(generation)); the stream's name follows from it
// (stream_id).
[[nodiscard]] Hash stream_salt(const PointBytes& tag, std::uint32_t generation);

}  // namespace overlord::zk
