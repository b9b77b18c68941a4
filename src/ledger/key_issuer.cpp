// The writing side of the record keys.
#include <fcntl.h>

#include <charconv>

#include "key_file.hpp"
#include "overlord/ledger/record.hpp"
#include "settle.hpp"

namespace overlord::ledger {

namespace {

std::uint64_t padded(std::uint64_t bytes) {
    return (bytes + kKeyFileStep) / kKeyFileStep * kKeyFileStep;
}

// The log time of a record whose beginning the ledger has checked: {"v":1,"n":7,"at":1769...
Result<TimeNs> time_of(std::string_view record) {
    constexpr std::string_view kMember = ",\"at\":";
    const std::size_t at = record.substr(0, 64).find(kMember);
    TimeNs time = 0;
    if (at != std::string_view::npos) {
        const std::string_view rest = record.substr(at + kMember.size());
        const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), time);
        if (end.ec == std::errc{}) return time;
    }
    return Error{"record.syntax", "a record without a log time", ErrorClass::kReject};
}

}  // namespace

KeyIssuer::KeyIssuer(Path directory, Disk& disk)
    : directory_(std::move(directory)), disk_(&disk) {}
KeyIssuer::KeyIssuer(KeyIssuer&&) noexcept = default;
KeyIssuer& KeyIssuer::operator=(KeyIssuer&&) noexcept = default;
KeyIssuer::~KeyIssuer() = default;

Result<KeyIssuer> KeyIssuer::open(Path directory, Disk& disk) {
    KeyIssuer issuer(std::move(directory), disk);
    const Result<std::vector<std::string>> names = list_key_files(issuer.directory_);
    if (!names) return names.error();
    if (names->empty()) return issuer;
    const Path newest = issuer.directory_ / names->back();
    Result<std::unique_ptr<KeyFile>> day = KeyFile::read(newest);
    if (!day) return std::move(day).error();
    Result<FileHandle> file = disk.open(newest, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    // What a crash left of an entry: no record was written with its key.
    if (!(*day)->stopped_by().empty()) {
        const Bytes zeros((*day)->file_bytes() - (*day)->end());
        const Status cleared = disk.write_at_durable(*file, newest, zeros, (*day)->end());
        if (!cleared) return cleared.error();
    }
    if (Status settled = settle_file(*file, newest, disk); !settled) return settled.error();
    issuer.file_ = *std::move(file);
    issuer.days_.push_back(*std::move(day));
    return issuer;
}

Result<std::vector<JournalRecord>> KeyIssuer::commit(std::span<const NewRecord> records,
                                                     RecordIndex first) {
    while (days_.size() > 1) days_.pop_front();  // their keys were valid until now
    if (poison_) return Error{"ledger.poisoned", poison_->message, ErrorClass::kFatal};
    if (const Status made = add_missing(records, first); !made) {
        if (made.error().kind == ErrorClass::kFatal) poison_ = made.error();
        return with_context(made.error(), "keys of record " + std::to_string(first.value));
    }
    std::vector<JournalRecord> out;
    out.reserve(records.size());
    std::size_t day = 0;
    for (const NewRecord& record : records) {
        const Result<TimeNs> at = time_of(record.text);
        while (day + 1 < days_.size() && day_of(*at) >= days_[day + 1]->header().day) ++day;
        const std::optional<KeyId> id = days_[day]->find(record.owner);
        OVERLORD_ASSERT(id.has_value());
        const RecordKey key = days_[day]->key(*id);
        const RecordIndex n{first.value + out.size()};
        out.push_back({record.text, key, commitment(record_salt(key.secret, n), record.text)});
    }
    return out;
}

// Makes what is missing durable: one write for all new owners of a day.
Status KeyIssuer::add_missing(std::span<const NewRecord> records, RecordIndex first) {
    Bytes fresh;
    const auto flush = [&]() -> Status {
        if (fresh.empty()) return {};
        KeyFile& day = *days_.back();
        const std::uint64_t at = day.end() - fresh.size();
        if (day.end() > day.file_bytes()) {
            day.set_file_bytes(padded(day.end()));
            fresh.resize(day.file_bytes() - at);
        }
        const Path path = directory_ / key_file_name(day.header().day);
        const Status written = disk_->write_at_durable(file_, path, fresh, at);
        crypto::wipe(fresh);
        fresh.clear();
        return written;
    };
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Result<TimeNs> at = time_of(records[i].text);
        if (!at) return at.error();
        const Day day = day_of(*at);
        // A clock that was set back over midnight after a crash stays with the later day.
        if (days_.empty() || day > days_.back()->header().day) {
            if (const Status rest = flush(); !rest) return rest;
            const Status begun = begin_day(day, RecordIndex{first.value + i});
            if (!begun) return begun;
        }
        KeyFile& keys = *days_.back();
        if (!keys.find(records[i].owner)) keys.add(records[i].owner, fresh);
    }
    return flush();
}

// All owners of the last day get a key at once: the systems of a site come back within seconds, and
// each would cost a write of its own.
Status KeyIssuer::begin_day(Day day, RecordIndex first) {
    KeyFileHeader header;
    header.day = day;
    header.first_record = first;
    if (!days_.empty()) {
        const KeyFile& last = *days_.back();
        header.first = last.header().first + static_cast<KeyId>(last.entries().size());
    }
    auto keys = std::make_unique<KeyFile>(header);
    Bytes content = encode_key_header(header);
    if (!days_.empty()) {
        for (const KeyFile::Entry& entry : days_.back()->entries()) {
            const Owner owner{entry.kind, entry.name};
            const bool live = entry.state == KeyFile::Entry::State::kLive;
            if (live && !keys->find(owner)) keys->add(owner, content);
        }
    }
    keys->set_file_bytes(padded(keys->end()));
    content.resize(keys->file_bytes());
    const Path path = directory_ / key_file_name(day);
    const Status written = disk_->write_file_durable(path, content, 0600);
    crypto::wipe(content);
    if (!written) return written;
    Result<FileHandle> file = disk_->open(path, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    file_ = *std::move(file);
    days_.push_back(std::move(keys));
    return {};
}

}  // namespace overlord::ledger
