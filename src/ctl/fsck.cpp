// overlordctl fsck: the deep check of a state directory or of a public tree.
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/ledger/fsck.hpp"

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

std::string finding_text(const ledger::Finding& finding) {
    return finding.file + (finding.place.empty() ? "" : ", " + finding.place) + ": " +
           finding.cause;
}

void print_text(const Path& directory, const ledger::Report& report) {
    std::cout << directory.string() << ": " << counts_text(report.counts) << "\n";
    if (report.head) {
        std::cout << "signed checkpoint: " << report.head->size.value << " entries, root "
                  << to_base64(report.head->root) << "\n";
    }
    for (const std::string& part : report.not_checked) std::cout << "not checked: " << part << "\n";
    for (const ledger::Finding& finding : report.findings) {
        std::cout << "DAMAGED: " << finding_text(finding) << "\n";
    }
    std::cout << (report.ok() ? "clean" : "NOT CLEAN") << "\n";
}

void print_json(const ledger::Report& report) {
    nlohmann::ordered_json json;
    json["clean"] = report.ok();
    json["findings"] = nlohmann::ordered_json::array();
    for (const ledger::Finding& finding : report.findings) {
        json["findings"].push_back(
            {{"file", finding.file}, {"place", finding.place}, {"cause", finding.cause}});
    }
    json["not_checked"] = report.not_checked;
    const ledger::FsckCounts& counts = report.counts;
    json["counts"] = {{"segments", counts.segments}, {"frames", counts.frames},
                      {"records", counts.records},   {"events", counts.events},
                      {"erased", counts.erased},
                      {"seals", counts.seals},       {"entries", counts.entries},
                      {"blocks", counts.blocks},     {"journal_bytes", counts.journal_bytes}};
    if (report.head) {
        json["size"] = report.head->size.value;
        json["root"] = to_base64(report.head->root);
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
    const ledger::Report report = ledger::fsck(directory, *keys);
    if (options.json()) {
        print_json(report);
    } else {
        print_text(directory, report);
    }
    return report.ok() ? kYes : kNo;
}

}  // namespace overlord::ctl
