#include "snapshot_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "overlord/crypto/sha256.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::pipeline {
namespace {

constexpr std::string_view kFormatStart = "zk-overlords/snapshot/";
constexpr std::string_view kSuffix = ".snap";
constexpr std::size_t kDigits = 20;
constexpr std::size_t kDigestBytes = sizeof(Hash);
constexpr std::size_t kMembersBytesMax = 512;  // a guess that spares a copy of hundreds of MB

std::string file_name(RecordIndex records) {
    char name[32];
    std::snprintf(name, sizeof name, "%020llu.snap",
                  static_cast<unsigned long long>(records.value));
    return name;
}

std::optional<RecordIndex> records_of(std::string_view name) {
    RecordIndex records;
    if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
    const auto end = std::from_chars(name.data(), name.data() + kDigits, records.value);
    if (end.ec != std::errc() || end.ptr != name.data() + kDigits) return std::nullopt;
    return records;
}

Error damaged(const char* what) {
    return Error{"snapshot.damaged", what, ErrorClass::kReject};
}

Result<Hash> take_hash(ByteReader& in) {
    Result<ByteView> bytes = in.take(kDigestBytes);
    if (!bytes) return bytes.error();
    Hash hash{};
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
}

Result<Bytes> take_bytes(ByteReader& in) {
    Result<std::uint64_t> size = in.u64();
    if (!size) return size.error();
    Result<ByteView> bytes = in.take(*size);
    if (!bytes) return bytes.error();
    return Bytes(bytes->begin(), bytes->end());
}

// What follows the format.
Result<StoredSnapshot> decode_members(ByteReader& in) {
    StoredSnapshot snapshot;
    Result<std::string> build = in.text();
    if (!build) return build.error();
    Result<std::uint64_t> records = in.u64();
    if (!records) return records.error();
    snapshot.records.value = *records;
    Result<std::uint64_t> at = in.u64();
    if (!at) return at.error();
    snapshot.at = static_cast<TimeNs>(*at);
    Result<Hash> digest = take_hash(in);
    if (!digest) return digest.error();
    snapshot.digest = *digest;
    Result<Bytes> engine = take_bytes(in);
    if (!engine) return engine.error();
    snapshot.engine = std::move(*engine);
    Result<Bytes> state = take_bytes(in);
    if (!state) return state.error();
    snapshot.state = std::move(*state);
    if (!in.empty()) return damaged("bytes behind its end");
    return snapshot;
}

// Those in a directory, oldest first; none where it does not exist.
Result<std::vector<RecordIndex>> list_directory(const Path& directory) {
    std::vector<RecordIndex> found;
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) return found;
    Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (const std::optional<RecordIndex> records = records_of(name)) found.push_back(*records);
    }
    std::sort(found.begin(), found.end());
    return found;
}

Status remove_snapshot(const Path& old) {
    if (::unlink(old.c_str()) == 0) return {};
    return io_error("remove old snapshot " + old.string(), errno);
}

}  // namespace

Bytes encode_snapshot(const StoredSnapshot& snapshot, std::string_view build) {
    Bytes file;
    file.reserve(kDigestBytes + kMembersBytesMax + snapshot.engine.size() + snapshot.state.size());
    file.resize(kDigestBytes);
    put_text(file, kSnapshotFormat);
    put_text(file, build);
    put_u64_le(file, snapshot.records.value);
    put_u64_le(file, static_cast<std::uint64_t>(snapshot.at));
    put_bytes(file, snapshot.digest);
    put_u64_le(file, snapshot.engine.size());
    put_bytes(file, snapshot.engine);
    put_u64_le(file, snapshot.state.size());
    put_bytes(file, snapshot.state);
    const Hash digest = crypto::sha256(ByteView(file).subspan(kDigestBytes));
    std::copy(digest.begin(), digest.end(), file.begin());
    return file;
}

Result<StoredSnapshot> decode_snapshot(ByteView file) {
    ByteReader in(file);
    Result<Hash> digest = take_hash(in);
    if (!digest) return damaged("it is shorter than its digest");
    if (crypto::sha256(in.rest()) != *digest) return damaged("its digest does not match");
    Result<std::string> format = in.text();
    if (!format || !format->starts_with(kFormatStart)) return damaged("it is no snapshot");
    if (*format != kSnapshotFormat) {
        return Error{"snapshot.format", "it has the format " + *format + ", this program reads " +
                                            std::string(kSnapshotFormat)};
    }
    Result<StoredSnapshot> snapshot = decode_members(in);
    if (!snapshot) return damaged("its parts do not fit");
    Result<Hash> state = evaluate::snapshot_digest(snapshot->engine);
    if (!state || *state != snapshot->digest) {
        return Error{"snapshot.digest",
                     "the engine's part is not the state whose digest it names"};
    }
    snapshot->file = *digest;
    return snapshot;
}

Result<Hash> SnapshotStore::save(const StoredSnapshot& snapshot) const {
    if (Status made = make_directories(directory_); !made) return made.error();
    const Bytes file = encode_snapshot(snapshot, build_);
    const Status written = write_file_durable(directory_ / file_name(snapshot.records), file);
    if (!written) return written.error();
    Result<std::vector<RecordIndex>> all = list(RecordIndex{UINT64_MAX});
    if (!all) return all.error();
    for (std::size_t i = kSnapshotsKept; i < all->size(); ++i) {
        const Status gone = remove_snapshot(directory_ / file_name((*all)[i]));
        if (!gone) return gone.error();
    }
    Hash digest{};
    std::copy_n(file.begin(), kDigestBytes, digest.begin());
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
    const Path snapshot = directory_ / file_name(records);
    const Path kept = kept_directory() / file_name(records);
    if (::link(snapshot.c_str(), kept.c_str()) != 0 && errno != EEXIST) {
        return io_error("keep snapshot " + kept.string(), errno);
    }
    for (const Path& directory : {directory_, kept_directory()}) {
        const Result<std::vector<RecordIndex>> all = list_directory(directory);
        if (!all) return all.error();
        for (const RecordIndex other : *all) {
            if (other == records) continue;
            if (Status gone = remove_snapshot(directory / file_name(other)); !gone) return gone;
        }
        if (Status synced = sync_directory(directory); !synced) return synced;
    }
    return {};
}

Result<StoredSnapshot> SnapshotStore::read(RecordIndex records) const {
    Path path = directory_ / file_name(records);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) path = kept_directory() / file_name(records);
    Result<Bytes> file = read_file(path);
    if (!file) return Error{"snapshot.unreadable", file.error().message};
    Result<StoredSnapshot> snapshot = decode_snapshot(*file);
    if (snapshot && snapshot->records != records) return damaged("it is of another record");
    return snapshot;
}

}  // namespace overlord::pipeline
