// Erasing records: the order of steps that a crash cannot leave half done, and giving the room back
// to the file system. What may be erased is retention.hpp's business; what an erasure takes is
// record_keys.hpp's.
//
//   1. note_erasures   what was asked for and has to wait for proofs: journal/keys/waiting
//   2. note_erasures   the intent, durable: journal/keys/erasing
//   3.                 a record of it, an entry, a snapshot that no erased record stands behind
//   4. destroy_keys    zeros in place of the keys, durable
//   5. finish_erasures the intent becomes journal/keys/freeing; it leaves `waiting`
//   6. give_back_room  holes where pages held erased records only; then freeing goes
//
// A start that finds `erasing` begins again at 3, one that finds `freeing` at 6, and what is in
// `waiting` waits again. From 2 on nothing stops an erasure; while it waits a legal hold does.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::ledger {

struct Erasure {
    ErasureScope scope;
    Day before = 0;  // whole UTC days of log time before this one
    bool operator==(const Erasure&) const = default;
};

[[nodiscard]] std::string_view to_text(ErasureScope::Kind kind);  // system, rejects, all

enum class ErasureStage : std::uint8_t { kWaiting, kErasing };
// In place of those noted before; none: the file goes.
[[nodiscard]] Status note_erasures(const Path& journal, ErasureStage stage,
                                   std::span<const Erasure> erasures, Disk& disk);
// Those noted and not finished; none as a rule. Code erasure.damaged.
[[nodiscard]] Result<std::vector<Erasure>> noted_erasures(const Path& journal, ErasureStage stage);
[[nodiscard]] Status finish_erasures(const Path& journal, Disk& disk);
[[nodiscard]] bool room_to_give_back(const Path& journal);

struct FreedRoom {
    std::uint64_t holes = 0;
    std::uint64_t bytes = 0;
    bool complete = false;  // not stopped before its end
};
// Reads the frames' indexes of all segments but the one in use, on a thread of its own beside the
// daemon's; at most one at a time. `stop` ends it early, and the next start goes on.
[[nodiscard]] Result<FreedRoom> give_back_room(const Path& journal, const std::atomic<bool>& stop);

}  // namespace overlord::ledger
