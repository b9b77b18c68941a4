// Two passes over the journal: the seals for blocks and entries, the records for everything else.
#include "overlord/pipeline/completeness.hpp"

#include <algorithm>
#include <charconv>

#include "overlord/event/decode.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record.hpp"
#include "rejected_event.hpp"
#include "sequence.hpp"

namespace overlord::pipeline {
namespace {

using ledger::entry_member;
using ledger::RecordKind;
using ledger::SourceCounts;

TimeNs time_of(std::string_view entry) {
    const std::string text = entry_member(entry, "at");
    TimeNs at = 0;
    std::from_chars(text.data(), text.data() + text.size(), at);
    return at;
}

std::string counts_text(const SourceCounts& counts) {
    return "accepted " + std::to_string(counts.accepted) + ", rejected " +
           std::to_string(counts.rejected) + ", late " + std::to_string(counts.late);
}

bool same_records(const SourceCounts& a, const SourceCounts& b) {
    return a.accepted == b.accepted && a.rejected == b.rejected && a.late == b.late;
}

class Reading {
public:
    explicit Reading(const CompletenessOptions& options)
        : options_(options), journal_(options.state_dir / "journal") {}

    Result<CompletenessReport> run() {
        if (Status read = read_seals(); !read) return std::move(read).error();
        if (Status read = read_records(); !read) return std::move(read).error();
        finish();
        return std::move(report_);
    }

private:
    [[nodiscard]] bool within(TimeNs at) const { return at >= options_.from && at < options_.to; }

    // --- Blocks and entries ---

    Status read_seals() {
        Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal_);
        if (!reader) return std::move(reader).error();
        for (;;) {
            Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
            if (!frame) return std::move(frame).error();
            if (!*frame) return {};
            if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
            Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
            if (!seal) return std::move(seal).error();
            for (const std::string_view entry : seal->entries)
                if (Status read = read_entry(entry); !read) return read;
        }
    }

    Status read_entry(std::string_view entry) {
        const Result<std::optional<ledger::BlockEntry>> block = ledger::parse_block(entry);
        if (!block) return block.error();
        if (!*block) {
            const TimeNs at = time_of(entry);
            if (within(at))
                report_.changes.push_back({entry_member(entry, "kind"), at, std::string(entry)});
            return {};
        }
        const ledger::BlockEntry& found = **block;
        if (found.first != report_.sealed_until)
            report_.holes.push_back(
                "a block begins at record " + std::to_string(found.first.value) +
                ", the one before ends at " + std::to_string(report_.sealed_until.value));
        report_.sealed_until = RecordIndex{found.first.value + found.count};
        ++report_.blocks;
        return {};
    }

    // --- Records ---

    Status read_records() {
        Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal_);
        if (!reader) return std::move(reader).error();
        for (;;) {
            Result<std::optional<ledger::RecordLine>> line = reader->next();
            if (!line) return std::move(line).error();
            if (!*line) break;
            if ((*line)->n != report_.end)
                report_.holes.push_back("record " + std::to_string(report_.end.value) +
                                        " is followed by record " +
                                        std::to_string((*line)->n.value));
            report_.end = RecordIndex{(*line)->n.value + 1};
            if (Status taken = take(**line); !taken)
                return with_context(std::move(taken).error(),
                                    "record " + std::to_string((*line)->n.value));
        }
        if (!reader->stopped_by().empty())
            report_.holes.push_back("after record " + std::to_string(report_.end.value) + ": " +
                                    reader->stopped_by());
        return {};
    }

    void note_in_period(RecordIndex n, const std::string& kind) {
        if (!report_.first_record) report_.first_record = n;
        report_.last_record = n;
        ++report_.records[kind];
    }

    // An erased record counts; what it said, and so its time and source, is gone.
    Status take(const ledger::RecordLine& line) {
        if (line.erased) {
            ++erased_;
            if (within(last_at_)) note_in_period(line.n, "erased");
            return {};
        }
        Result<ledger::RecordView> record = ledger::parse(line.text);
        if (!record) return std::move(record).error();
        const bool inside = within(record->at);
        if (inside) note_in_period(line.n, std::string(to_text(record->kind)));
        Status taken = take(*record, inside);
        last_at_ = record->at;
        if (!runs_.empty()) runs_.back().ended = record->at;
        return taken;
    }

