// overlordctl completeness: is everything there that was received, and what is missing?
#include "overlord/pipeline/completeness.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"

namespace overlord::ctl {
namespace {

using pipeline::CompletenessReport;
using pipeline::NumberRange;
using pipeline::SourceReport;
using Json = nlohmann::ordered_json;

constexpr const char* kShows =
    "Shown: that the journal's records are numbered without a hole and blocks follow each other; "
    "for each source that counts its events, which numbers never came; that the daemon's own "
    "counts agree with its records; when it did not run.";
constexpr const char* kNotShown =
    "Not shown: events of sources that do not count them and never reached the daemon; numbers "
    "before a source's first and after its last; what was in erased records; duplicates between a "
    "crash and the snapshot before it. That the records are those of the signed log is what "
    "overlordctl fsck shows.";

std::string time_text(TimeNs at) { return format_rfc3339(at); }

Json time_json(TimeNs at) {
    return at <= 0 ? Json() : Json(time_text(at));
}

std::string name_of(const std::string& source) {
    return source.empty() ? "(no source could be read)" : source;
}

Json range_json(const NumberRange& range) {
    Json json{{"first", range.first}, {"last", range.last}, {"at", time_json(range.at)}};
    if (range.record) json["record"] = range.record->value;
    return json;
}

Json source_json(const std::string& name, const SourceReport& source) {
    Json json{{"source", name},
              {"received", source.counts.received()},
              {"accepted", source.counts.accepted},
              {"rejected", source.counts.rejected},
              {"duplicate", source.counts.duplicate},
              {"late", source.counts.late},
              {"evaluated", source.counts.evaluated()},
              {"numbered", source.numbered}};
    if (source.numbered > 0) {
        json["first_number"] = source.first_number;
        json["last_number"] = source.last_number;
    }
    json["repeated"] = source.repeated;
    json["filled_late"] = source.filled_late;
    json["gaps"] = Json::array();
    for (const NumberRange& range : source.recorded) {
        Json gap = range_json(range);
        gap["recorded"] = true;
        gap["still_missing"] = range.still_missing;
        json["gaps"].push_back(std::move(gap));
    }
    for (const NumberRange& range : source.unrecorded) {
        Json gap = range_json(range);
        gap["recorded"] = false;
        gap["still_missing"] = range.still_missing;
        json["gaps"].push_back(std::move(gap));
    }
    json["restarts"] = Json::array();
    for (const NumberRange& range : source.restarts) json["restarts"].push_back(range_json(range));
    json["unknown"] = Json::array();
    for (const NumberRange& range : source.unknown) json["unknown"].push_back(range_json(range));
    return json;
}

Json runs_json(const CompletenessReport& report) {
    Json runs = Json::array();
    for (const pipeline::RunReport& run : report.runs)
        runs.push_back({{"record", run.record.value},
                        {"started", time_json(run.started)},
                        {"ended", time_json(run.ended)},
                        {"end", run.stopped ? "stopped" : run.last ? "open" : "unclean"},
                        {"down_before_ns", run.down_before}});
    return runs;
}

void print_json(const CompletenessReport& report) {
    const std::vector<std::string> shortcomings = report.shortcomings();
    Json json{{"complete", shortcomings.empty()}, {"shortcomings", shortcomings}};
    json["first_record"] = report.first_record ? Json(report.first_record->value) : Json();
    json["last_record"] = report.last_record ? Json(report.last_record->value) : Json();
    json["records"] = report.records;
    json["sources"] = Json::array();
    for (const auto& [name, source] : report.sources)
        json["sources"].push_back(source_json(name, source));
    json["heartbeats"] = report.heartbeats;
    json["heartbeats_not_recounted"] = report.not_recounted;
    json["differences"] = Json::array();
    for (const pipeline::CountDifference& difference : report.differences)
        json["differences"].push_back({{"heartbeat", difference.heartbeat.value},
                                       {"source", difference.source},
                                       {"heartbeat_says", difference.heartbeat_says},
                                       {"records_say", difference.records_say}});
    json["runs"] = runs_json(report);
    json["silences"] = Json::array();
    for (const auto& [from, to] : report.silences)
        json["silences"].push_back({{"from", time_json(from)}, {"to", time_json(to)}});
    json["changes"] = Json::array();
    for (const pipeline::ChangeEntry& change : report.changes)
        json["changes"].push_back(
            {{"kind", change.kind}, {"at", time_json(change.at)}, {"entry", change.entry}});
    json["journal"] = {{"records", report.end.value},
                       {"blocks", report.blocks},
                       {"sealed", report.sealed_until.value},
                       {"holes", report.holes}};
    json["shows"] = kShows;
    json["does_not_show"] = kNotShown;
    std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

std::string numbers(const NumberRange& range) {
    return range.first == range.last
               ? std::to_string(range.first)
               : std::to_string(range.first) + " to " + std::to_string(range.last);
}

void print_source(const std::string& name, const SourceReport& source) {
    std::cout << "  " << name_of(name) << "\n    received " << source.counts.received()
              << ", accepted " << source.counts.accepted << ", rejected " << source.counts.rejected
              << ", duplicate " << source.counts.duplicate << ", late " << source.counts.late
              << ", evaluated " << source.counts.evaluated() << "\n";
    if (source.numbered > 0)
        std::cout << "    numbers from " << source.first_number << " to " << source.last_number
                  << " on " << source.numbered << " lines\n";
    for (const NumberRange& range : source.recorded)
        std::cout << "    gap " << numbers(range) << ", record " << range.record->value << ", "
                  << time_text(range.at)
                  << (range.still_missing == 0
                          ? ": all of it came later"
                          : ": " + std::to_string(range.still_missing) + " never came")
                  << "\n";
    for (const NumberRange& range : source.unrecorded)
        std::cout << "    MISSING " << numbers(range) << " since " << time_text(range.at)
                  << ", and no record says so (within its grace, or the daemon has ended)\n";
    for (const NumberRange& range : source.unknown)
        std::cout << "    unknown " << numbers(range) << ": between erased records\n";
    for (const NumberRange& range : source.restarts)
        std::cout << "    restart from " << range.last << " to " << range.first << ", record "
                  << range.record->value << ", " << time_text(range.at) << "\n";
    if (source.repeated > 0) std::cout << "    " << source.repeated << " repeated numbers\n";
}

void print_runs(const CompletenessReport& report) {
    std::cout << "runs\n";
    for (const pipeline::RunReport& run : report.runs) {
        std::cout << "  " << time_text(run.started) << " to " << time_text(run.ended)
                  << (run.stopped ? ", stopped"
                      : run.last  ? ", no stop record: it runs, or ended uncleanly"
                                  : ", UNCLEAN end");
        if (run.down_before > 0)
            std::cout << "; before it nothing for " << run.down_before / 1'000'000 << " ms";
        std::cout << "\n";
    }
    for (const auto& [from, to] : report.silences)
        std::cout << "  no event from " << time_text(from) << " to " << time_text(to) << "\n";
}

void print_text(const CompletenessReport& report) {
    std::cout << "records   ";
    if (report.first_record)
        std::cout << report.first_record->value << " to " << report.last_record->value << ":";
    else
        std::cout << "none in this time";
    for (const auto& [kind, count] : report.records) std::cout << " " << kind << " " << count;
    std::cout << "\njournal   " << report.end.value << " records, " << report.blocks
              << " blocks over the first " << report.sealed_until.value << "\n";
    for (const std::string& hole : report.holes) std::cout << "  HOLE " << hole << "\n";
    print_runs(report);
    std::cout << "sources\n";
    for (const auto& [name, source] : report.sources) print_source(name, source);
    std::cout << "heartbeats " << report.heartbeats;
    if (report.not_recounted > 0)
        std::cout << "; " << report.not_recounted
                  << " of them over erased records: their counts are taken, not counted again";
    if (!report.differences.empty())
        std::cout << "; " << report.differences.size() << " counts DIFFER from the records";
    else if (report.heartbeats > report.not_recounted)
        std::cout << "; the counts of the other " << report.heartbeats - report.not_recounted
                  << " agree with the records";
    std::cout << "\nentries  ";
    std::map<std::string, std::uint64_t> kinds;
    for (const pipeline::ChangeEntry& change : report.changes) ++kinds[change.kind];
    for (const auto& [kind, count] : kinds) std::cout << " " << kind << " " << count;
    std::cout << "\n" << kShows << "\n" << kNotShown << "\n";
    const std::vector<std::string> shortcomings = report.shortcomings();
    for (const std::string& shortcoming : shortcomings) std::cout << "NO: " << shortcoming << "\n";
    std::cout << (shortcomings.empty() ? "complete" : "NOT COMPLETE") << "\n";
}

// An RFC 3339 time, a day (its beginning, UTC), or nanoseconds since 1970 as records have them.
Result<TimeNs> read_time(const Options& options, const char* name, TimeNs otherwise) {
    const std::optional<std::string> text = options.value(name);
    if (!text) return otherwise;
    if (const Result<std::uint64_t> ns = parse_count(*text, 0, INT64_MAX))
        return static_cast<TimeNs>(*ns);
    constexpr std::size_t kDayLength = 10;  // 2026-01-29
    Result<TimeNs> time =
        parse_rfc3339(text->size() == kDayLength ? *text + "T00:00:00Z" : *text);
    if (time) return time;
    return Error{"usage", std::string(name) + ": " + time.error().message};
}

}  // namespace

int run_completeness(const Options& options) {
    if (options.operands().size() != 1)
        return fail(options, kUsage,
                    Error{"usage", "completeness needs one STATE_DIR, best a copy of it"});
    pipeline::CompletenessOptions wanted;
    wanted.state_dir = options.operands().front();
    const Result<TimeNs> from = read_time(options, "--from", wanted.from);
    const Result<TimeNs> to = read_time(options, "--to", wanted.to);
    if (!from) return fail(options, kUsage, from.error());
    if (!to) return fail(options, kUsage, to.error());
    if (*from >= *to)
        return fail(options, kUsage, Error{"usage", "--from is not before --to: there is no time "
                                                    "between them"});
    wanted.from = *from;
    wanted.to = *to;
    const Result<CompletenessReport> report = pipeline::completeness(wanted);
    if (!report) return fail(options, kUsage, report.error());
    if (options.json())
        print_json(*report);
    else
        print_text(*report);
    return report->shortcomings().empty() ? kYes : kNo;
}

}  // namespace overlord::ctl
