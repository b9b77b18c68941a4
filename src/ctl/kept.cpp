#include "kept.hpp"

#include "overlord/attest/bundle.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::ctl {
namespace {

std::string entries_text(TreeSize size) {
    return std::to_string(size.value) + (size.value == 1 ? " entry" : " entries");
}

// Who signed it: the keys given, or one that the log itself tells of. It may be older than a key
// that was retired since.
Result<tlog::SignedCheckpoint> open_kept(const KeptCheckpoint& kept, const Trust& trust,
                                         const VerifiedLog& log) {
    Keys keys = trust.keys;
    for (const KeyEntry& entry : log.story.log_keys) keys.push_back(entry.key);
    return attest::open_with_any(kept.note, keys);
}

// Empty where the kept checkpoint is the beginning of the log.
std::string judge(const tlog::Checkpoint& kept, const Path& directory, const VerifiedLog& log) {
    if (kept.origin != log.origin) return "it is of another log, " + kept.origin;
    const tlog::TreeHead& head = kept.head;
    if (head.size > log.head.size) {
        return "the log shown has " + entries_text(log.head.size) +
               " only: what came after was taken back, or this is an older copy";
    }
    if (head.size.value == 0) return {};
    Result<tlog::TileReader> tree = tlog::TileReader::open(directory, log.head);
    if (!tree) return tree.error().message;
    const Result<tlog::Proof> proof = tree->consistency(head.size, log.head.size);
    if (!proof) return proof.error().message;
    if (tlog::verify_consistency(head, log.head, *proof)) return {};
    return "the log shown has another history: its first " + entries_text(head.size) +
           " are not those that were signed then";
}

}  // namespace

Result<std::vector<KeptCheckpoint>> read_kept(std::span<const std::string> files) {
    std::vector<KeptCheckpoint> kept;
    for (const std::string& file : files) {
        Result<std::string> note = read_text_file(file, tlog::kNoteBytesMax);
        if (!note) return Error{"usage", "--kept: " + note.error().message};
        const Result<tlog::TreeHead> head = claimed_head(*note);
        if (!head) return Error{"usage", "--kept " + file + ": " + head.error().message};
        kept.push_back({file, *std::move(note)});
    }
    return kept;
}

void check_kept(const Path& directory, const Trust& trust, VerifiedLog& log) {
    for (const KeptCheckpoint& kept : trust.kept) {
        if (!log.report.valid) return;
        const Result<tlog::SignedCheckpoint> opened = open_kept(kept, trust, log);
        const std::string wrong = opened ? judge(opened->checkpoint, directory, log)
                                         : opened.error().message;
        if (wrong.empty()) {
            log.report.holds("it continues the checkpoint of " +
                             entries_text(opened->checkpoint.head.size) + " kept in " + kept.file);
            continue;
        }
        log.report.fails(kept.file + ": " + wrong);
        log.report.valid = false;
        log.report.assurance.clear();
    }
}

}  // namespace overlord::ctl
