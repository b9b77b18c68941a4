// overlordctl fsck: the deep check of a state directory or of a public tree.
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/upkeep/repair.hpp"
#include "overlord/upkeep/state_check.hpp"

namespace overlord::ctl {
namespace {

std::string counts_text(const ledger::FsckCounts& counts) {
    return std::to_string(counts.segments) + " segments, " + std::to_string(counts.frames) +
           " frames, " + std::to_string(counts.records) + " records (" +
           std::to_string(counts.events) + " events, " + std::to_string(counts.erased) +
           " erased), " + std::to_string(counts.seals) +
           " seals; " + std::to_string(counts.entries) + " entries, " +
           std::to_string(counts.blocks) + " blocks";
}

std::string files_text(const upkeep::FileCounts& files) {
    return std::to_string(files.keys) + " key files, " + std::to_string(files.snapshots) +
           " snapshots, " + std::to_string(files.bundles) + " bundles of rules, " +
           std::to_string(files.settings) + " settings, " + std::to_string(files.attestations) +
           " attestations, " + std::to_string(files.proofs) + " of proofs, " +
           std::to_string(files.others) + " other files";
}

std::string finding_text(const ledger::Finding& finding) {
    return finding.file + (finding.place.empty() ? "" : ", " + finding.place) + ": " +
           finding.cause;
}

void print_text(const Path& directory, const upkeep::StateReport& report) {
    const ledger::Report& log = report.log;
    std::cout << directory.string() << ": " << counts_text(log.counts) << "\n";
    if (log.counts.segments > 0) std::cout << files_text(report.files) << "\n";
    if (log.head) {
        std::cout << "signed checkpoint: " << log.head->size.value << " entries, root "
                  << to_base64(log.head->root) << "\n";
    }
    for (const upkeep::Note& note : report.notes) {
        std::cout << "note: " << note.file << ": " << note.text << "\n";
    }
    if (report.notes_left_out > 0) {
        std::cout << "note: and " << report.notes_left_out << " more notes\n";
    }
    for (const std::string& part : log.not_checked) std::cout << "not checked: " << part << "\n";
    for (const ledger::Finding& finding : log.findings) {
        std::cout << "DAMAGED: " << finding_text(finding) << "\n";
    }
    if (log.left_out > 0) std::cout << "DAMAGED: and " << log.left_out << " more findings\n";
    std::cout << (report.ok() ? "clean" : "NOT CLEAN") << "\n";
}

nlohmann::ordered_json counts_json(const upkeep::StateReport& report) {
    const ledger::FsckCounts& counts = report.log.counts;
    const upkeep::FileCounts& files = report.files;
    return {{"segments", counts.segments},     {"frames", counts.frames},
            {"records", counts.records},       {"events", counts.events},
            {"erased", counts.erased},
            {"seals", counts.seals},           {"entries", counts.entries},
            {"blocks", counts.blocks},         {"journal_bytes", counts.journal_bytes},
            {"keys", files.keys},              {"snapshots", files.snapshots},
            {"bundles", files.bundles},        {"settings", files.settings},
            {"attestations", files.attestations},
            {"proofs", files.proofs},
            {"others", files.others}};
}

void print_json(const upkeep::StateReport& report) {
    nlohmann::ordered_json json;
    json["clean"] = report.ok();
    json["findings"] = nlohmann::ordered_json::array();
    for (const ledger::Finding& finding : report.log.findings) {
        json["findings"].push_back(
            {{"file", finding.file}, {"place", finding.place}, {"cause", finding.cause}});
    }
    json["notes"] = nlohmann::ordered_json::array();
    for (const upkeep::Note& note : report.notes) {
        json["notes"].push_back({{"file", note.file}, {"text", note.text}});
    }
    json["findings_left_out"] = report.log.left_out;
    json["notes_left_out"] = report.notes_left_out;
    json["not_checked"] = report.log.not_checked;
    json["counts"] = counts_json(report);
    if (report.log.head) {
        json["size"] = report.log.head->size.value;
        json["root"] = to_base64(report.log.head->root);
    }
    using Handler = nlohmann::ordered_json::error_handler_t;
    std::cout << json.dump(-1, ' ', false, Handler::replace) << "\n";
}

// The state's own key says whether it is whole, not whether it is true; so it is said where it is
// used.
Result<Keys> keys_for(const Options& options, const Path& directory) {
    Result<Keys> keys = read_keys(options.values("--key"));
    if (!keys || !keys->empty()) return keys;
    Result<Keys> own = own_log_keys(directory);
    if (!own) return keys;
    std::cerr << "overlordctl: no --key given: the checkpoint is checked with the key found in "
              << (directory / "keys").string() << "\n";
    return own;
}

}  // namespace

int run_fsck(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage,
                    Error{"usage", "fsck needs one DIR: a state or a public tree"});
    }
    const Path directory = options.operands().front();
    std::error_code failure;
    if (!std::filesystem::is_directory(directory, failure)) {
        return fail(options, kUsage, Error{"usage", directory.string() + " is no directory"});
    }
    const Result<Keys> keys = keys_for(options, directory);
    if (!keys) return fail(options, kUsage, keys.error());
    upkeep::StateReport report;
    if (options.has("--repair")) {
        Result<upkeep::Repair> repaired = upkeep::repair(directory, *keys);
        if (!repaired) return fail(options, kNo, repaired.error());
        for (const std::string& line : repaired->done) {
            (options.json() ? std::cerr : std::cout) << "repaired: " << line << "\n";
        }
        report = std::move(repaired->after);
    } else {
        report = upkeep::check_state(directory, *keys);
    }
    if (options.json()) {
        print_json(report);
    } else {
        print_text(directory, report);
    }
    return report.ok() ? kYes : kNo;
}

}  // namespace overlord::ctl
