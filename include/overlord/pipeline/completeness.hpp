// What a journal shows about its own completeness: each source's numbers, what the daemon counted
// and what the records say, when it ran, and whether records and blocks are without a hole. Reads
// the files of a state directory, best a copy; changes nothing. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/completeness_record.hpp"

namespace overlord::pipeline {

struct CompletenessOptions {
    Path state_dir;
    TimeNs from = 0;         // log time; the report speaks of [from, to), the reading of everything
    TimeNs to = INT64_MAX;
};

struct NumberRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    TimeNs at = 0;                     // when it was noticed, or written
    std::optional<RecordIndex> record;  // the record that speaks of it
    std::uint64_t still_missing = 0;    // of a recorded one: what never came
};

struct SourceReport {
    // Of the records in the period; of erased ones, and of duplicates, as its heartbeats tell.
    ledger::SourceCounts counts;
    std::uint64_t numbered = 0;  // lines with a number of the source's own
    std::uint64_t first_number = 0, last_number = 0;  // the first and the last of those
    std::uint64_t repeated = 0;   // numbers that were there before
    std::uint64_t filled_late = 0;  // numbers that came after their gap record
    std::vector<NumberRange> recorded;    // gap records
    std::vector<NumberRange> unrecorded;  // missing, and no record says so
    std::vector<NumberRange> unknown;     // left out between erased records, maybe in them
    std::vector<NumberRange> restarts;    // from `last` to `first`
};

// From a start record to its stop record.
struct RunReport {
    RecordIndex record;
    TimeNs started = 0;
    TimeNs ended = 0;          // log time of the last record before the next start
    bool stopped = false;      // with a stop record
    bool last = false;         // no start follows: it may still be running
    DurationNs down_before = 0;  // log time since the last record of the run before
};

struct CountDifference {
    RecordIndex heartbeat;
    std::string source;   // "others": all that are not listed together
    std::string heartbeat_says, records_say;
};

struct ChangeEntry {  // start, stop, rules, config, key and others that are no blocks
    std::string kind;
    TimeNs at = 0;
    std::string entry;
};

struct CompletenessReport {
    std::optional<RecordIndex> first_record, last_record;  // in the period
    std::map<std::string, std::uint64_t> records;  // by kind; "erased" for those without a text
    std::map<std::string, SourceReport> sources;   // "": no source could be read in the line
    std::uint64_t heartbeats = 0, not_recounted = 0;  // not recounted: over erased records
    std::vector<CountDifference> differences;
    std::vector<RunReport> runs;
    std::vector<std::pair<TimeNs, TimeNs>> silences;
    std::vector<ChangeEntry> changes;
    std::uint64_t blocks = 0;   // over the whole journal
    RecordIndex sealed_until;   // blocks cover the records before it
    RecordIndex end;            // the journal has the records before it
    std::vector<std::string> holes;  // in records or blocks; where the journal cannot be read

    // Why the answer is no, one line each; empty: every source's numbers are all there or each gap
    // has its record, the counts agree, and no record is missing.
    [[nodiscard]] std::vector<std::string> shortcomings() const;
};

// Codes: state.not_a_state, record.*, and the reader's.
[[nodiscard]] Result<CompletenessReport> completeness(const CompletenessOptions& options);

}  // namespace overlord::pipeline
