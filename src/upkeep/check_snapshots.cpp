// snapshots/: each whole, of its record, its state the one that it names, and named by the log.
#include "checks.hpp"

namespace overlord::upkeep {
namespace {

void check_snapshot(const Checked& checked, const std::string& file, RecordIndex records) {
    const Result<Bytes> content = read_file(checked.state_dir / file);
    if (!content) {
        // A daemon that is running removes old ones.
        if (content.error().code == "io.enoent") return;
        if (content.error().code == "io.eacces") {
            return checked.not_checked(file + ": this user may not read it");
        }
        return checked.found(file, content.error().message);
    }
    ++checked.report.files.snapshots;
    const Result<pipeline::StoredSnapshot> snapshot = pipeline::decode_snapshot(*content);
    if (!snapshot && snapshot.error().code == "snapshot.format") {
        return checked.note(file, snapshot.error().message);
    }
    if (!snapshot) return checked.found(file, snapshot.error().message);
    if (snapshot->records != records) {
        return checked.found(file, "it is of record " + std::to_string(snapshot->records.value));
    }
    const auto logged = checked.facts.snapshots.find(records.value);
    if (logged == checked.facts.snapshots.end()) {
        if (checked.facts.whole) checked.note(file, "the log does not name it (yet)");
        return;
    }
    if (logged->second.digest != snapshot->digest) {
        checked.found(file, "the log has another state at record " + std::to_string(records.value));
    } else if (logged->second.file != snapshot->file) {
        checked.found(file, "it is not the one that the log names");
    }
}

void check_folder(const Checked& checked, const std::string& folder) {
    for (const std::string& name : checked.files(folder)) {
        const std::string file = folder + "/" + name;
        if (const std::optional<RecordIndex> records = pipeline::snapshot_records(name)) {
            check_snapshot(checked, file, *records);
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
}

}  // namespace

void check_snapshots(const Checked& checked) {
    check_folder(checked, "snapshots");
    check_folder(checked, "snapshots/kept");  // what the last erasure left
}

}  // namespace overlord::upkeep
