#include "repl_answers.hpp"

#include <utility>

#include "json_text.hpp"

namespace overlord::net {
namespace {

constexpr std::string_view kHelp =
    "% A goal ends with a dot and may span lines. After a solution: `;` for the next one,\n"
    "% Enter or `.` to stop.\n"
    "%   zk_overlords_compliant(System, Proof).    is it compliant? with a proof\n"
    "%   why(System, Why).                         what fails or is unknown, and the evidence\n"
    "%   explain(Goal).                            how it holds, or by how much it fails\n"
    "%   verify_zkproof(Proof, Result).            verifies it over all of the log\n"
    "%   waiver(Control, System, Owner, Reason, FromNs, UntilNs).\n"
    "%                                             who answers for what is not met, till when\n"
    "%   measured(System, Measure, Value).         the measures behind the controls\n"
    "%   event(Index, System, TimeNs, Event).      the events that are retained\n"
    "%   halt.      ends the session\n"
    "%   :json      one JSON object per answer     :text   back\n";

// Lines of a Prolog message carry their severity already or get one.
std::string as_error_lines(std::string_view message) {
    std::string text;
    while (!message.empty()) {
        const std::size_t end = message.find('\n');
        const std::string_view line = message.substr(0, end);
        const bool marked =
            line.starts_with("ERROR") || line.starts_with("Warning") || line.starts_with('%');
        text += marked ? "" : "ERROR: ";
        text += line;
        text += '\n';
        message.remove_prefix(end == message.npos ? message.size() : end + 1);
    }
    return text;
}

std::string to_text(const pipeline::ReplPosition& position) {
    std::string text = "durable record " + std::to_string(position.record);
    text += position.published_size
                ? ", published size " + std::to_string(*position.published_size)
                : ", not published yet";
    text += position.witnessed_size
                ? ", witnessed size " + std::to_string(*position.witnessed_size)
                : ", not witnessed";
    return text;
}

std::string to_json(const pipeline::ReplPosition& position) {
    const auto size = [](const std::optional<std::uint64_t>& known) {
        return known ? std::to_string(*known) : std::string("null");
    };
    return ",\"durable_record\":" + std::to_string(position.record) +
           ",\"published_size\":" + size(position.published_size) +
           ",\"witnessed_size\":" + size(position.witnessed_size);
}

}  // namespace

void ReplAnswers::begin_goal() {
    answers_ = 0;
    output_bytes_ = 0;
    mid_line_ = false;
    position_.reset();
    json_output_.clear();
}

std::string ReplAnswers::prompt() const {
    return mode_ == Mode::kText ? "?- " : "";
}

std::string ReplAnswers::help() const {
    if (mode_ == Mode::kText) return std::string(kHelp);
    std::string text = "{\"help\":";
    append_json_string(text, kHelp);
    return text + "}\n";
}

std::string ReplAnswers::output(std::string_view text) {
    output_bytes_ += text.size();
    if (mode_ == Mode::kJson) {
        json_output_ += text;
        return {};
    }
    if (!text.empty()) mid_line_ = text.back() != '\n';
    return std::string(text);
}

std::string ReplAnswers::solution(const pipeline::ReplSolution& solution) {
    ++answers_;
    output_bytes_ += solution.text.size();
    if (mode_ == Mode::kJson) {
        return json("\"result\":true,\"bindings\":" + solution.bindings +
                    ",\"more\":" + (solution.more ? "true" : "false"));
    }
    return fresh_line() + solution.text + (solution.more ? " " : "." + end_of_answer());
}

std::string ReplAnswers::next() const {
    return mode_ == Mode::kText ? ";\n" : "";
}

std::string ReplAnswers::stop() {
    return mode_ == Mode::kText ? "." + end_of_answer() : "";
}

std::string ReplAnswers::failed() {
    return mode_ == Mode::kText ? fresh_line() + "false." + end_of_answer()
                                : json("\"result\":false");
}

std::string ReplAnswers::missing(std::string_view reason) {
    if (mode_ == Mode::kText) {
        return fresh_line() + "% unknown: " + std::string(reason) + "\nfalse." + end_of_answer();
    }
    std::string members = "\"result\":false,\"unknown\":";
    append_json_string(members, reason);
    return json(members);
}

std::string ReplAnswers::error(std::string_view message) {
    if (mode_ == Mode::kText) return fresh_line() + as_error_lines(message);
    std::string members = "\"result\":\"error\",\"error\":";
    append_json_string(members, message);
    return json(members);
}

std::string ReplAnswers::notice(std::string_view text) const {
    if (mode_ == Mode::kText) return "% " + std::string(text) + "\n";
    std::string line = "{\"result\":\"error\",\"error\":";
    append_json_string(line, text);
    return line + "}\n";
}

std::string ReplAnswers::limit_reached() const {
    if (output_bytes_ > options_.output_bytes_max) {
        return "more output than " + std::to_string(options_.output_bytes_max) +
               " bytes: the goal is stopped";
    }
    if (answers_ >= options_.answers_max) {
        return std::to_string(options_.answers_max) + " answers, the limit: the goal is stopped";
    }
    return {};
}

std::string ReplAnswers::json(std::string_view members) {
    std::string line = "{" + std::string(members);
    if (position_) line += to_json(*position_);
    if (!json_output_.empty()) {
        line += ",\"output\":";
        append_json_string(line, std::exchange(json_output_, {}));
    }
    return line + "}\n";
}

// The position stands below the answer, whose own text stays what Prolog prints.
std::string ReplAnswers::end_of_answer() {
    if (!position_) return "\n\n";
    return "\n% " + to_text(*std::exchange(position_, {})) + "\n\n";
}

// An answer starts on a line of its own, whatever the goal printed.
std::string ReplAnswers::fresh_line() {
    return std::exchange(mid_line_, false) ? "\n" : "";
}

}  // namespace overlord::net
