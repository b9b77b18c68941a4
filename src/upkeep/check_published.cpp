// What the log keeps beside its tree: the checkpoint that witnesses cosigned, and time stamps.
#include "checks.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/crypto/timestamp.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::string_view kStamp = ".tsr";
constexpr std::string_view kStamped = ".checkpoint";

// A checkpoint of ours: signed by a known key of the log where one is known, and a head that the
// journal has. Says what is wrong; empty where nothing is.
std::string judge_checkpoint(const Checked& checked, std::string_view text) {
    const Result<tlog::Note> note = tlog::Note::parse(text);
    if (!note) return note.error().message;
    Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(note->text);
    if (!checkpoint) return checkpoint.error().message;
    if (!checked.keys.empty()) {
        const Result<tlog::SignedCheckpoint> opened =
            tlog::open_checkpoint(text, checked.keys, checked.keys);
        if (!opened) return opened.error().message;
    }
    if (!checked.facts.whole) return {};
    const std::uint64_t size = checkpoint->head.size.value;
    const auto root = checked.facts.roots.find(size);
    if (root == checked.facts.roots.end()) {
        return "no seal of the journal has size " + std::to_string(size);
    }
    return root->second == checkpoint->head.root
               ? std::string()
               : "its root is not that of the journal at size " + std::to_string(size);
}

void check_cosigned(const Checked& checked) {
    const std::string file = "log/checkpoint.witnessed";
    const std::optional<std::string> text = checked.text(file, tlog::kNoteBytesMax);
    if (!text) return;
    ++checked.report.files.others;
    const std::string wrong = judge_checkpoint(checked, *text);
    if (!wrong.empty()) return checked.found(file, wrong);
    checked.not_checked(file + ": the witnesses' lines (overlordctl verify --policy does)");
}

void check_stamp(const Checked& checked, const std::string& file, std::string_view stamp) {
    const std::string stamped =
        file.substr(0, file.size() - kStamp.size()) + std::string(kStamped);
    const std::optional<std::string> text = checked.text(stamped, tlog::kNoteBytesMax);
    if (!text) return checked.found(file, stamped + ", which it stamps, is missing");
    const Result<crypto::Timestamp> read =
        crypto::read_timestamp(as_bytes(stamp), crypto::sha256(as_bytes(*text)));
    if (!read) checked.found(file, read.error().message);
}

void check_stamps(const Checked& checked) {
    const std::string folder = "log/timestamps";
    bool stamps = false;
    for (const std::string& name : checked.files(folder)) {
        const std::string file = folder + "/" + name;
        const bool is_stamp = name.ends_with(kStamp);
        if (!is_stamp && !name.ends_with(kStamped)) {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
            continue;
        }
        const std::optional<std::string> text = checked.text(file, crypto::kTimestampBytesMax);
        if (!text) continue;
        ++checked.report.files.others;
        stamps = stamps || is_stamp;
        if (is_stamp) {
            check_stamp(checked, file, *text);
        } else if (const std::string wrong = judge_checkpoint(checked, *text); !wrong.empty()) {
            checked.found(file, wrong);
        }
    }
    if (stamps) {
        checked.not_checked(folder + ": the authority's signatures (overlordctl timestamp verify)");
    }
}

}  // namespace

void check_published(const Checked& checked) {
    check_cosigned(checked);
    check_stamps(checked);
}

}  // namespace overlord::upkeep
