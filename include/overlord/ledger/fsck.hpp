// The deep check of a log, by whoever holds its files: of a state directory everything, of a public
// tree what can be checked without the records. It trusts nothing but the keys it is given, changes
// nothing, and may run beside a daemon (what is written meanwhile is not looked at, or reported as
// an incomplete end).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::ledger {

inline constexpr std::size_t kFindingsMax = 100;  // more tell nothing new

struct Finding {
    std::string file;   // below the directory that was checked: "journal/00000003.seg"
    std::string place;  // "offset 9216, frame 17, record 812", "entry 70", or empty
    std::string cause;
};

struct FsckCounts {
    std::uint64_t segments = 0;
    std::uint64_t frames = 0;
    std::uint64_t records = 0;
    std::uint64_t events = 0;  // that can be read
    std::uint64_t erased = 0;  // records whose key was destroyed
    std::uint64_t seals = 0;
    std::uint64_t entries = 0;  // of the public tree
    std::uint64_t blocks = 0;
    std::uint64_t journal_bytes = 0;
};

struct Report {
    std::vector<Finding> findings;
    FsckCounts counts;
    std::optional<tlog::TreeHead> head;     // of the verified checkpoint
    std::vector<std::string> not_checked;   // what, and why
    std::uint64_t left_out = 0;             // findings that did not fit into the list
    [[nodiscard]] bool ok() const { return findings.empty() && left_out == 0; }
    void add(Finding finding);              // to the list, as long as there is room in it
};

// `keys`: the log's key, which must sign the checkpoint, and those of witnesses. Without a key of
// the checkpoint's origin the signature counts as not checked.
[[nodiscard]] Report fsck(const Path& directory, const std::vector<tlog::VerifierKey>& keys);

}  // namespace overlord::ledger
