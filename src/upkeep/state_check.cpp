#include "overlord/upkeep/state_check.hpp"

#include <future>

#include "checks.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::upkeep {
namespace {

std::optional<tlog::Checkpoint> published_checkpoint(const Path& state_dir) {
    const Result<std::string> text =
        read_text_file(state_dir / "log" / "checkpoint", tlog::kNoteBytesMax);
    if (!text) return std::nullopt;
    const Result<tlog::Note> note = tlog::Note::parse(*text);
    if (!note) return std::nullopt;
    Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(note->text);
    if (!checkpoint) return std::nullopt;
    return *std::move(checkpoint);
}

// Everything beside the journal's records and the public tree.
StateReport check_files(const Path& directory, const std::vector<tlog::VerifierKey>& keys) {
    StateReport report;
    const LogFacts facts = read_log_facts(directory / "journal");
    const Checked checked{directory, facts, keys, published_checkpoint(directory), report};
    check_keys(checked);
    check_rosters(checked);
    check_snapshots(checked);
    check_rules(checked);
    check_attestations(checked);
    check_proofs(checked);
    check_published(checked);
    check_others(checked);
    if (!facts.whole) {
        report.log.not_checked.push_back(
            "whether the log names each snapshot, bundle and attestation: the journal cannot be "
            "read to its end");
    }
    return report;
}

}  // namespace

void Checked::found(std::string file, std::string cause, std::string place) const {
    report.log.add({std::move(file), std::move(place), std::move(cause)});
}

void Checked::note(std::string file, std::string text) const {
    if (report.notes.size() >= ledger::kFindingsMax) {
        ++report.notes_left_out;
        return;
    }
    report.notes.push_back({std::move(file), std::move(text)});
}

void Checked::not_checked(std::string what) const {
    report.log.not_checked.push_back(std::move(what));
}

std::optional<std::string> Checked::text(const std::string& file, std::uint64_t bytes_max) const {
    Result<std::string> content = read_text_file(state_dir / file, bytes_max);
    if (content) return *std::move(content);
    if (content.error().code == "io.eacces") {
        not_checked(file + ": this user may not read it");
    } else if (content.error().code != "io.enoent") {
        found(file, content.error().message);
    }
    return std::nullopt;
}

std::vector<std::string> Checked::files(const std::string& directory) const {
    std::error_code failure;
    if (!std::filesystem::exists(state_dir / directory, failure)) return {};
    Result<std::vector<std::string>> names = list_files(state_dir / directory);
    if (names) return *std::move(names);
    if (names.error().code == "io.eacces") {
        not_checked(directory + ": this user may not read it");
    } else {
        found(directory, names.error().message);
    }
    return {};
}

StateReport check_state(const Path& directory, const std::vector<tlog::VerifierKey>& keys) {
    StateReport report;
    if (const Status ready = crypto::initialize(); !ready) {
        report.log.findings.push_back({"", "", ready.error().message});
        return report;
    }
    std::error_code failure;
    if (!std::filesystem::is_directory(directory / "journal", failure)) {
        report.log = ledger::fsck(directory, keys);
        return report;
    }
    std::future<StateReport> files = std::async(
        std::launch::async, [&directory, &keys] { return check_files(directory, keys); });
    report.log = ledger::fsck(directory, keys);
    StateReport others = files.get();
    report.files = others.files;
    report.notes = std::move(others.notes);
    report.notes_left_out = others.notes_left_out;
    report.log.left_out += others.log.left_out;
    for (ledger::Finding& finding : others.log.findings) {
        report.log.findings.push_back(std::move(finding));
    }
    for (std::string& what : others.log.not_checked) {
        report.log.not_checked.push_back(std::move(what));
    }
    return report;
}

}  // namespace overlord::upkeep
