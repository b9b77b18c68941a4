#include "overlord/ledger/fsck.hpp"

#include "fsck_journal.hpp"
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
    const tlog::VerifierKey* log_key = nullptr;
    std::vector<tlog::VerifierKey> witnesses;
    for (const tlog::VerifierKey& key : keys) {
        const bool plain = key.type == tlog::SignatureType::kEd25519;
        if (plain && (key.name == checkpoint->origin || keys.size() == 1)) log_key = &key;
        if (!plain) witnesses.push_back(key);
    }
    if (log_key == nullptr) {
        report.not_checked.push_back("the signature of " + file + ": no key of the log was given");
        return *checkpoint;
    }
    const Result<tlog::SignedCheckpoint> opened =
        tlog::open_checkpoint(*text, *log_key, witnesses);
    if (!opened) return bad(opened.error());
    return opened->checkpoint;
}

// Blocks follow each other from record 0 on, without gap or overlap.
class BlockOrder {
public:
    BlockOrder(std::string file, Report& report) : file_(std::move(file)), report_(report) {}

    Status visit(EntryIndex index, ByteView entry) {
        report_.counts.entries += 1;
        const Result<std::optional<BlockEntry>> block = parse_block(as_text(entry));
        if (!block) found(index, block.error().message);
        if (!block || !block->has_value()) return {};
        report_.counts.blocks += 1;
        const BlockEntry& here = **block;
        if (here.first != next_) {
            found(index, "the block begins at record " + std::to_string(here.first.value) +
                             ", the one before ends at " + std::to_string(next_.value));
        }
        next_.value = here.first.value + here.count;
        return {};
    }

private:
    void found(EntryIndex index, std::string cause) {
        if (report_.findings.size() < kFindingsMax) {
            report_.findings.push_back(
                {file_, "entry " + std::to_string(index.value), std::move(cause)});
        }
    }

    std::string file_;
    Report& report_;
    RecordIndex next_;
};

void check_public(const Path& log, std::string_view name, const tlog::TreeHead& head,
                  Report& report) {
    BlockOrder order(std::string(name) + "tile/entries", report);
    const Status good = tlog::check_log(log, head, [&](EntryIndex index, ByteView entry) {
        return order.visit(index, entry);
    });
    if (good) return;
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
    JournalCheck journal(directory, checkpoint ? std::optional(checkpoint->head) : std::nullopt,
                         checkpoint ? checkpoint->origin : "", report);
    journal.run();
    if (!checkpoint) {
        if (report.counts.seals > 0 && before == 0) {
            report.findings.push_back(
                {"log/checkpoint", "", "missing, though the journal has sealed entries"});
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
        "records and block roots: they need the private journal and its salts");
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
