#include "key_file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "overlord/crypto/sha256.hpp"

namespace overlord::ledger {

namespace {

constexpr std::string_view kMagic = "ZKOKEYS1";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kCheckBytes = 12;
constexpr std::size_t kHeaderCrcAt = kKeyHeaderBytes - 4;
constexpr std::string_view kCipherDomain = "zko/record-key/v1";
constexpr std::string_view kCheckDomain = "zko/key-check/v1";
constexpr std::uint64_t kFileBytesMax = 1ull << 31;  // ten thousand systems with names of 64 KiB

bool all_zeros(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::uint32_t entry_crc(ByteView entry) {
    const std::uint32_t front = crc32c(entry.subspan(4, kKeyOffset - 4));
    return crc32c(entry.subspan(kKeyOffset + kKeyBytes), front);
}

std::size_t entry_extent(std::size_t name_bytes) {
    return (kKeyEntryBytes + name_bytes + 7) / 8 * 8;
}

std::array<std::uint8_t, kCheckBytes> check_of(ByteView secret) {
    const Hash digest = crypto::sha256({as_bytes(kCheckDomain), secret});
    std::array<std::uint8_t, kCheckBytes> check;
    std::copy_n(digest.begin(), kCheckBytes, check.begin());
    return check;
}

void encode_entry(Bytes& out, KeyId id, const Owner& owner, ByteView secret) {
    const std::size_t begin = out.size();
    put_u32_le(out, 0);
    put_u32_le(out, id);
    out.push_back(static_cast<std::uint8_t>(owner.kind));
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>(owner.name.size() & 0xff));
    out.push_back(static_cast<std::uint8_t>(owner.name.size() >> 8));
    put_bytes(out, check_of(secret));
    put_bytes(out, secret);
    put_bytes(out, as_bytes(owner.name));
    out.resize(begin + entry_extent(owner.name.size()));
    const std::uint32_t crc = entry_crc(ByteView(out).subspan(begin));
    std::memcpy(out.data() + begin, &crc, sizeof crc);
}

}  // namespace

std::string key_file_name(Day day) {
    using namespace std::chrono;
    const year_month_day date{sys_days{days{day}}};
    char name[32];
    std::snprintf(name, sizeof name, "%04d%02u%02u.keys", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return name;
}

Bytes encode_key_header(const KeyFileHeader& header) {
    Bytes out;
    put_bytes(out, as_bytes(kMagic));
    put_u32_le(out, kVersion);
    put_u32_le(out, static_cast<std::uint32_t>(header.day));
    put_u32_le(out, header.first);
    put_u32_le(out, 0);
    put_u64_le(out, header.first_record.value);
    out.resize(kHeaderCrcAt);
    put_u32_le(out, crc32c(out));
    return out;
}

Result<KeyFileHeader> decode_key_header(ByteView bytes, const Path& path) {
    const auto bad = [&](std::string_view what) {
        return Error{"key.damaged", path.string() + ": header: " + std::string(what),
                     ErrorClass::kFatal};
    };
    if (bytes.size() < kKeyHeaderBytes) return bad("cut off");
    bytes = bytes.first(kKeyHeaderBytes);
    if (as_text(bytes.first(kMagic.size())) != kMagic) return bad("wrong magic");
    if (get_u32_le(bytes.data() + kHeaderCrcAt) != crc32c(bytes.first(kHeaderCrcAt))) {
        return bad("checksum does not match");
    }
    if (get_u32_le(bytes.data() + 8) != kVersion) return bad("a version this program cannot read");
    if (!all_zeros(bytes.subspan(20, 4)) ||
        !all_zeros(bytes.subspan(32, kHeaderCrcAt - 32))) {
        return bad("bytes that should be zero are not");
    }
    KeyFileHeader header;
    header.day = static_cast<Day>(get_u32_le(bytes.data() + 12));
    header.first = get_u32_le(bytes.data() + 16);
    header.first_record.value = get_u64_le(bytes.data() + 24);
    if (path.filename() != key_file_name(header.day)) return bad("another day than its name says");
    return header;
}

Result<std::vector<std::string>> list_key_files(const Path& directory) {
    std::error_code failure;
    if (!std::filesystem::exists(directory, failure)) return std::vector<std::string>();
    Result<std::vector<std::string>> names = list_files(directory);
    if (names) std::erase_if(*names, [](const auto& name) { return !name.ends_with(".keys"); });
    return names;
}

Result<std::unique_ptr<KeyFile>> KeyFile::read(const Path& path) {
    Result<Bytes> content = read_file(path, kFileBytesMax);
    if (!content) return std::move(content).error();
    const Result<KeyFileHeader> header = decode_key_header(*content, path);
    if (!header) return header.error();
    auto file = std::make_unique<KeyFile>(*header);
    file->bytes_ = content->size();
    while (file->end_ < content->size()) {
        // Entries begin with a checksum and an id: only behind the last one two words are zero.
        const ByteView rest = ByteView(*content).subspan(file->end_);
        if (all_zeros(rest.first(std::min<std::size_t>(8, rest.size()))) && all_zeros(rest)) break;
        file->stopped_by_ = file->take_entry(*content, file->end_);
        if (!file->stopped_by_.empty()) break;
    }
    crypto::wipe(*content);
    return file;
}

// Empty when the entry at `at` was taken, else what is wrong with it.
std::string KeyFile::take_entry(ByteView bytes, std::size_t at) {
    const ByteView rest = bytes.subspan(at);
    if (rest.size() < kKeyEntryBytes) return "entry cut off";
    const std::size_t name_bytes = rest[10] | static_cast<std::size_t>(rest[11]) << 8;
    const std::size_t extent = entry_extent(name_bytes);
    if (rest.size() < extent) return "entry cut off";
    const ByteView whole = rest.first(extent);
    if (get_u32_le(whole.data()) != entry_crc(whole)) return "checksum does not match";
    const bool plain = whole[9] == 0 && all_zeros(whole.subspan(kKeyEntryBytes + name_bytes));
    if (!plain || whole[8] > static_cast<std::uint8_t>(OwnerKind::kSystem)) return "malformed";
    const KeyId id = header_.first + static_cast<KeyId>(entries_.size());
    if (get_u32_le(whole.data() + 4) != id) return "not the id that is due";

    Entry entry;
    entry.offset = at;
    entry.kind = static_cast<OwnerKind>(whole[8]);
    entry.name = as_text(whole.subspan(kKeyEntryBytes, name_bytes));
    const ByteView secret = whole.subspan(kKeyOffset, kKeyBytes);
    const auto check = check_of(secret);
    if (all_zeros(secret)) {
        entry.state = Entry::State::kErased;
    } else if (!std::equal(check.begin(), check.end(), whole.begin() + 12)) {
        entry.state = Entry::State::kDamaged;
    }
    keep(secret);
    if (entry.state == Entry::State::kLive) {
        names_.push_back(std::make_unique<std::string>(entry.name));
        by_owner_.emplace(Owner{entry.kind, *names_.back()}, id);
    }
    entries_.push_back(std::move(entry));
    end_ += extent;
    return "";
}

void KeyFile::keep(ByteView secret) {
    const std::size_t slot = entries_.size() % kKeysPerChunk;
    if (slot == 0) chunks_.emplace_back(kKeysPerChunk * kSlotBytes);
    const auto place = chunks_.back().bytes().subspan(slot * kSlotBytes, kSlotBytes);
    std::copy(secret.begin(), secret.end(), place.begin());
    Hash cipher = crypto::sha256({as_bytes(kCipherDomain), secret});
    std::copy(cipher.begin(), cipher.end(), place.begin() + kKeyBytes);
    crypto::wipe(cipher);
}

RecordKey KeyFile::key(KeyId id) const {
    OVERLORD_ASSERT(holds(id));
    const std::size_t at = id - header_.first;
    const ByteView slot = chunks_[at / kKeysPerChunk].view().subspan(
        at % kKeysPerChunk * kSlotBytes, kSlotBytes);
    return RecordKey{id, slot.first(kKeyBytes), slot.subspan(kKeyBytes)};
}

std::optional<KeyId> KeyFile::find(const Owner& owner) const {
    const auto found = by_owner_.find(owner);
    if (found == by_owner_.end()) return std::nullopt;
    return found->second;
}

KeyId KeyFile::add(const Owner& owner, Bytes& out) {
    const KeyId id = header_.first + static_cast<KeyId>(entries_.size());
    std::array<std::uint8_t, kKeyBytes> secret;
    crypto::random_bytes(secret);
    const std::size_t before = out.size();
    encode_entry(out, id, owner, secret);
    keep(secret);
    crypto::wipe(secret);
    entries_.push_back({end_, owner.kind, std::string(owner.name), Entry::State::kLive});
    names_.push_back(std::make_unique<std::string>(owner.name));
    by_owner_.emplace(Owner{owner.kind, *names_.back()}, id);
    end_ += out.size() - before;
    return id;
}

}  // namespace overlord::ledger
