// The records that tell what came from each source and what did not: missing ranges of a source's
// own numbers, its restarts, and heartbeats with counts (docs/formats/records.md). Pure functions,
// any thread.
//
//   "kind":"gap","source":"//gw-7/core","first":812,"last":815
//   "kind":"restart","source":"//gw-7/core","last":90210,"first":1
//   "kind":"heartbeat","first":4000,"sources":[["//gw-7/core",120,118,2,0,1,117]]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/ledger/record.hpp"

namespace overlord::ledger {

// The numbers first to last of a source were not received in time.
struct MissingRange {
    std::string source;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool operator==(const MissingRange&) const = default;
};

// A source came as far as `last` and then began again at `first`.
struct Restart {
    std::string source;
    std::uint64_t last = 0;
    std::uint64_t first = 0;
    bool operator==(const Restart&) const = default;
};

// received = accepted + rejected + duplicate; accepted = late + evaluated.
struct SourceCounts {
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t duplicate = 0;  // makes no record: only heartbeats know
    std::uint64_t late = 0;       // accepted, and folded into no measure that found it late

    [[nodiscard]] std::uint64_t received() const { return accepted + rejected + duplicate; }
    [[nodiscard]] std::uint64_t evaluated() const { return accepted - late; }
    [[nodiscard]] bool nothing() const { return received() == 0; }
    void add(const SourceCounts& other);
    bool operator==(const SourceCounts&) const = default;
};

struct CountedSource {
    std::string source;  // empty: lines in which no source could be read
    SourceCounts counts;
    bool operator==(const CountedSource&) const = default;
};

// What came since the heartbeat before: the records from `first` to the heartbeat's own, and the
// duplicates of that time.
struct Heartbeat {
    RecordIndex first;
    std::vector<CountedSource> sources;  // by name, none without a line
    struct Others {
        std::uint64_t sources = 0;  // how many had no place in the row above
        SourceCounts counts;        // of all of them together
        bool operator==(const Others&) const = default;
    };
    std::optional<Others> others;
    bool operator==(const Heartbeat&) const = default;
};

// The record's body, as compose() takes it.
[[nodiscard]] std::string body(const MissingRange& range);
[[nodiscard]] std::string body(const Restart& restart);
[[nodiscard]] std::string body(const Heartbeat& heartbeat);

// Code: record.members, also for a spelling that body() would not give, and for counts that
// contradict each other.
[[nodiscard]] Result<MissingRange> parse_missing(const RecordView& record);
[[nodiscard]] Result<Restart> parse_restart(const RecordView& record);
[[nodiscard]] Result<Heartbeat> parse_heartbeat(const RecordView& record);

}  // namespace overlord::ledger
