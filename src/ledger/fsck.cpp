#include "overlord/ledger/fsck.hpp"

#include <algorithm>

#include "fsck_journal.hpp"
#include "journal_paths.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/tlog/tiles.hpp"
#include "state_dir.hpp"

namespace overlord::ledger {

namespace {

// The checkpoint of a public tree: verified where a key of its origin is known.
std::optional<tlog::Checkpoint> read_checkpoint(const Path& log, std::string_view name,
                                                const std::vector<tlog::VerifierKey>& keys,
                                                Report& report) {
    const std::string file = std::string(name) + "checkpoint";
    const Result<std::string> text = read_text_file(log / "checkpoint", tlog::kNoteBytesMax);
    if (!text && text.error().code == "io.enoent") return std::nullopt;
    const auto bad = [&](const Error& error) {
        report.findings.push_back({file, "", error.message});
        return std::nullopt;
    };
    if (!text) return bad(text.error());
    const Result<tlog::Note> note = tlog::Note::parse(*text);
    if (!note) return bad(note.error());
    const Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(note->text);
    if (!checkpoint) return bad(checkpoint.error());
    std::vector<tlog::VerifierKey> logs;
    std::vector<tlog::VerifierKey> witnesses;
    for (const tlog::VerifierKey& key : keys) {
        if (key.is_cosigner()) {
            witnesses.push_back(key);
        } else if (key.name == checkpoint->origin || keys.size() == 1) {
            logs.push_back(key);
        }
    }
    if (logs.empty()) {
        report.not_checked.push_back("the signature of " + file + ": no key of the log was given");
        return *checkpoint;
    }
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*text, logs, witnesses);
    if (!opened) return bad(opened.error());
    return opened->checkpoint;
}

// Looks at each entry of a public tree: is it the one that the signed root stands for, and do the
// blocks follow each other from record 0 on, without gap or overlap?
class EntryCheck {
public:
    EntryCheck(const Path& log, std::string_view name, const tlog::TreeHead& head, Report& report)
        : tiles_(tlog::TileReader::open(log, head)), name_(name), head_(head), report_(report) {}

    void visit(EntryIndex index, ByteView entry) {
        report_.counts.entries += 1;
        // Hashes that lead to the root are right, so a bundle that differs from them is not.
        const Result<Hash> leaf = tiles_ ? tiles_->leaf(index) : Result<Hash>(tiles_.error());
        if (leaf && *leaf != tlog::leaf_hash(entry)) {
            return found(index, "the entry is not the one that the tree holds");
        }
        const Result<std::optional<BlockEntry>> block = parse_block(as_text(entry));
        if (!block) return found(index, block.error().message);
        if (!block->has_value()) return;
        report_.counts.blocks += 1;
        const BlockEntry& here = **block;
        if (here.first != next_) {
            found(index, "the block begins at record " + std::to_string(here.first.value) +
                             ", the one before ends at " + std::to_string(next_.value));
        }
        next_.value = here.first.value + here.count;
    }
    [[nodiscard]] bool blamed() const { return blamed_; }

private:
    void found(EntryIndex index, std::string cause) {
        blamed_ = true;
        const std::uint64_t bundle = index.value / tlog::kTileWidth;
        const auto width = static_cast<unsigned>(std::min<std::uint64_t>(
            tlog::kTileWidth, head_.size.value - bundle * tlog::kTileWidth));
        report_.add({name_ + tlog::entries_path(bundle, width),
                     "entry " + std::to_string(index.value), std::move(cause)});
    }

    Result<tlog::TileReader> tiles_;
    std::string name_;
    tlog::TreeHead head_;
    Report& report_;
    RecordIndex next_;
    bool blamed_ = false;
};

void check_public(const Path& log, std::string_view name, const tlog::TreeHead& head,
                  Report& report) {
    EntryCheck entries(log, name, head, report);
    const Status good = tlog::check_log(log, head, [&](EntryIndex index, ByteView entry) {
        entries.visit(index, entry);
        return Status();
    });
    // A wrong entry makes the hashes over it look wrong too; those were found to be right.
    if (good || entries.blamed()) return;
    // "tile/0/000: hash 3 is not that of entry 3"
    const std::string& message = good.error().message;
    const std::size_t colon = message.find(": ");
    const bool named = message.starts_with("tile/") && colon != std::string::npos;
    report.findings.push_back({std::string(name) + (named ? message.substr(0, colon) : ""), "",
                               named ? message.substr(colon + 2) : message});
}

void check_state(const Path& directory, const std::vector<tlog::VerifierKey>& keys,
                 Report& report) {
    const StatePaths paths(directory);
    const std::optional<tlog::Checkpoint> checkpoint =
        read_checkpoint(paths.log, "log/", keys, report);
    const std::size_t before = report.findings.size();
    for (auto& [file, cause] : check_key_files(keys_directory(paths.journal))) {
        report.findings.push_back({"journal/keys/" + file, "", std::move(cause)});
    }
    JournalCheck journal(directory, checkpoint ? std::optional(checkpoint->head) : std::nullopt,
                         checkpoint ? checkpoint->origin : "", report);
    journal.run();
    if (!checkpoint) {
        if (report.counts.seals > 0 && before == 0) {
            report.findings.push_back(
                {"log/checkpoint", "",
                 "missing, though the journal has sealed entries (where witnesses are required "
                 "it comes with their first quorum)"});
        }
        report.not_checked.push_back("the public tree: there is no good checkpoint");
        return;
    }
    report.head = checkpoint->head;
    check_public(paths.log, "log/", checkpoint->head, report);
}

void check_tree(const Path& directory, const std::vector<tlog::VerifierKey>& keys,
                Report& report) {
    const std::optional<tlog::Checkpoint> checkpoint =
        read_checkpoint(directory, "", keys, report);
    report.not_checked.push_back(
        "records and block roots: they need the private journal and its keys");
    if (!checkpoint) {
        if (report.findings.empty()) {
            report.findings.push_back(
                {"checkpoint", "", "missing: this is neither a state directory nor a public tree"});
        }
        return;
    }
    report.head = checkpoint->head;
    check_public(directory, "", checkpoint->head, report);
}

}  // namespace

void Report::add(Finding finding) {
    if (findings.size() < kFindingsMax) {
        findings.push_back(std::move(finding));
    } else {
        ++left_out;
    }
}

Report fsck(const Path& directory, const std::vector<tlog::VerifierKey>& keys) {
    Report report;
    if (const Status ready = crypto::initialize(); !ready) {
        report.findings.push_back({"", "", ready.error().message});
        return report;
    }
    std::error_code failure;
    const bool state = std::filesystem::is_directory(directory / "journal", failure);
    if (state) check_state(directory, keys, report);
    if (!state) check_tree(directory, keys, report);
    return report;
}

}  // namespace overlord::ledger
