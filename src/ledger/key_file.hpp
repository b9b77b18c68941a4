// One day's keys as a file (docs/formats/journal.md), whole in memory. Private to the module.
//
//   header  64 bytes: "ZKOKEYS1", version, day, first id, 0, first record, zeros, CRC
//   entry   56 bytes: CRC over all but the key, id, owner kind, 0, length of the name, 12 bytes of
//           SHA-256("zko/key-check/v1" || K), K; then the name and zeros up to a multiple of 8
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::ledger {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kKeyHeaderBytes = 64;
inline constexpr std::size_t kKeyEntryBytes = 56;  // without the name
inline constexpr std::size_t kKeyOffset = 24;      // of K in an entry

struct KeyFileHeader {
    Day day = 0;
    KeyId first = 0;
    RecordIndex first_record;
};

class KeyFile {
public:
    struct Entry {
        std::uint64_t offset = 0;
        OwnerKind kind = OwnerKind::kSite;
        std::string name;
        enum class State : std::uint8_t { kLive, kErased, kDamaged } state = State::kLive;
    };

    explicit KeyFile(const KeyFileHeader& header) : header_(header) {}
    // Stops in front of the first entry that does not check; stopped_by() says why, and is empty
    // where only zeros follow. Codes io.*,
    // key.damaged for the header.
    [[nodiscard]] static Result<std::unique_ptr<KeyFile>> read(const Path& path);

    [[nodiscard]] const KeyFileHeader& header() const { return header_; }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] std::uint64_t end() const { return end_; }         // of the last good entry
    [[nodiscard]] std::uint64_t file_bytes() const { return bytes_; }
    void set_file_bytes(std::uint64_t bytes) { bytes_ = bytes; }
    [[nodiscard]] const std::string& stopped_by() const { return stopped_by_; }

    [[nodiscard]] bool holds(KeyId id) const {
        return id >= header_.first && id - header_.first < entries_.size();
    }
    [[nodiscard]] const Entry& entry(KeyId id) const { return entries_[id - header_.first]; }
    [[nodiscard]] RecordKey key(KeyId id) const;
    // Of a live key.
    [[nodiscard]] std::optional<KeyId> find(const Owner& owner) const;

    // Makes a key, here and as bytes for the file.
    KeyId add(const Owner& owner, Bytes& out);

private:
    struct OwnerHash {
        using is_transparent = void;
        std::size_t operator()(const Owner& owner) const {
            return std::hash<std::string_view>()(owner.name) * 31 +
                   static_cast<std::size_t>(owner.kind);
        }
    };
    struct OwnerEqual {
        using is_transparent = void;
        bool operator()(const Owner& a, const Owner& b) const {
            return a.kind == b.kind && a.name == b.name;
        }
    };
    static constexpr std::size_t kKeysPerChunk = 512;
    static constexpr std::size_t kSlotBytes = 2 * kKeyBytes;  // K, cipher key

    void keep(ByteView secret);
    [[nodiscard]] std::string take_entry(ByteView bytes, std::size_t at);

    KeyFileHeader header_;
    std::vector<Entry> entries_;
    std::vector<crypto::Secret> chunks_;
    std::vector<std::unique_ptr<std::string>> names_;  // what the map's keys point into
    std::unordered_map<Owner, KeyId, OwnerHash, OwnerEqual> by_owner_;
    std::uint64_t end_ = kKeyHeaderBytes;
    std::uint64_t bytes_ = 0;
    std::string stopped_by_;
};

// Files are written with zeros in steps of this, so that most new keys change no metadata.
inline constexpr std::size_t kKeyFileStep = 16u << 10;

[[nodiscard]] std::string key_file_name(Day day);  // "20260129.keys"
[[nodiscard]] Bytes encode_key_header(const KeyFileHeader& header);
[[nodiscard]] Result<KeyFileHeader> decode_key_header(ByteView bytes, const Path& path);
// Names of the key files in a directory, oldest first; none where it does not exist.
[[nodiscard]] Result<std::vector<std::string>> list_key_files(const Path& directory);

}  // namespace overlord::ledger
