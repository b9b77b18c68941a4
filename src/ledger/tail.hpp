// What is behind the last whole frame of a journal. Private to the module.
#pragma once

#include <string>

#include "overlord/ledger/journal_reader.hpp"
#include "segment_file.hpp"

namespace overlord::ledger {

struct Tail {
    enum class Kind { kClean, kTorn, kCorrupt };
    Kind kind = Kind::kClean;
    std::uint64_t bytes = 0;  // from the position to the last byte that is not zero
    std::string cause;
};

[[nodiscard]] Result<Tail> analyze_tail(SegmentFile& segment, const JournalPosition& position);

[[nodiscard]] bool all_zero(ByteView bytes);

// The first byte in [from, to) that is not zero; `to` when there is none.
[[nodiscard]] Result<std::uint64_t> first_nonzero(SegmentFile& segment, std::uint64_t from,
                                                  std::uint64_t to);

}  // namespace overlord::ledger
