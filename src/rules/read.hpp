// Rule and test files of a directory.
#pragma once

#include <string>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/prolog/machine.hpp"

namespace overlord::rules {

// The files whose names end in `suffix`, sorted by name; none is no error.
[[nodiscard]] Result<std::vector<prolog::SourceFile>> read_sources(const std::string& directory,
                                                                   std::string_view suffix);

}  // namespace overlord::rules
