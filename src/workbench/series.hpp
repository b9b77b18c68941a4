// The shorthand of series: "0.1x5 0.7x3 _ 0.2" is five times 0.1, three times 0.7, a step without
// an event, then 0.2; "1+2x4" is 1 3 5 7. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/number.hpp"
#include "overlord/base/result.hpp"

namespace overlord::workbench {

// A value as it is written, or what counting up gave; empty: no event.
using SeriesValue = std::optional<std::string>;

// Code: feed.series, with the word that cannot be read. At most `most` values.
[[nodiscard]] Result<std::vector<SeriesValue>> parse_series(std::string_view text,
                                                            std::size_t most);

}  // namespace overlord::workbench
