// Rule and test files of a directory.
#pragma once

#include <string>
#include <string_view>

#include "overlord/rules/sources.hpp"

namespace overlord::rules {

// The files whose names end in `suffix`, sorted by name; none is no fault.
[[nodiscard]] Sources find_sources(const std::string& directory, std::string_view suffix);

}  // namespace overlord::rules
