// What came from each source since the last heartbeat, and each source's own numbers. A pure
// function of the records (the duplicates excepted, which make none), in their order. Ledger thread
// only.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "overlord/ledger/completeness_record.hpp"
#include "overlord/ledger/record.hpp"
#include "sequence.hpp"

namespace overlord::pipeline {

// A source costs up to 4 KiB with its name and its missing ranges. The one that has been quiet for
// longest makes room for a new one.
inline constexpr std::size_t kSourcesMax = 16'384;

// The sources' rows in one heartbeat record; those that do not fit are counted together as
// `others`.
inline constexpr std::size_t kHeartbeatBytesMax = 256u << 10;

// Notes in one batch, so that it fits one frame of the journal: a name of 1 KiB may take two.
inline constexpr std::size_t kNotesPerBatch = 1'024;

class SourceBook {
public:
    explicit SourceBook(std::size_t sources_max = kSourcesMax) : sources_max_(sources_max) {}
    SourceBook(SourceBook&&) = default;  // what points into the maps stays valid
    SourceBook& operator=(SourceBook&&) = default;

    // A line's source by its key (EventKey::source) and, where knows(key) is false, by its name.
    // Key 0 and the empty name: no source could be read in the line.
    struct Line {
        std::uint64_t key = 0;
        std::string_view name;
        std::optional<std::uint64_t> sequence;
    };
    [[nodiscard]] bool knows(std::uint64_t key) const { return by_key_.contains(key); }
    enum class Lateness { kInTime, kLate };
    void accepted(const Line& line, Lateness lateness, TimeNs at);
    void rejected(const Line& line, TimeNs at);
    void duplicate(const Line& line, TimeNs at);

    // A record of this book's own making, as it came into the journal. Other kinds change nothing.
    [[nodiscard]] Status recorded(const ledger::RecordView& record);

    // The bodies of the records that are due: missing ranges and restarts that were noticed at
    // `until` or before, source by source; at most kNotesPerBatch.
    [[nodiscard]] std::vector<std::string> due_notes(TimeNs until);
    [[nodiscard]] TimeNs oldest_unwritten();  // SequenceTracker::kNothing without any
    // A source has more of them than there is room for: they are due at once.
    [[nodiscard]] bool crowded() const { return !crowded_.empty(); }

    // Something was counted; since when (log time).
    [[nodiscard]] std::optional<TimeNs> counting_since() const { return counting_since_; }
    [[nodiscard]] std::string heartbeat() const;  // the body

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<SourceBook> restore(ByteReader& in);

private:
    struct Source {
        std::string name;
        std::uint64_t key = 0;
        ledger::SourceCounts counts;
        SequenceTracker numbers;
        std::list<Source*>::iterator activity;
    };
    Source* open(const Line& line);
    Source* add(std::uint64_t key, std::string_view name);
    [[nodiscard]] bool make_room();
    ledger::SourceCounts& counts_of(const Line& line, TimeNs at);
    void place(const Line& line, TimeNs at);
    void note_state(Source& source);

    std::size_t sources_max_;
    std::map<std::string, Source, std::less<>> sources_;
    std::unordered_map<std::uint64_t, Source*> by_key_;
    std::list<Source*> by_activity_;  // least recently active first
    ledger::Heartbeat::Others others_;
    RecordIndex counted_from_;
    std::optional<TimeNs> counting_since_;

    // Not part of the state: found again from it.
    std::set<std::string_view> unwritten_, crowded_;  // names of sources with something to write
    std::optional<TimeNs> oldest_unwritten_;
};

}  // namespace overlord::pipeline
