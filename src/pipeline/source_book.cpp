#include "source_book.hpp"

#include <algorithm>

namespace overlord::pipeline {

using ledger::SourceCounts;

void SourceBook::accepted(const Line& line, Lateness lateness, TimeNs at) {
    SourceCounts& counts = counts_of(line, at);
    ++counts.accepted;
    if (lateness == Lateness::kLate) ++counts.late;
    if (line.sequence) place(line, at);
}

// Its number came all the same: what was wrong with the line is another record's business.
void SourceBook::rejected(const Line& line, TimeNs at) {
    ++counts_of(line, at).rejected;
    if (line.sequence) place(line, at);
}

void SourceBook::duplicate(const Line& line, TimeNs at) {
    ++counts_of(line, at).duplicate;
}

SourceCounts& SourceBook::counts_of(const Line& line, TimeNs at) {
    if (!counting_since_) counting_since_ = at;
    if (Source* source = open(line)) return source->counts;
    others_.sources = std::max<std::uint64_t>(others_.sources, 1);  // which ones is not kept
    return others_.counts;
}

void SourceBook::place(const Line& line, TimeNs at) {
    const auto found = by_key_.find(line.key);
    if (found == by_key_.end()) return;
    found->second->numbers.place(*line.sequence, at);
    note_state(*found->second);
}

// The source, moved to the end of the order of activity; null where there is no room for it.
SourceBook::Source* SourceBook::open(const Line& line) {
    const auto found = by_key_.find(line.key);
    if (found == by_key_.end()) return add(line.key, line.name);
    Source& source = *found->second;
    by_activity_.splice(by_activity_.end(), by_activity_, source.activity);
    return &source;
}

SourceBook::Source* SourceBook::add(std::uint64_t key, std::string_view name) {
    if (sources_.size() >= sources_max_ && !make_room()) return nullptr;
    const auto [place, added] = sources_.try_emplace(std::string(name));
    Source& source = place->second;
    if (added) {
        source.name = name;
    } else {  // a name under two keys: not while the secret is the same
        by_key_.erase(source.key);
        by_activity_.erase(source.activity);
    }
    source.key = key;
    source.activity = by_activity_.insert(by_activity_.end(), &source);
    by_key_[key] = &source;
    return &source;
}

// The one that has been quiet for longest goes, but none whose missing numbers are not written yet.
// What was counted of it stays counted.
bool SourceBook::make_room() {
    if (unwritten_.size() >= sources_.size()) return false;
    const auto quiet =
        std::find_if(by_activity_.begin(), by_activity_.end(),
                     [](const Source* source) { return source->numbers.all_written(); });
    if (quiet == by_activity_.end()) return false;
    Source& source = **quiet;
    if (!source.counts.nothing()) {
        ++others_.sources;
        others_.counts.add(source.counts);
    }
    by_key_.erase(source.key);
    by_activity_.erase(quiet);
    sources_.erase(sources_.find(source.name));
    return true;
}

// Keeps the sets up that say where there is something to write.
void SourceBook::note_state(Source& source) {
    const bool unwritten = !source.numbers.all_written();
    if (unwritten || unwritten_.contains(source.name)) oldest_unwritten_.reset();
    const auto keep = [&source](std::set<std::string_view>& names, bool wanted) {
        if (wanted)
            names.insert(source.name);
        else if (!names.empty())
            names.erase(source.name);
    };
    keep(unwritten_, unwritten);
    keep(crowded_, source.numbers.crowded());
}

Status SourceBook::recorded(const ledger::RecordView& record) {
    using ledger::RecordKind;
    if (record.kind == RecordKind::kHeartbeat) {
        for (auto& [name, source] : sources_) source.counts = {};
        others_ = {};
        counted_from_ = record.n;
        counting_since_.reset();
        return {};
    }
    if (record.kind != RecordKind::kMissing && record.kind != RecordKind::kRestart) return {};
    const bool missing = record.kind == RecordKind::kMissing;
    Result<ledger::MissingRange> range =
        missing ? ledger::parse_missing(record) : ledger::MissingRange{};
    Result<ledger::Restart> restart = missing ? ledger::Restart{} : ledger::parse_restart(record);
    if (!range) return range.error();
    if (!restart) return restart.error();
    const auto source = sources_.find(missing ? range->source : restart->source);
    if (source == sources_.end()) return {};
    if (missing)
        source->second.numbers.missing_written(range->first, range->last);
    else
        source->second.numbers.restart_written();
    note_state(source->second);
    return {};
}

std::vector<std::string> SourceBook::due_notes(TimeNs until) {
    std::vector<std::string> bodies;
    for (const std::string_view name : unwritten_) {
        const Source& source = sources_.find(name)->second;
        for (const SequenceTracker::Note& note : source.numbers.due(until)) {
            if (bodies.size() == kNotesPerBatch) return bodies;
            bodies.push_back(
                note.kind == SequenceTracker::Note::Kind::kMissing
                    ? ledger::body(ledger::MissingRange{source.name, note.first, note.last})
                    : ledger::body(ledger::Restart{source.name, note.last, note.first}));
        }
    }
    return bodies;
}

TimeNs SourceBook::oldest_unwritten() {
    if (oldest_unwritten_) return *oldest_unwritten_;
    TimeNs oldest = SequenceTracker::kNothing;
    for (const std::string_view name : unwritten_)
        oldest = std::min(oldest, sources_.find(name)->second.numbers.oldest_unwritten());
    oldest_unwritten_ = oldest;
    return oldest;
}

std::string SourceBook::heartbeat() const {
    ledger::Heartbeat heartbeat;
    heartbeat.first = counted_from_;
    ledger::Heartbeat::Others others = others_;
    std::size_t bytes = 0;
    for (const auto& [name, source] : sources_) {
        if (source.counts.nothing()) continue;
        bytes += 2 * name.size() + 6 * 21;  // escaped, and six numbers
        if (bytes <= kHeartbeatBytesMax) {
            heartbeat.sources.push_back({name, source.counts});
        } else {
            ++others.sources;
            others.counts.add(source.counts);
        }
    }
    if (!others.counts.nothing()) heartbeat.others = others;
    return ledger::body(heartbeat);
}

// In the order of activity, which decides who makes room.
void SourceBook::serialise(Bytes& out) const {
    const auto put_counts = [&out](const SourceCounts& counts) {
        put_u64_le(out, counts.accepted);
        put_u64_le(out, counts.rejected);
        put_u64_le(out, counts.duplicate);
        put_u64_le(out, counts.late);
    };
    put_u64_le(out, counted_from_.value);
    put_u64_le(out, counting_since_ ? 1 : 0);
    put_u64_le(out, static_cast<std::uint64_t>(counting_since_.value_or(0)));
    put_u64_le(out, others_.sources);
    put_counts(others_.counts);
    put_u64_le(out, by_activity_.size());
    for (const Source* source : by_activity_) {
        put_text(out, source->name);
        put_u64_le(out, source->key);
        put_counts(source->counts);
        source->numbers.serialise(out);
    }
}

Result<SourceBook> SourceBook::restore(ByteReader& in) {
    SourceBook book;
    std::optional<Error> failed;
    const auto next = [&]() -> std::uint64_t {
        Result<std::uint64_t> value = in.u64();
        if (value) return *value;
        if (!failed) failed = value.error();
        return 0;
    };
    const auto next_counts = [&] {
        SourceCounts counts;
        counts.accepted = next();
        counts.rejected = next();
        counts.duplicate = next();
        counts.late = next();
        return counts;
    };
    book.counted_from_ = RecordIndex{next()};
    const bool counting = next() != 0;
    const TimeNs since = static_cast<TimeNs>(next());
    if (counting) book.counting_since_ = since;
    book.others_.sources = next();
    book.others_.counts = next_counts();
    for (std::uint64_t left = next(); !failed && left > 0; --left) {
        Result<std::string> name = in.text();
        if (!name) return name.error();
        Source& source = *book.add(next(), *name);
        source.counts = next_counts();
        Result<SequenceTracker> numbers = SequenceTracker::restore(in);
        if (!numbers) return numbers.error();
        source.numbers = std::move(*numbers);
        book.note_state(source);
    }
    if (failed) return *failed;
    return book;
}

}  // namespace overlord::pipeline
