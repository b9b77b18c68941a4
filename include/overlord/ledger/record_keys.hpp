// Keys of the records at rest, one for each owner and UTC day of log time, so that what is about
// one system can be erased by period: who destroys the key destroys the text and the salt of its
// records for good, and every proof of another record stays valid (docs/formats/journal.md).
//
//   K          32 random bytes in state_dir/journal/keys/YYYYMMDD.keys, zeros once destroyed
//   cipher key SHA-256("zko/record-key/v1" || K), for XChaCha20 with the first 24 bytes of the
//              record's commitment as nonce
//   salt(n)    SHA-256("zko/salt/v1" || K || n as 8 bytes big-endian)
//
// A RecordKeys or KeyIssuer belongs to one thread; keys are held in locked memory.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/disk.hpp"

namespace overlord::ledger {

using KeyId = std::uint32_t;  // of a key, over all days, from 0
using Day = std::int32_t;     // UTC days since 1970-01-01

[[nodiscard]] Day day_of(TimeNs at);

enum class OwnerKind : std::uint8_t {
    kSite = 0,     // starts, stops, ticks, gaps, audits, erasures: about no system
    kRejects = 1,  // lines that were refused: nobody knows what is in them
    kSystem = 2,   // events and verdicts of a system
};

struct Owner {
    OwnerKind kind = OwnerKind::kSite;
    std::string_view name;  // of the system, else empty; at most 65,535 bytes
};

// Views into locked memory; valid until the object that gave them out is called again.
struct RecordKey {
    KeyId id = 0;
    ByteView secret;  // K
    ByteView cipher;
};

[[nodiscard]] Hash record_salt(ByteView secret, RecordIndex n);

// What is known of a key without its bytes.
struct KeyInfo {
    KeyId id = 0;
    Day day = 0;
    OwnerKind kind = OwnerKind::kSite;
    std::string name;
    bool erased = false;
};

class KeyFile;  // one day's file in memory

// Reading, also while a daemon adds keys.
class RecordKeys {
public:
    explicit RecordKeys(Path directory);  // state_dir/journal/keys
    RecordKeys(RecordKeys&&) noexcept;
    RecordKeys& operator=(RecordKeys&&) noexcept;
    ~RecordKeys();

    // Codes: key.erased, key.missing (no such key in the files), key.damaged, io.*.
    [[nodiscard]] Result<RecordKey> find(KeyId id);
    // Also of an erased one.
    [[nodiscard]] Result<KeyInfo> info(KeyId id);
    [[nodiscard]] Result<Hash> salt(KeyId id, RecordIndex n);

    // The first record that could be under a key of `day` or a later one; nullopt when there is no
    // such key yet. Records before it have keys of earlier days.
    [[nodiscard]] Result<std::optional<RecordIndex>> first_record(Day day);

private:
    struct Place {
        KeyId first = 0;
        Day day = 0;
        RecordIndex first_record;
        std::string name;
    };
    [[nodiscard]] Status list();
    [[nodiscard]] Result<KeyFile*> file_of(KeyId id);

    Path directory_;
    std::vector<Place> places_;  // by first id
    std::deque<std::unique_ptr<KeyFile>> held_;
};

// A record and the key of its owner, ready for the journal.
struct JournalRecord {
    std::string_view text;
    RecordKey key;
    Hash commitment{};
};

struct NewRecord {
    std::string_view text;  // as compose() wrote it
    Owner owner;
};

// Gives out the keys of new records. One in a state directory.
class KeyIssuer {
public:
    // Reads the newest file. Codes: key.damaged, io.*.
    [[nodiscard]] static Result<KeyIssuer> open(Path directory, Disk& disk);
    KeyIssuer(KeyIssuer&&) noexcept;
    KeyIssuer& operator=(KeyIssuer&&) noexcept;
    ~KeyIssuer();

    // Keys and commitments of records that are numbered from `first`. New keys are on the disk when
    // this returns, all of a call with one write; a new day begins with keys for all owners of the
    // last one. The result is valid until the next call. After an error of the disk every call
    // fails with ledger.poisoned.
    [[nodiscard]] Result<std::vector<JournalRecord>> commit(std::span<const NewRecord> records,
                                                            RecordIndex first);

private:
    KeyIssuer(Path directory, Disk& disk);
    [[nodiscard]] Status begin_day(Day day, RecordIndex first);
    [[nodiscard]] Status add_missing(std::span<const NewRecord> records, RecordIndex first);

    Path directory_;
    Disk* disk_;
    std::deque<std::unique_ptr<KeyFile>> days_;  // the newest last
    FileHandle file_;                            // of the newest
    std::optional<Error> poison_;
};

// Which keys an erasure destroys.
struct ErasureScope {
    enum class Kind : std::uint8_t { kSystem, kRejects, kAll };  // all: not the site's own
    Kind kind = Kind::kSystem;
    std::string system;  // only with kSystem

    [[nodiscard]] bool covers(OwnerKind owner, std::string_view name) const;
    bool operator==(const ErasureScope&) const = default;
};

// Destroys the keys of whole days before `before`: zeros in their place, durable. Doing it again is
// harmless and completes one that was cut short. Returns how many there were to destroy.
[[nodiscard]] Result<std::uint64_t> destroy_keys(const Path& directory, const ErasureScope& scope,
                                                 Day before, Disk& disk);
// How many that would be.
[[nodiscard]] Result<std::uint64_t> count_keys(const Path& directory, const ErasureScope& scope,
                                               Day before);

// The systems that have keys of days before `before`, each once.
[[nodiscard]] Result<std::vector<std::string>> systems_with_keys(const Path& directory, Day before);

// Checks every byte of the key files. One text a finding: "20260129.keys: offset 64: ...".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> check_key_files(
    const Path& directory);

}  // namespace overlord::ledger
