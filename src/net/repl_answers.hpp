// What a REPL session writes: the top level's text, or one JSON object per answer. Counts answers
// and output of a goal against their limits. No sockets here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/net/repl_server.hpp"

namespace overlord::net {

class ReplAnswers {
public:
    explicit ReplAnswers(const ReplOptions& options) : options_(options) {}

    enum class Mode { kText, kJson };
    void set_mode(Mode mode) { mode_ = mode; }
    void begin_goal();

    // Each gives the text to send now.
    [[nodiscard]] std::string prompt() const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] std::string output(std::string_view text);
    void position(const pipeline::ReplPosition& position) { position_ = position; }
    [[nodiscard]] std::string solution(const pipeline::ReplSolution& solution);
    [[nodiscard]] std::string next() const;  // `;` was asked for
    [[nodiscard]] std::string stop();        // no more is wanted
    [[nodiscard]] std::string failed();
    [[nodiscard]] std::string missing(std::string_view reason);
    [[nodiscard]] std::string error(std::string_view message);
    [[nodiscard]] std::string notice(std::string_view text) const;  // the transport's own word

    // Why the goal must be stopped now; empty: it may go on.
    [[nodiscard]] std::string limit_reached() const;

private:
    [[nodiscard]] std::string json(std::string_view members);
    [[nodiscard]] std::string end_of_answer();
    [[nodiscard]] std::string fresh_line();

    const ReplOptions& options_;
    Mode mode_ = Mode::kText;
    std::size_t answers_ = 0;
    std::size_t output_bytes_ = 0;
    bool mid_line_ = false;    // the goal printed something without an LF at its end
    std::optional<pipeline::ReplPosition> position_;  // of the answer under way
    std::string json_output_;  // what it printed, until the next answer
};

}  // namespace overlord::net
