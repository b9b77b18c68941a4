// Cuts what a REPL client sends into goals and lines. Knows just enough Prolog to find a term's
// end: a dot that is no part of a symbol atom, followed by white space, `%` or the end of the
// input, outside quotes, 0'c literals and comments. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overlord::net {

// More than one goal's text is not typed by a person, and a program can define a predicate in a
// rule pack.
inline constexpr std::size_t kGoalBytesMax = 64 * 1024;

class GoalReader {
public:
    void feed(std::string_view bytes) { input_.append(bytes); }
    void end() { ended_ = true; }  // no more input will come

    // The next goal without its end dot, comments and white space around it stripped; nothing while
    // it is not complete. A line that starts with ':' and a letter where a goal is expected is
    // given as it is (":json"). At the end of the input the rest counts as a goal, if there is any.
    [[nodiscard]] std::optional<std::string> next_goal();

    // The next line without its LF and white space around it; the rest of the line that the last
    // goal ended on does not count.
    [[nodiscard]] std::optional<std::string> next_line();

    // Puts a line back in front, so that next_goal() starts with it.
    void unread_line(std::string_view line);

    [[nodiscard]] bool too_long() const { return input_.size() > kGoalBytesMax; }
    [[nodiscard]] bool finished() const { return ended_ && input_.empty(); }
    [[nodiscard]] std::size_t buffered() const { return input_.size(); }

private:
    bool drop_rest_of_goal_line();

    std::string input_;
    bool after_goal_ = false;
    bool ended_ = false;
};

}  // namespace overlord::net
