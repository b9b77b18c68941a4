// overlordctl rules explain: why a control or a goal holds, or which condition comes nearest to it.
// Of a running daemon, or of a file of events and a folder of rules.
#include <iostream>

#include "goal.hpp"
#include "places.hpp"
#include "rules_commands.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {
namespace {

// A quoted Prolog atom of any text.
std::string atom_of(std::string_view text) {
    std::string atom = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') atom += '\\';
        atom += c;
    }
    return atom + "'";
}

std::string control_goal(const std::string& control, const std::string& system) {
    return "control(" + atom_of(control) + ", " + atom_of(system) + ")";
}

// telecoms.uptime, which as a goal would mean nothing.
bool names_control(const std::string& text) {
    return text.find('.') != std::string::npos && text.find_first_of("(), ") == std::string::npos &&
           text.back() != '.';
}

std::string without_dot(std::string goal) {
    while (!goal.empty() && (goal.back() == ' ' || goal.back() == '.')) goal.pop_back();
    return goal;
}

int from_daemon(const Options& options, const std::string& goal) {
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    // One question, so that both halves see one state: the words, then whether it holds.
    const std::string explained = options.json() ? "explain_json((" : "explain((";
    const Result<Answer> answer =
        ask(places->socket, explained + goal + ")), explain((" + goal +
                                "), explanation(_, true, _, _))");
    if (!answer) return fail(options, kUnavailable, answer.error());
    if (!answer->error.empty()) return fail(options, kUsage, {"prolog.error", answer->error});
    if (!answer->unknown.empty()) return fail(options, kNo, {"unknown", answer->unknown});
    std::cout << answer->output;
    return answer->solutions.empty() ? kNo : kYes;
}

int from_events(const Options& options, const std::string& directory, const std::string& goal) {
    std::vector<std::string> words = {"--explain", directory, "--events",
                                      options.value_or("--events", "-")};
    if (const auto at = options.value("--at")) {
        if (!parse_rfc3339(*at))
            return fail(options, kUsage, Error{"usage", "--at " + *at + " is no RFC 3339 time"});
        words.insert(words.end(), {"--at", *at});
    }
    if (options.json()) words.push_back("--json");
    words.insert(words.end(), {"--", goal});
    return run_rules_program(options, "overlord-engine", words, Output::kInherit).exit;
}

}  // namespace

int rules_explain(const Options& options, Operands operands) {
    const bool offline = options.has("--events");
    if (operands.empty() || operands.size() > 2 || (offline && operands.size() != 2))
        return rules_usage(options, "explain");
    if (!offline) {
        if (options.has("--at") || options.has("--system"))
            return fail(options, kUsage,
                        Error{"usage", "--at and --system go with --events FILE"});
        if (operands.size() == 1 && names_control(operands[0]))
            return fail(options, kUsage,
                        Error{"usage", "say of whom: rules explain " + operands[0] + " SYSTEM"});
        return from_daemon(options, operands.size() == 2 ? control_goal(operands[0], operands[1])
                                                         : without_dot(operands[0]));
    }
    const std::optional<std::string> system = options.value("--system");
    if (!system && names_control(operands[1]))
        return fail(options, kUsage,
                    Error{"usage", "say of whom: rules explain " + operands[0] + " " +
                                       operands[1] + " --system NAME --events FILE"});
    return from_events(options, operands[0],
                       system ? control_goal(operands[1], *system) : without_dot(operands[1]));
}

}  // namespace overlord::ctl
