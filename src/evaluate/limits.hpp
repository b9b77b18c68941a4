// The bounds of the evaluator, each with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "overlord/base/time.hpp"

namespace overlord::evaluate {

// DESIGN 4.3: a clock ahead by more than this is broken; less is ordinary skew.
inline constexpr DurationNs kFutureMax = 5 * kSecondNs;
// Silence that is worth a record: telemetry comes every second, and a late event may still come
// within the default lateness. Across a restart a shorter one counts: nobody was listening.
inline constexpr DurationNs kSilenceMin = 60 * kSecondNs;
inline constexpr DurationNs kDowntimeMin = kSecondNs;
// On the event clock one wrong year must not drag log time with it.
inline constexpr DurationNs kJumpMax = 366 * kDayNs;
// DESIGN 3: a system is judged at most ten times a second, however many events it sends.
inline constexpr DurationNs kEvaluateEvery = 100'000'000;
// Where time alone changes a value and no control declares the limit, look again after this or
// after a pane, whichever is longer.
inline constexpr DurationNs kLookAgain = 10 * kSecondNs;

// Panes in a window: 1 h in 10 s, 365 d in 6 h; bounds memory and says how exact a window is.
inline constexpr std::int64_t kPanesMax = 1'500;
// Groups, keys and sources a measure remembers for a system; a key costs some 100 bytes.
inline constexpr std::size_t kKeysMax = 10'000;
// A longer one is remembered by its digest; ids of systems, services and people are shorter.
inline constexpr std::size_t kKeyBytesMax = 64;
// Events of a system that a measure which joins events still waits or looks back for; each costs
// some 400 bytes. Beyond it the oldest goes, and the measure says so until its window has passed.
inline constexpr std::size_t kOpenItemsMax = 65'536;
// Bytes of a text that such a measure keeps for a condition; of a longer one it keeps the SHA-256.
inline constexpr std::size_t kKeptTextMax = 256;
// Services of a system whose heartbeats are followed, each with a minute of beats.
inline constexpr std::size_t kServicesMax = 1'000;
// Stretches of time that an availability leaves out; a maintenance every eight hours of a year.
inline constexpr std::size_t kExceptionsMax = 1'000;
// Beats of a service kept until their order is settled: a minute of one every 15 ms.
inline constexpr std::size_t kBeatsMax = 4'096;
// Record numbers given as evidence of a violation; an explanation is read by a person.
inline constexpr std::size_t kEvidenceMax = 5;
// Events behind event/4, of each kind: SWI-Prolog stays fast to 10,000 facts of a predicate, and a
// session looks at the latest ones; the log has the others.
inline constexpr std::size_t kRetainedMax = 1'000;
// A verdict's reason in a record; a Prolog message can be as long as the term it speaks about.
inline constexpr std::size_t kReasonBytesMax = 512;

}  // namespace overlord::evaluate