    Status take(const ledger::RecordView& record, bool inside) {
        switch (record.kind) {
            case RecordKind::kEvent: {
                Result<event::Event> event = decoder_.decode(record.event);
                if (!event) return std::move(event).error();
                SourceCounts counted;
                counted.accepted = 1;
                counted.late = record.late ? 1 : 0;
                count(std::string(event->source), counted, inside);
                if (event->sequence) place(event->source, *event->sequence, record.at, inside);
                return {};
            }
            case RecordKind::kReject: {
                Result<ledger::RejectMembers> reject = ledger::parse_reject(record);
                if (!reject) return std::move(reject).error();
                SourceCounts counted;
                counted.rejected = 1;
                const std::optional<event::Event> event = rejected_event(*reject, decoder_);
                count(event ? std::string(event->source) : "", counted, inside);
                if (event && event->sequence)
                    place(event->source, *event->sequence, record.at, inside);
                return {};
            }
            case RecordKind::kMissing:
                return take_missing(record, inside);
            case RecordKind::kRestart:
                return take_restart(record, inside);
            case RecordKind::kHeartbeat:
                return take_heartbeat(record, inside);
            case RecordKind::kGap: {
                Result<ledger::GapMembers> gap = ledger::parse_gap(record);
                if (!gap) return std::move(gap).error();
                if (inside) report_.silences.emplace_back(gap->from, gap->to);
                return {};
            }
            case RecordKind::kStart:
                runs_.push_back({record.n, record.at, record.at, false, false,
                                 runs_.empty() ? 0 : record.at - last_at_});
                return {};
            case RecordKind::kStop:
                if (!runs_.empty()) runs_.back().stopped = true;
                break;
            default:
                break;
        }
        return {};
    }

    void count(const std::string& source, const SourceCounts& counted, bool inside) {
        since_heartbeat_[source].add(counted);
        if (inside) report_.sources[source].counts.add(counted);
    }

    // --- A source's own numbers ---

    struct Numbers {
        SequenceTracker tracker{SIZE_MAX};
        std::uint64_t erased = 0;  // erased records before its last line
        struct Gap {
            ledger::MissingRange range;
            RecordIndex record;
            TimeNs at;
            bool inside;
            std::uint64_t filled = 0;
        };
        std::vector<Gap> gaps;  // of the present run
    };

    void place(std::string_view source, std::uint64_t number, TimeNs at, bool inside) {
        const std::string name(source);
        Numbers& numbers = numbers_[name];
        SourceReport* const report = inside ? &report_.sources[name] : nullptr;
        if (report != nullptr) {
            if (report->numbered++ == 0) report->first_number = number;
            report->last_number = number;
        }
        const std::uint64_t erased = std::exchange(numbers.erased, erased_);
        const bool over_erased = !numbers.tracker.runs().empty() && erased != erased_;
        if (over_erased && number > numbers.tracker.runs().back().last + 1) {
            const std::uint64_t from = numbers.tracker.runs().back().last + 1;
            numbers.tracker.leap(number);
            if (report != nullptr) report->unknown.push_back({from, number - 1, at, {}, 0});
            return;
        }
        const SequenceTracker::Placed placed = numbers.tracker.place(number, at);
        if (placed == SequenceTracker::Placed::kFilledLate) {
            for (Numbers::Gap& gap : numbers.gaps)
                if (number >= gap.range.first && number <= gap.range.last) ++gap.filled;
            if (report != nullptr) ++report->filled_late;
        }
        if (placed == SequenceTracker::Placed::kRepeated && report != nullptr) ++report->repeated;
    }

    Status take_missing(const ledger::RecordView& record, bool inside) {
        Result<ledger::MissingRange> range = ledger::parse_missing(record);
        if (!range) return std::move(range).error();
        Numbers& numbers = numbers_[range->source];
        numbers.tracker.missing_written(range->first, range->last);
        numbers.gaps.push_back({*range, record.n, record.at, inside, 0});
        return {};
    }

    Status take_restart(const ledger::RecordView& record, bool inside) {
        Result<ledger::Restart> restart = ledger::parse_restart(record);
        if (!restart) return std::move(restart).error();
        Numbers& numbers = numbers_[restart->source];
        end_run(restart->source, numbers);
        numbers.tracker.restart_written();
        if (inside)
            report_.sources[restart->source].restarts.push_back(
                {restart->first, restart->last, record.at, record.n, 0});
        return {};
    }

    // What is missing of the run at the front stays so.
    void end_run(const std::string& source, Numbers& numbers) {
        for (const Numbers::Gap& gap : std::exchange(numbers.gaps, {}))
            if (gap.inside)
                report_.sources[source].recorded.push_back(
                    {gap.range.first, gap.range.last, gap.at, gap.record,
                     gap.range.last - gap.range.first + 1 - gap.filled});
        if (numbers.tracker.runs().empty()) return;
        for (const SequenceTracker::Range& range : numbers.tracker.runs().front().missing)
            if (!range.written && within(range.since))
                report_.sources[source].unrecorded.push_back(
                    {range.first, range.last, range.since, {}, range.last - range.first + 1});
    }

    // --- Heartbeats ---

