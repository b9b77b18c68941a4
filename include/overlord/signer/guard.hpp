// The guard: the last head that was signed or was about to be, in a file of the signer's own. What
// it says is what keeps a log from being forked, so it must be neither older than the log nor that
// of another copy of it (docs/formats/log.md).
//
//   zk-overlords/guard/v2
//   origin log.example/one
//   size 3
//   root lPvQ3YNvUDAWkubQ6t5yjuGexSv/8WBu2AfIV11aqhk=
//   epoch 7
//   adopted 0
//   machine 5d41...
//   crc32c 3c3b76b9
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::signer {

struct Guard {
    std::string origin;
    tlog::TreeHead head;
    std::uint64_t epoch = 0;    // starts of the signer so far; 0: of the version before
    std::uint64_t adopted = 0;  // the epoch at which an operator vouched for this guard; 0: never
    Hash machine{};             // where the log lives; zero: of the version before
    bool operator==(const Guard&) const = default;
};

[[nodiscard]] std::string format_guard(const Guard& guard);
// Versions 1 and 2. Code: signer.guard_damaged.
[[nodiscard]] Result<Guard> parse_guard(std::string_view text);
[[nodiscard]] Result<Guard> read_guard(const Path& file);
[[nodiscard]] Status write_guard(const Path& file, const Guard& guard);

// What the place of a state directory is known by: this system's id (machine-id(5)) and the number
// of the directory's inode. Copies of the files have another inode, also on this machine; a disk
// that moves to another machine has another id. A snapshot of a whole machine has the same: only a
// witness tells those apart. Codes: io.*
[[nodiscard]] Result<Hash> place_of(const Path& directory,
                                    const Path& machine_id = "/etc/machine-id");

}  // namespace overlord::signer
