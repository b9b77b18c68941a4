// The keys a verifier trusts, from the command line; and those of a state directory of our own.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::ctl {

using Keys = std::vector<tlog::VerifierKey>;

// Each value is a verifier key (NAME+HEXID+BASE64) or a file with one key a line; empty lines and
// lines that begin with # are skipped. Code: usage, naming the value or the file's line.
[[nodiscard]] Result<Keys> read_keys(std::span<const std::string> values);

struct OwnKey {
    Path file;
    tlog::VerifierKey key;
    std::string role;    // "log" or "attestation", empty: no roster has it
    std::string state;   // "active", "retiring", "retired"
    std::string source;  // where its private half is
    std::uint64_t until = 0;  // POSIX seconds when a retiring key is retired; 0: when told to
};

// The keys of the rosters in state_dir/keys/, those that sign first, then the public halves of
// *.key and the keys of *.vkey there that no roster has. What may not be read is left out, unless
// it is all. Codes: keys.none.
[[nodiscard]] Result<std::vector<OwnKey>> own_keys(const Path& state_dir);

// The keys that sign the log: log.vkey, else those of the roster, else the public half of log.key.
// Code: keys.none.
[[nodiscard]] Result<Keys> own_log_keys(const Path& state_dir);

}  // namespace overlord::ctl