    Status take_heartbeat(const ledger::RecordView& record, bool inside) {
        Result<ledger::Heartbeat> heartbeat = ledger::parse_heartbeat(record);
        if (!heartbeat) return std::move(heartbeat).error();
        const bool over_erased = std::exchange(erased_at_heartbeat_, erased_) != erased_;
        std::map<std::string, SourceCounts> counted = std::exchange(since_heartbeat_, {});
        const RecordIndex from = std::exchange(heartbeat_, record.n);
        if (!inside) return {};
        ++report_.heartbeats;
        for (const ledger::CountedSource& source : heartbeat->sources) {
            SourceCounts& counts = report_.sources[source.source].counts;
            counts.duplicate += source.counts.duplicate;
            if (over_erased) add_erased(counts, source.counts, counted[source.source]);
        }
        if (heartbeat->first != from)
            differ(record.n, "", "counts from record " + std::to_string(heartbeat->first.value),
                   "the heartbeat before is record " + std::to_string(from.value));
        if (over_erased)
            ++report_.not_recounted;
        else
            compare(record.n, *heartbeat, std::move(counted));
        return {};
    }

    // Of records that are gone the heartbeat's counts are what is known.
    static void add_erased(SourceCounts& counts, const SourceCounts& told,
                           const SourceCounts& counted) {
        const auto more = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; };
        counts.accepted += more(told.accepted, counted.accepted);
        counts.rejected += more(told.rejected, counted.rejected);
        counts.late += more(told.late, counted.late);
    }

    void compare(RecordIndex n, const ledger::Heartbeat& heartbeat,
                 std::map<std::string, SourceCounts> counted) {
        for (const ledger::CountedSource& told : heartbeat.sources) {
            const auto found = counted.find(told.source);
            const SourceCounts records = found == counted.end() ? SourceCounts{} : found->second;
            if (found != counted.end()) counted.erase(found);
            if (!same_records(told.counts, records))
                differ(n, told.source, counts_text(told.counts), counts_text(records));
        }
        SourceCounts rest;
        for (const auto& [source, counts] : counted) {
            rest.add(counts);
            if (!heartbeat.others) differ(n, source, "nothing", counts_text(counts));
        }
        if (heartbeat.others && !same_records(heartbeat.others->counts, rest))
            differ(n, "others", counts_text(heartbeat.others->counts), counts_text(rest));
    }

    void differ(RecordIndex n, std::string source, std::string told, std::string counted) {
        report_.differences.push_back(
            {n, std::move(source), std::move(told), std::move(counted)});
    }

    // --- The end ---

    void finish() {
        for (auto& [source, numbers] : numbers_) {
            for (; numbers.tracker.runs().size() > 1; numbers.tracker.restart_written())
                end_run(source, numbers);  // its restart has no record yet
            end_run(source, numbers);
        }
        for (auto& [source, report] : report_.sources) leave_out_recorded(report);
        if (!runs_.empty()) runs_.back().last = true;
        for (const RunReport& run : runs_)
            if (run.ended >= options_.from && run.started < options_.to)
                report_.runs.push_back(run);
    }

    // What a gap record says is known, also between erased records.
    static void leave_out_recorded(SourceReport& report) {
        for (const NumberRange& gap : report.recorded) {
            std::vector<NumberRange> rest;
            for (const NumberRange& range : report.unknown) {
                if (gap.last < range.first || gap.first > range.last) {
                    rest.push_back(range);
                    continue;
                }
                NumberRange part = range;
                if (gap.first > range.first) {
                    part.last = gap.first - 1;
                    rest.push_back(part);
                }
                if (gap.last < range.last) {
                    part = range;
                    part.first = gap.last + 1;
                    rest.push_back(part);
                }
            }
            report.unknown = std::move(rest);
        }
    }

    const CompletenessOptions& options_;
    Path journal_;
    event::Decoder decoder_;
    CompletenessReport report_;
    std::map<std::string, Numbers> numbers_;
    std::map<std::string, SourceCounts> since_heartbeat_;
    RecordIndex heartbeat_;  // the last one
    std::uint64_t erased_ = 0, erased_at_heartbeat_ = 0;
    TimeNs last_at_ = 0;
    std::vector<RunReport> runs_;
};

}  // namespace

std::vector<std::string> CompletenessReport::shortcomings() const {
    std::vector<std::string> list = holes;
    if (!first_record) list.push_back("there is no record in this time");
    for (const auto& [source, report] : sources)
        for (const NumberRange& range : report.unrecorded)
            list.push_back("source \"" + source + "\": numbers " + std::to_string(range.first) +
                           " to " + std::to_string(range.last) +
                           " are missing and no record says so");
    for (const CountDifference& difference : differences)
        list.push_back("heartbeat record " + std::to_string(difference.heartbeat.value) +
                       ", source \"" + difference.source + "\": it says " +
                       difference.heartbeat_says + "; the records say " + difference.records_say);
    return list;
}

Result<CompletenessReport> completeness(const CompletenessOptions& options) {
    if (!std::filesystem::exists(options.state_dir / "journal"))
        return Error{"state.not_a_state",
                     options.state_dir.string() + " holds no journal: give the daemon's state_dir"};
    return Reading(options).run();
}

}  // namespace overlord::pipeline
