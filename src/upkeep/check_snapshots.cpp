// snapshots/: each whole, of its record, its state the one that it names, and named by the log.
#include <algorithm>

#include "checks.hpp"

namespace overlord::upkeep {
namespace {

// True: a start can use it.
bool check_snapshot(const Checked& checked, const std::string& file, RecordIndex records) {
    const Result<Bytes> content = read_file(checked.state_dir / file);
    if (!content) {
        // A daemon that is running removes old ones.
        if (content.error().code == "io.enoent") return true;
        if (content.error().code == "io.eacces") {
            checked.not_checked(file + ": this user may not read it");
            return true;
        }
        checked.found(file, content.error().message);
        return false;
    }
    ++checked.report.files.snapshots;
    const Result<pipeline::StoredSnapshot> snapshot = pipeline::decode_snapshot(*content);
    if (!snapshot && snapshot.error().code == "snapshot.format") {
        checked.note(file, snapshot.error().message);
        return false;
    }
    if (!snapshot) {
        checked.found(file, snapshot.error().message);
        return false;
    }
    if (snapshot->records != records) {
        checked.found(file, "it is of record " + std::to_string(snapshot->records.value));
        return false;
    }
    const auto logged = checked.facts.snapshots.find(records.value);
    if (logged == checked.facts.snapshots.end()) {
        if (checked.facts.whole) checked.note(file, "the log does not name it (yet)");
        return true;
    }
    if (logged->second.digest != snapshot->digest) {
        checked.found(file, "the log has another state at record " + std::to_string(records.value));
        return false;
    }
    if (logged->second.file == snapshot->file) return true;
    checked.found(file, "it is not the one that the log names");
    return false;
}

// The records of the newest one that a start can use.
std::optional<RecordIndex> check_folder(const Checked& checked, const std::string& folder) {
    std::optional<RecordIndex> newest;
    for (const std::string& name : checked.files(folder)) {
        const std::string file = folder + "/" + name;
        if (const std::optional<RecordIndex> records = pipeline::snapshot_records(name)) {
            const bool usable = check_snapshot(checked, file, *records);
            if (usable && (!newest || *newest < *records)) newest = records;
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
    return newest;
}

}  // namespace

void check_snapshots(const Checked& checked) {
    std::optional<RecordIndex> newest = check_folder(checked, "snapshots");
    newest = std::max(newest, check_folder(checked, "snapshots/kept"));  // of the last erasure
    const std::uint64_t erased = checked.facts.erased_before;
    if (erased == 0 || (newest && newest->value >= erased)) return;
    checked.found("snapshots", "none can be used that is of record " + std::to_string(erased) +
                                   " or later, and records before were erased: no start can derive "
                                   "the state behind them (journal.erased). Put one back from a "
                                   "copy");
}

}  // namespace overlord::upkeep
