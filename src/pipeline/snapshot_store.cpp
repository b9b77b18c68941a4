#include "snapshot_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {
namespace {

constexpr std::string_view kMagic = "zk-overlords/snapshot/v1";
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMembersBytesMax = 512;  // a guess that spares a copy of hundreds of MB

std::string file_name(RecordIndex records) {
    char name[32];
    std::snprintf(name, sizeof name, "%020llu.snap",
                  static_cast<unsigned long long>(records.value));
    return name;
}

// digest(32), magic, build, records, engine, state; the digest is over all after it.
Bytes encode(const StoredSnapshot& snapshot, const std::string& build) {
    Bytes file;
    file.reserve(kDigestBytes + kMembersBytesMax + snapshot.engine.size() + snapshot.state.size());
    file.resize(kDigestBytes);
    put_text(file, kMagic);
    put_text(file, build);
    put_u64_le(file, snapshot.records.value);
    put_u64_le(file, snapshot.engine.size());
    put_bytes(file, snapshot.engine);
    put_u64_le(file, snapshot.state.size());
    put_bytes(file, snapshot.state);
    const Hash digest = crypto::sha256(ByteView(file).subspan(kDigestBytes));
    std::copy(digest.begin(), digest.end(), file.begin());
    return file;
}

Result<Bytes> take_bytes(ByteReader& in) {
    Result<std::uint64_t> size = in.u64();
    if (!size) return size.error();
    Result<ByteView> bytes = in.take(*size);
    if (!bytes) return bytes.error();
    return Bytes(bytes->begin(), bytes->end());
}

Result<StoredSnapshot> decode(ByteView file, const std::string& build) {
    const Error unusable{"snapshot.unusable", "not a snapshot of this build", ErrorClass::kReject};
    ByteReader in(file);
    Result<ByteView> digest = in.take(kDigestBytes);
    if (!digest) return digest.error();
    const Hash actual = crypto::sha256(in.rest());
    if (!std::equal(actual.begin(), actual.end(), digest->begin())) return unusable;
    Result<std::string> magic = in.text();
    if (!magic || *magic != kMagic) return unusable;
    Result<std::string> of_build = in.text();
    if (!of_build || *of_build != build) return unusable;
    Result<std::uint64_t> records = in.u64();
    if (!records) return records.error();
    Result<Bytes> engine = take_bytes(in);
    if (!engine) return engine.error();
    Result<Bytes> state = take_bytes(in);
    if (!state) return state.error();
    return StoredSnapshot{RecordIndex{*records}, std::move(*engine), std::move(*state)};
}

}  // namespace

Status SnapshotStore::save(const StoredSnapshot& snapshot) const {
    if (Status made = make_directories(directory_); !made) return made;
    const std::string name = file_name(snapshot.records);
    if (Status written = write_file_durable(directory_ / name, encode(snapshot, build_)); !written)
        return written;
    Result<std::vector<std::string>> names = list_files(directory_);
    if (!names) return names.error();
    for (std::size_t i = 0; i + kSnapshotsKept < names->size(); ++i)
        if (::unlink((directory_ / (*names)[i]).c_str()) != 0)
            return io_error("remove old snapshot " + (directory_ / (*names)[i]).string(), errno);
    return {};
}

Result<std::vector<StoredSnapshot>> SnapshotStore::load(RecordIndex limit) const {
    std::vector<StoredSnapshot> found;
    std::error_code error;
    if (!std::filesystem::exists(directory_, error)) return found;
    Result<std::vector<std::string>> names = list_files(directory_);
    if (!names) return names.error();
    std::reverse(names->begin(), names->end());
    for (const std::string& name : *names) {
        if (!name.ends_with(".snap")) continue;
        Result<Bytes> file = read_file(directory_ / name);
        if (!file) return file.error();
        Result<StoredSnapshot> snapshot = decode(*file, build_);
        if (snapshot && snapshot->records <= limit) found.push_back(std::move(*snapshot));
    }
    return found;
}

}  // namespace overlord::pipeline
