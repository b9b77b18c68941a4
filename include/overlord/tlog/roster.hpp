// The roster: which keys a log has, or had, for one purpose, where their private halves are, and
// whether the log says so. It is the signer's for the log's keys and the daemon's for those of its
// attestations; a change is durable here first, then an entry of kind `key` in the log, so that a
// crash between the two is completed by the next start (docs/formats/log.md).
//
//   zk-overlords/keys/v1
//   active logged 0 file:log.key NAME+ID+KEY
//   crc32c 01234567
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog {

inline constexpr std::size_t kRosterKeysMax = 64;

enum class KeyState {
    kActive,    // signs
    kRetiring,  // signs too, until it is retired
    kRetired,   // signed once; what it signed stays valid
};
[[nodiscard]] std::string_view to_text(KeyState state);

struct RosterKey {
    VerifierKey key;
    std::string source;  // "file:log.key", "pkcs11:LABEL": no white space
    KeyState state = KeyState::kActive;
    bool logged = false;      // the log has an entry of this state
    std::uint64_t until = 0;  // POSIX seconds when a retiring key is retired; 0: when told to
    bool operator==(const RosterKey&) const = default;
    [[nodiscard]] bool signs() const { return state != KeyState::kRetired; }
};

struct Roster {
    std::vector<RosterKey> keys;  // the oldest first

    [[nodiscard]] RosterKey* find(const VerifierKey& key);
    [[nodiscard]] std::vector<VerifierKey> signing() const;  // the newest active one first
    [[nodiscard]] std::vector<VerifierKey> all() const;
    [[nodiscard]] std::vector<RosterKey> due() const;        // those that are not logged
    [[nodiscard]] const RosterKey* newest_active() const;

    // `key` becomes active; those that were become retiring until `until`, if they do not stay.
    // Codes: keys.known (it is there already), keys.many.
    enum class Others { kRetire, kStay };
    [[nodiscard]] Status add(const VerifierKey& key, std::string source, Others others,
                             std::uint64_t until);
    // Codes: keys.unknown, keys.last (no other key would be active).
    [[nodiscard]] Status retire(const VerifierKey& key);
    bool operator==(const Roster&) const = default;
};

// All keys have one name, at least one is active. Codes: io.*, keys.damaged.
[[nodiscard]] Result<Roster> read_roster(const Path& file);
[[nodiscard]] Status write_roster(const Path& file, const Roster& roster);
[[nodiscard]] std::string format_roster(const Roster& roster);
[[nodiscard]] Result<Roster> parse_roster(std::string_view text);

}  // namespace overlord::tlog
