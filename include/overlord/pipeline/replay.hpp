// Replay: these records and these rules give exactly these verdicts. Derives every record, every
// state digest and every statement again from the journal's inputs and the archived rules, in a
// fresh engine, and names the first difference. The oracle of purity.
//
// Reads only; a daemon may be running. Signatures are verified, not made again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/pipeline/archive.hpp"

namespace overlord::pipeline {

struct ReplayOptions {
    Path state_dir;
    // Judge by these instead of the archived rules: the differences are what they would change.
    std::optional<RuleSet> rules;
    std::function<void(std::uint64_t records)> progress;  // every 100,000
};

struct Difference {
    std::string where;     // "record 812", "state digest at record 100000", "attestation <digest>"
    std::string recorded;  // empty: there is none
    std::string derived;   // empty: there is none
};

struct ReplayReport {
    std::uint64_t records = 0, starts = 0, states = 0, statements = 0;
    std::uint64_t snapshots = 0;  // whose digests stand in the log
    std::uint64_t differences = 0;
    std::vector<Difference> first;   // at most kDifferencesShown
    std::vector<std::string> notes;  // say another build than the one that recorded
    // [from, to): records that were erased, and others up to the next snapshot that the log names.
    struct Range {
        RecordIndex from, to;
    };
    std::vector<Range> not_replayable;
    [[nodiscard]] bool equal() const { return differences == 0; }
};

inline constexpr std::size_t kDifferencesShown = 20;

// Codes: journal.*, rules.*, engine.*, io.*: replay could not be carried out. A difference is no
// error but the report's.
[[nodiscard]] Result<ReplayReport> replay(const ReplayOptions& options);

}  // namespace overlord::pipeline
