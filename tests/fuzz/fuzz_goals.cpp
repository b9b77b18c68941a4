// The REPL's goal reader on arbitrary bytes: the same goals however the input is cut, every goal
// found within the input, and an end.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/assert.hpp"
#include "overlord/net/goal_reader.hpp"

namespace {

using overlord::net::GoalReader;

std::vector<std::string> goals(std::string_view text, std::size_t chunk_bytes) {
    GoalReader reader;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at += chunk_bytes) {
        reader.feed(text.substr(at, chunk_bytes));
        while (auto goal = reader.next_goal()) found.push_back(*goal);
    }
    reader.end();
    while (auto goal = reader.next_goal()) found.push_back(*goal);
    OVERLORD_ASSERT(reader.finished());
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::vector<std::string> whole = goals(text, size + 1);
    OVERLORD_ASSERT(goals(text, 1 + size % 7) == whole);
    for (const std::string& goal : whole) {
        OVERLORD_ASSERT(text.find(goal) != text.npos);
    }
    // Choices between goals, as after each solution.
    GoalReader reader;
    reader.feed(text);
    reader.end();
    for (std::size_t steps = 0; !reader.finished(); ++steps) {
        OVERLORD_ASSERT(steps <= 2 * size + 2);
        if (auto line = reader.next_line(); line && steps % 3 == 0) reader.unread_line(*line);
        (void)reader.next_goal();
    }
    return 0;
}
