// overlordctl query GOAL: all solutions, at most 100.
#include <iostream>

#include "command.hpp"
#include "goal.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

// "X = 1, Y = 2", or "true" where nothing is left to bind.
std::string solution_text(const Json& bindings) {
    std::string text;
    for (const auto& binding : bindings.items()) {
        if (!text.empty()) text += ",\n";
        text += binding.key() + " = " + value_text(binding.value());
    }
    return text.empty() ? "true" : text;
}

Json answer_json(const Answer& answer) {
    Json json;
    json["solutions"] = Json::array();
    for (const Json& solution : answer.solutions) json["solutions"].push_back(solution);
    json["complete"] = answer.complete;
    if (!answer.output.empty()) json["output"] = answer.output;
    if (!answer.unknown.empty()) json["unknown"] = answer.unknown;
    if (!answer.error.empty())
        json["error"] = {{"code", "prolog.error"}, {"message", answer.error}};
    return json;
}

void print_answer(const Answer& answer) {
    std::cout << answer.output;
    for (const Json& solution : answer.solutions) {
        std::cout << solution_text(solution) << (&solution == &answer.solutions.back() ? "" : " ;")
                  << "\n";
    }
    if (!answer.complete) {
        std::cerr << "overlordctl: there are more than " << kSolutionsMax << " solutions\n";
    }
    if (!answer.unknown.empty()) std::cerr << "% unknown: " << answer.unknown << "\n";
    if (answer.error.empty() && answer.solutions.empty()) std::cout << "false\n";
    if (!answer.error.empty()) std::cerr << "overlordctl: " << answer.error << "\n";
}

}  // namespace

int run_query(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage, Error{"usage", "query needs one GOAL, quoted for the shell"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<Answer> answer = ask(places->socket, options.operands().front());
    if (!answer) {
        const bool mistake = answer.error().code == "usage";
        return fail(options, mistake ? kUsage : kUnavailable, answer.error());
    }
    if (options.json()) {
        std::cout << answer_json(*answer).dump() << "\n";
    } else {
        print_answer(*answer);
    }
    if (!answer->error.empty()) return kUsage;
    return answer->solutions.empty() ? kNo : kYes;
}

}  // namespace overlord::ctl
