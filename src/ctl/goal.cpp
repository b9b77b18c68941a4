#include "goal.hpp"

#include "command.hpp"
#include "stream.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The daemon prompts until it has read `:json`, so its first line may begin with prompts.
std::string_view without_prompts(std::string_view line) {
    constexpr std::string_view kPrompt = "?- ";
    while (line.starts_with(kPrompt)) line.remove_prefix(kPrompt.size());
    return line;
}

std::string text_member(const Json& json, const char* name) {
    const auto member = json.find(name);
    return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}

// The next JSON object of the session.
Result<Json> read_object(Stream& stream) {
    std::string notice;  // why the daemon does not take the goal, say
    while (true) {
        const Result<std::optional<std::string>> line = stream.read_line();
        if (!line) return line.error();
        if (!line->has_value()) {
            return Error{"repl.unavailable",
                         "the daemon ended the session" + (notice.empty() ? "" : ": " + notice),
                         ErrorClass::kRetry};
        }
        const std::string_view text = trimmed(without_prompts(**line));
        if (text.empty()) continue;
        Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
        if (json.is_object() && json.contains("result")) return json;
        if (text.front() == '{') {
            return Error{"repl.protocol", "the daemon answered " + std::string(text)};
        }
        notice = text;
    }
}

// Prolog's messages carry the severity that the caller tells anyway.
std::string without_severity(std::string message) {
    constexpr std::string_view kSeverity = "ERROR: ";
    return message.starts_with(kSeverity) ? message.substr(kSeverity.size()) : message;
}

// True where another solution has to be asked for.
bool take(const Json& json, Answer& answer) {
    answer.output += text_member(json, "output");
    const Json& result = json.at("result");
    if (result == true) {
        answer.solutions.push_back(json.value("bindings", Json::object()));
        return json.value("more", false);
    }
    answer.unknown = text_member(json, "unknown");
    if (result == "error") {
        answer.error = without_severity(text_member(json, "error"));
        if (answer.error.empty()) answer.error = "the goal raised an error";
    }
    return false;
}

}  // namespace

Result<Answer> ask(const Path& socket, std::string_view goal) {
    goal = trimmed(goal);
    if (goal.empty() || goal.front() == ':' || goal.front() == ';') {
        return Error{"usage", "\"" + std::string(goal) + "\" is no Prolog goal"};
    }
    Result<Stream> stream = Stream::connect(socket);
    if (!stream) {
        return Error{stream.error().code, stream.error().message + std::string(kLookAtStatus),
                     stream.error().kind};
    }
    const std::string text = std::string(goal) + (goal.ends_with('.') ? "\n" : " .\n");
    if (Status sent = stream->send(":json\n" + text); !sent) return sent.error();
    Answer answer;
    while (true) {
        const Result<Json> json = read_object(*stream);
        if (!json) return json.error();
        if (!take(*json, answer)) break;
        answer.complete = answer.solutions.size() < kSolutionsMax;
        if (Status sent = stream->send(answer.complete ? ";\n" : ".\n"); !sent) return sent.error();
        if (!answer.complete) break;
    }
    return answer;
}

}  // namespace overlord::ctl
