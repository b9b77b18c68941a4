#include "snapshot_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace overlord::pipeline {
namespace {

// Those in a directory, oldest first; none where it does not exist.
Result<std::vector<RecordIndex>> list_directory(const Path& directory) {
    std::vector<RecordIndex> found;
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) return found;
    Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        const std::optional<RecordIndex> records = snapshot_records(name);
        if (records) found.push_back(*records);
    }
    std::sort(found.begin(), found.end());
    return found;
}

Status remove_snapshot(const Path& old) {
    if (::unlink(old.c_str()) == 0) return {};
    return io_error("remove old snapshot " + old.string(), errno);
}

}  // namespace

Result<Hash> SnapshotStore::save(const StoredSnapshot& snapshot) const {
    if (Status made = make_directories(directory_); !made) return made.error();
    const Bytes file = encode_snapshot(snapshot, build_);
    const Status written = write_file_durable(directory_ / snapshot_name(snapshot.records), file);
    if (!written) return written.error();
    Result<std::vector<RecordIndex>> all = list(RecordIndex{UINT64_MAX});
    if (!all) return all.error();
    for (std::size_t i = kSnapshotsKept; i < all->size(); ++i) {
        const Status gone = remove_snapshot(directory_ / snapshot_name((*all)[i]));
        if (!gone) return gone.error();
    }
    Hash digest{};
    std::copy_n(file.begin(), digest.size(), digest.begin());
    return digest;
}

Result<std::vector<RecordIndex>> SnapshotStore::list(RecordIndex limit) const {
    Result<std::vector<RecordIndex>> found = list_directory(directory_);
    if (!found) return found;
    std::erase_if(*found, [&](RecordIndex records) { return records > limit; });
    std::sort(found->rbegin(), found->rend());
    return found;
}

Result<std::vector<RecordIndex>> SnapshotStore::kept() const {
    return list_directory(kept_directory());
}

Status SnapshotStore::keep(RecordIndex records) const {
    if (Status made = make_directories(kept_directory()); !made) return made;
    const Path snapshot = directory_ / snapshot_name(records);
    const Path kept = kept_directory() / snapshot_name(records);
    if (::link(snapshot.c_str(), kept.c_str()) != 0 && errno != EEXIST) {
        return io_error("keep snapshot " + kept.string(), errno);
    }
    for (const Path& directory : {directory_, kept_directory()}) {
        const Result<std::vector<RecordIndex>> all = list_directory(directory);
        if (!all) return all.error();
        for (const RecordIndex other : *all) {
            if (other == records) continue;
            if (Status gone = remove_snapshot(directory / snapshot_name(other)); !gone) return gone;
        }
        if (Status synced = sync_directory(directory); !synced) return synced;
    }
    return {};
}

Result<StoredSnapshot> SnapshotStore::read(RecordIndex records) const {
    Path path = directory_ / snapshot_name(records);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) path = kept_directory() / snapshot_name(records);
    Result<Bytes> file = read_file(path);
    if (!file) return Error{"snapshot.unreadable", file.error().message};
    Result<StoredSnapshot> snapshot = decode_snapshot(*file);
    if (snapshot && snapshot->records != records) {
        return Error{"snapshot.damaged", "it is of another record"};
    }
    return snapshot;
}

}  // namespace overlord::pipeline
