// The guard file: the last head that was signed or was about to be. Text, so that an operator can
// read it; see docs/formats/log.md.
#pragma once

#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::tlog {

struct Guard {
    std::string origin;
    TreeHead head;
};

[[nodiscard]] std::string format_guard(const Guard& guard);
[[nodiscard]] Result<Guard> parse_guard(std::string_view text);  // code signer.guard_damaged

[[nodiscard]] Result<Guard> read_guard(const Path& file);  // also io.*
[[nodiscard]] Status write_guard(const Path& file, const Guard& guard);

}  // namespace overlord::tlog
