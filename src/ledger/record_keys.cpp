#include "overlord/ledger/record_keys.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "key_file.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::ledger {

namespace {

constexpr std::string_view kSaltDomain = "zko/salt/v1";
constexpr std::size_t kFilesHeld = 2;  // a block spans two days at most, but for an idle site

Error key_error(std::string code, std::string message) {
    return Error{std::move(code), std::move(message), ErrorClass::kReject};
}

// [from, to) of ids that follow each other; the last file's end is open.
Result<KeyFileHeader> read_header(const Path& path) {
    Result<FileHandle> file = open_file(path, O_RDONLY | O_CLOEXEC);
    if (!file) return std::move(file).error();
    Bytes bytes(kKeyHeaderBytes);
    const Result<std::size_t> got = read_at(*file, path, bytes, 0);
    if (!got) return got.error();
    bytes.resize(*got);
    return decode_key_header(bytes, path);
}

}  // namespace

Day day_of(TimeNs at) {
    const TimeNs day = at / kDayNs;
    return static_cast<Day>(at % kDayNs < 0 ? day - 1 : day);
}

Hash record_salt(ByteView secret, RecordIndex n) {
    std::array<std::uint8_t, 8> number;
    for (std::size_t i = 0; i < number.size(); ++i) {
        number[i] = static_cast<std::uint8_t>(n.value >> (56 - 8 * i));
    }
    return crypto::sha256({as_bytes(kSaltDomain), secret, number});
}

RecordKeys::RecordKeys(Path directory) : directory_(std::move(directory)) {}
RecordKeys::RecordKeys(RecordKeys&&) noexcept = default;
RecordKeys& RecordKeys::operator=(RecordKeys&&) noexcept = default;
RecordKeys::~RecordKeys() = default;

Status RecordKeys::list() {
    const Result<std::vector<std::string>> names = list_key_files(directory_);
    if (!names) return names.error();
    // Files are only ever added, so what is known stays.
    for (std::size_t i = places_.size(); i < names->size(); ++i) {
        const Result<KeyFileHeader> header = read_header(directory_ / (*names)[i]);
        if (!header) return header.error();
        places_.push_back({header->first, header->day, header->first_record, (*names)[i]});
    }
    return {};
}

Result<KeyFile*> RecordKeys::file_of(KeyId id) {
    for (const auto& file : held_) {
        if (file->holds(id)) return file.get();
    }
    // A daemon may have added files and keys since.
    if (places_.empty() || id >= places_.back().first) {
        if (const Status listed = list(); !listed) return listed.error();
    }
    const auto after =
        std::upper_bound(places_.begin(), places_.end(), id,
                         [](KeyId wanted, const Place& place) { return wanted < place.first; });
    const std::string missing = "no key " + std::to_string(id) + " in " + directory_.string() +
                                ": it was lost in a copy of the state";
    if (after == places_.begin()) return key_error("key.missing", missing);
    const Place& place = *std::prev(after);
    Result<std::unique_ptr<KeyFile>> file = KeyFile::read(directory_ / place.name);
    if (!file) return std::move(file).error();
    std::erase_if(held_, [&](const auto& old) { return old->header().first == place.first; });
    if (held_.size() == kFilesHeld) held_.pop_back();
    held_.push_front(*std::move(file));
    if (held_.front()->holds(id)) return held_.front().get();
    return key_error("key.missing", missing);
}

Result<RecordKey> RecordKeys::find(KeyId id) {
    const Result<KeyFile*> file = file_of(id);
    if (!file) return file.error();
    switch ((*file)->entry(id).state) {
        case KeyFile::Entry::State::kLive:
            return (*file)->key(id);
        case KeyFile::Entry::State::kErased:
            return key_error("key.erased", "key " + std::to_string(id) + " was destroyed");
        case KeyFile::Entry::State::kDamaged:
            break;
    }
    return key_error("key.damaged", key_file_name((*file)->header().day) + ": key " +
                                        std::to_string(id) +
                                        " is not what it was: put it back from a copy");
}

Result<KeyInfo> RecordKeys::info(KeyId id) {
    const Result<KeyFile*> file = file_of(id);
    if (!file) return file.error();
    const KeyFile::Entry& entry = (*file)->entry(id);
    return KeyInfo{id, (*file)->header().day, entry.kind, entry.name,
                   entry.state == KeyFile::Entry::State::kErased};
}

Result<Hash> RecordKeys::salt(KeyId id, RecordIndex n) {
    const Result<RecordKey> key = find(id);
    if (!key) return key.error();
    return record_salt(key->secret, n);
}

Result<std::optional<RecordIndex>> RecordKeys::first_record(Day day) {
    if (const Status listed = list(); !listed) return listed.error();
    for (const Place& place : places_) {
        if (place.day >= day) return std::optional<RecordIndex>(place.first_record);
    }
    return std::optional<RecordIndex>();
}

}  // namespace overlord::ledger
