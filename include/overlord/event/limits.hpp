// The bounds of what may arrive in one line, each with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace overlord::event {

// CloudEvents 1.0 asks consumers to accept events of 64 KiB; anything larger is not telemetry.
inline constexpr std::size_t kLineBytesMax = 64 * 1024;

// Containers within containers, the event's own object included. The core types need 3; a bound
// keeps the decoder's stack fixed whatever is sent.
inline constexpr std::size_t kNestingMax = 16;

// id, source, type and subject are names that are compared, indexed and kept in memory (ids by the
// million); CloudEvents SDKs send well under 200 bytes.
inline constexpr std::size_t kAttributeBytesMax = 1024;

// A field that a rule pack declares as an atom is a name too, and is interned by the evaluator.
inline constexpr std::size_t kAtomBytesMax = 1024;

// A source's `sequence` in digits and in value: what a signed 64-bit integer holds, so that every
// reader of records can keep it.
inline constexpr std::size_t kSequenceDigitsMax = 19;
inline constexpr std::uint64_t kSequenceMax = 9'223'372'036'854'775'807;

// A reject's reason is stored and sent back; keys of the offending line are cut to this in it.
inline constexpr std::size_t kReasonKeyBytesMax = 64;

}  // namespace overlord::event
