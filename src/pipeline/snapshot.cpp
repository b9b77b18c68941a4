#include "overlord/pipeline/snapshot.hpp"

#include <algorithm>
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
    Result<std::string> bundle = in.text();
    if (!bundle) return bundle.error();
    Result<std::string> settings = in.text();
    if (!settings) return settings.error();
    snapshot.in_force = {std::move(*bundle), std::move(*settings)};
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

}  // namespace

std::string snapshot_name(RecordIndex records) {
    char name[32];
    std::snprintf(name, sizeof name, "%020llu.snap",
                  static_cast<unsigned long long>(records.value));
    return name;
}

std::optional<RecordIndex> snapshot_records(std::string_view name) {
    RecordIndex records;
    if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
    const auto end = std::from_chars(name.data(), name.data() + kDigits, records.value);
    if (end.ec != std::errc() || end.ptr != name.data() + kDigits) return std::nullopt;
    return records;
}

Bytes encode_snapshot(const StoredSnapshot& snapshot, std::string_view build) {
    Bytes file;
    file.reserve(kDigestBytes + kMembersBytesMax + snapshot.engine.size() + snapshot.state.size());
    file.resize(kDigestBytes);
    put_text(file, kSnapshotFormat);
    put_text(file, build);
    put_text(file, snapshot.in_force.bundle);
    put_text(file, snapshot.in_force.settings);
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

}  // namespace overlord::pipeline
