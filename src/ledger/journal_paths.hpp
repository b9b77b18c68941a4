// Where the journal's files are. Private to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"

namespace overlord::ledger {

// "00000007"
[[nodiscard]] std::string segment_name(std::uint32_t segment);
[[nodiscard]] Path segment_path(const Path& journal, std::uint32_t segment);
[[nodiscard]] Path keys_directory(const Path& journal);
[[nodiscard]] Path quarantine_directory(const Path& journal);

// The numbers of the segment files in `journal`, ascending. Code journal.corrupt when one is
// missing between two others.
[[nodiscard]] Result<std::vector<std::uint32_t>> list_segments(const Path& journal);

}  // namespace overlord::ledger
