#include "sequence.hpp"

#include <algorithm>

namespace overlord::pipeline {

using Placed = SequenceTracker::Placed;

Placed SequenceTracker::place(std::uint64_t number, TimeNs at) {
    if (runs_.empty()) {
        begin(number, at);
        return Placed::kInOrder;
    }
    Run& run = runs_.back();
    Placed placed = Placed::kInOrder;
    if (number > run.last) {
        if (number - run.last > 1 && take_as_straggler(number, at, placed)) return placed;
        placed = number - run.last == 1 ? Placed::kInOrder : Placed::kAhead;
        run_ahead(run, number, at);
        return placed;
    }
    if (fill(run, number, placed)) return placed;
    if (extend_down(run, number, at)) return Placed::kInOrder;
    if (number > 1) return Placed::kRepeated;
    begin(number, at);
    ++unwritten_;  // the restart
    return Placed::kRestart;
}

void SequenceTracker::begin(std::uint64_t number, TimeNs at) {
    runs_.push_back({number, number, at, {}});
}

void SequenceTracker::run_ahead(Run& run, std::uint64_t number, TimeNs at) {
    if (number - run.last > 1) {
        run.missing.push_back({run.last + 1, number - 1, at, false});
        ++unwritten_;
    }
    run.last = number;
}

// Just after a restart: a number of the run before, from a slower connection? It belongs to the run
// whose last number is nearer.
bool SequenceTracker::take_as_straggler(std::uint64_t number, TimeNs at, Placed& placed) {
    if (runs_.size() < 2) return false;
    Run& before = runs_[runs_.size() - 2];
    if (number <= before.last)
        return before.last - number < number - runs_.back().last && fill(before, number, placed);
    if (number - before.last > kReorderedMax) return false;
    placed = number - before.last == 1 ? Placed::kInOrder : Placed::kAhead;
    run_ahead(before, number, at);
    return true;
}

bool SequenceTracker::fill(Run& run, std::uint64_t number, Placed& placed) {
    const auto range = std::lower_bound(
        run.missing.begin(), run.missing.end(), number,
        [](const Range& one, std::uint64_t wanted) { return one.last < wanted; });
    if (range == run.missing.end() || range->first > number) return false;
    placed = range->written ? Placed::kFilledLate : Placed::kFilled;
    if (range->first == range->last) {
        if (!range->written) --unwritten_;
        run.missing.erase(range);
    } else if (number == range->first) {
        ++range->first;
    } else if (number == range->last) {
        --range->last;
    } else {
        const Range lower{range->first, number - 1, range->since, range->written};
        if (!range->written) ++unwritten_;
        range->first = number + 1;
        run.missing.insert(range, lower);
        forget_written(run);
    }
    return true;
}

// A run whose first numbers come out of order.
bool SequenceTracker::extend_down(Run& run, std::uint64_t number, TimeNs at) {
    if (number >= run.first || run.first - number > kReorderedMax) return false;
    if (at - run.began > kReorderedTime) return false;
    if (run.first - number > 1) {
        run.missing.insert(run.missing.begin(), {number + 1, run.first - 1, at, false});
        ++unwritten_;
    }
    run.first = number;
    return true;
}

// The oldest written ranges go first: what fills them now counts as repeated.
void SequenceTracker::forget_written(Run& run) {
    while (run.missing.size() > ranges_max_) {
        const auto written = std::find_if(run.missing.begin(), run.missing.end(),
                                          [](const Range& range) { return range.written; });
        if (written == run.missing.end()) return;
        run.missing.erase(written);
    }
}

std::vector<SequenceTracker::Note> SequenceTracker::due(TimeNs until) const {
    std::vector<Note> notes;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        const bool ended = i + 1 < runs_.size();
        const bool settled = ended && (crowded() || runs_[i + 1].began <= until);
        for (const Range& range : runs_[i].missing)
            if (!range.written && (settled || crowded() || range.since <= until))
                notes.push_back({Note::Kind::kMissing, range.first, range.last});
        if (!settled) break;
        notes.push_back({Note::Kind::kRestart, runs_[i + 1].first, runs_[i].last});
    }
    return notes;
}

TimeNs SequenceTracker::oldest_unwritten() const {
    if (unwritten_ == 0) return kNothing;
    TimeNs oldest = kNothing;
    for (const Run& run : runs_) {
        if (&run != &runs_.front()) oldest = std::min(oldest, run.began);
        for (const Range& range : run.missing)
            if (!range.written) oldest = std::min(oldest, range.since);
    }
    return oldest;
}

void SequenceTracker::missing_written(std::uint64_t first, std::uint64_t last) {
    if (runs_.empty()) return;
    for (Range& range : runs_.front().missing) {
        if (range.written || range.first < first || range.last > last) continue;
        range.written = true;
        --unwritten_;
    }
    forget_written(runs_.front());
}

void SequenceTracker::restart_written() {
    if (runs_.size() < 2) return;
    for (const Range& range : runs_.front().missing)
        if (!range.written) --unwritten_;
    --unwritten_;
    runs_.pop_front();
}

void SequenceTracker::serialise(Bytes& out) const {
    put_u64_le(out, runs_.size());
    for (const Run& run : runs_) {
        put_u64_le(out, run.first);
        put_u64_le(out, run.last);
        put_u64_le(out, static_cast<std::uint64_t>(run.began));
        put_u64_le(out, run.missing.size());
        for (const Range& range : run.missing) {
            put_u64_le(out, range.first);
            put_u64_le(out, range.last);
            put_u64_le(out, static_cast<std::uint64_t>(range.since));
            put_u64_le(out, range.written ? 1 : 0);
        }
    }
}

Result<SequenceTracker> SequenceTracker::restore(ByteReader& in) {
    SequenceTracker tracker;
    Error short_of{"", ""};
    bool good = true;
    const auto next = [&]() -> std::uint64_t {
        if (!good) return 0;
        Result<std::uint64_t> value = in.u64();
        if (value) return *value;
        good = false;
        short_of = value.error();
        return 0;
    };
    for (std::uint64_t runs = next(); good && runs > 0; --runs) {
        Run run{};
        run.first = next();
        run.last = next();
        run.began = static_cast<TimeNs>(next());
        for (std::uint64_t ranges = next(); good && ranges > 0; --ranges) {
            Range range{};
            range.first = next();
            range.last = next();
            range.since = static_cast<TimeNs>(next());
            range.written = next() != 0;
            if (!range.written) ++tracker.unwritten_;
            run.missing.push_back(range);
        }
        tracker.runs_.push_back(std::move(run));
    }
    if (!good) return short_of;
    if (!tracker.runs_.empty()) tracker.unwritten_ += tracker.runs_.size() - 1;
    return tracker;
}

}  // namespace overlord::pipeline
