// What is known of one source's own numbers: how far it has come, which ranges are missing, and
// whether it began again. A pure function of the records, in their order, by the pipeline, by
// recovery and by `overlordctl completeness` alike.
//
// A source counts in runs. A run ends when the source begins again at 0 or 1; what is still missing
// of it is written before the restart, so that a gap record always speaks of the first run whose
// restart has not been written yet.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/time.hpp"

namespace overlord::pipeline {

// Numbers this far out of order are taken for reordering between connections where the choice is
// between that and a restart: at the beginning of a run and just after one.
inline constexpr std::uint64_t kReorderedMax = 1024;
inline constexpr DurationNs kReorderedTime = 10 * kSecondNs;

// Written ranges are kept to tell what comes late from what comes twice; unwritten ones are written
// at once beyond this many, so that a source that leaves out every second number costs no memory.
inline constexpr std::size_t kRangesMax = 64;

class SequenceTracker {
public:
    explicit SequenceTracker(std::size_t ranges_max = kRangesMax) : ranges_max_(ranges_max) {}

    enum class Placed {
        kInOrder,     // the first, or the one after the last
        kAhead,       // a range before it is missing now
        kFilled,      // it was missing, and nothing was written about it yet
        kFilledLate,  // it was missing, and a gap record says so
        kRestart,     // the source began again
        kRepeated,    // it was there before, or stands before the first one that was seen
    };
    Placed place(std::uint64_t number, TimeNs at);
    // On to a later number, with nothing known of those between. After the first place().
    void leap(std::uint64_t number) { runs_.back().last = number; }

    struct Range {
        std::uint64_t first;
        std::uint64_t last;
        TimeNs since;  // when it was noticed
        bool written;  // as a gap record
    };
    struct Run {
        std::uint64_t first;
        std::uint64_t last;
        TimeNs began;
        std::vector<Range> missing;  // ascending
    };

    // What is to be written, in this order. kRestart: from `last` to `first`.
    struct Note {
        enum class Kind { kMissing, kRestart };
        Kind kind;
        std::uint64_t first;
        std::uint64_t last;
    };
    // Everything that was noticed at `until` or before; all of it where it is crowded.
    [[nodiscard]] std::vector<Note> due(TimeNs until) const;
    // When the oldest unwritten thing was noticed; kNothing without any.
    static constexpr TimeNs kNothing = INT64_MAX;
    [[nodiscard]] TimeNs oldest_unwritten() const;
    [[nodiscard]] bool all_written() const { return unwritten_ == 0; }
    // More unwritten ranges and restarts than there is room for.
    [[nodiscard]] bool crowded() const { return unwritten_ > ranges_max_; }

    // The records, as they come.
    void missing_written(std::uint64_t first, std::uint64_t last);
    void restart_written();

    [[nodiscard]] const std::deque<Run>& runs() const { return runs_; }  // the present one last

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<SequenceTracker> restore(ByteReader& in);

private:
    void begin(std::uint64_t number, TimeNs at);
    void run_ahead(Run& run, std::uint64_t number, TimeNs at);
    [[nodiscard]] bool take_as_straggler(std::uint64_t number, TimeNs at, Placed& placed);
    [[nodiscard]] bool fill(Run& run, std::uint64_t number, Placed& placed);
    [[nodiscard]] bool extend_down(Run& run, std::uint64_t number, TimeNs at);
    void forget_written(Run& run);

    std::size_t ranges_max_;
    std::deque<Run> runs_;
    std::size_t unwritten_ = 0;  // ranges and restarts
};

}  // namespace overlord::pipeline
