// overlordctl replay: derives every verdict of a log again and names the first difference.
#include "overlord/pipeline/replay.hpp"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::ctl {
namespace {

using pipeline::Difference;
using pipeline::ReplayReport;

constexpr std::size_t kLineBytesShown = 600;

std::string shortened(const std::string& text) {
    if (text.empty()) return "(none)";
    return text.size() <= kLineBytesShown ? text : text.substr(0, kLineBytesShown) + "...";
}

void print_json(const ReplayReport& report) {
    nlohmann::ordered_json json = {
        {"equal", report.equal()},          {"records", report.records},
        {"starts", report.starts},          {"states", report.states},
        {"statements", report.statements},  {"differences", report.differences},
        {"snapshots", report.snapshots},
        {"first", nlohmann::json::array()}, {"notes", report.notes},
        {"not_replayable", nlohmann::json::array()}};
    for (const ReplayReport::Range& range : report.not_replayable)
        json["not_replayable"].push_back({range.from.value, range.to.value});
    for (const Difference& difference : report.first)
        json["first"].push_back({{"where", difference.where},
                                 {"recorded", difference.recorded},
                                 {"derived", difference.derived}});
    std::cout << json.dump() << "\n";
}

void print_text(const ReplayReport& report, bool other_rules) {
    for (const std::string& note : report.notes) std::cout << "note: " << note << "\n";
    for (const ReplayReport::Range& range : report.not_replayable)
        std::cout << "not replayable [" << range.from.value << "," << range.to.value
                  << "): records in it were erased\n";
    for (const Difference& difference : report.first)
        std::cout << difference.where << " differs\n  recorded " << shortened(difference.recorded)
                  << "\n  derived  " << shortened(difference.derived) << "\n";
    if (report.differences > report.first.size())
        std::cout << "... and " << report.differences - report.first.size() << " more\n";
    std::cout << report.records << " records, " << report.states << " state digests, "
              << report.snapshots << " snapshots and "
              << report.statements << " attestations derived again: ";
    if (report.equal())
        std::cout << "all as recorded\n";
    else
        std::cout << report.differences
                  << (other_rules ? " would be different under these rules\n" : " differ\n");
}

}  // namespace

int run_replay(const Options& options) {
    if (options.operands().size() != 1)
        return fail(options, kUsage,
                    Error{"usage", "replay needs one DIR, the daemon's state directory"});
    pipeline::ReplayOptions wanted;
    wanted.state_dir = options.operands().front();
    if (const std::optional<std::string> directory = options.value("--rules")) {
        Result<std::vector<prolog::SourceFile>> files = rules::read_rules(*directory);
        if (!files) return fail(options, kUsage, files.error());
        pipeline::RuleSet set{to_hex(rules::bundle_digest(*files)), {}};
        for (prolog::SourceFile& file : *files)
            set.files.push_back({std::move(file.name), std::move(file.text)});
        wanted.rules = std::move(set);
    }
    if (!options.json() && ::isatty(STDERR_FILENO) == 1)
        wanted.progress = [](std::uint64_t records) {
            std::cerr << "\r" << records << " records" << std::flush;
        };
    const Result<ReplayReport> report = pipeline::replay(wanted);
    if (wanted.progress) std::cerr << "\r";
    if (!report) return fail(options, kUsage, report.error());
    if (options.json())
        print_json(*report);
    else
        print_text(*report, wanted.rules.has_value());
    return report->equal() ? kYes : kNo;
}

}  // namespace overlord::ctl
