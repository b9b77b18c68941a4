// Asks the daemon one goal and collects its solutions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

inline constexpr std::size_t kSolutionsMax = 100;

struct Answer {
    std::vector<nlohmann::ordered_json> solutions;  // {"X":1}; an empty object where all is bound
    std::string output;                             // what the goal printed
    std::string unknown;                            // why it is unknown, empty where it is not
    std::string error;                              // a Prolog error's message
    bool complete = true;                           // false: there are more than kSolutionsMax
};

// `goal` with or without its end dot. Codes: those of Stream, repl.protocol, and `usage` for what
// is no goal: an empty text, or a command of the session such as ":text" or "halt".
[[nodiscard]] Result<Answer> ask(const Path& socket, std::string_view goal);

}  // namespace overlord::ctl
