// overlord-engine: the evaluator as a process of its own. Started by overlordd:
//     overlord-engine --fd N --marker-fd M
// or, to try rules:
//     overlord-engine check DIR [--json] [--at TIME]
//     overlord-engine test DIR [-r REGEX] [-v] [--format text|json|junit] [--threshold PERCENT]
//     overlord-engine lint DIR [--format F] [--severity LEVEL]
//     overlord-engine --plan DIR --slot-s N
//     overlord-engine --contributions DIR --slot-s N FILE
//     overlord-engine --catalogue DIR [--json]
//     overlord-engine --gate --fd N
//     overlord-engine --explain DIR --events FILE [--at TIME] [--json] -- GOAL
#include <sys/mman.h>

#include <charconv>
#include <cstdio>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "contributions.hpp"
#include "explain.hpp"
#include "gate_server.hpp"
#include "lint.hpp"
#include "loop.hpp"
#include "sandbox.hpp"
#include "test.hpp"

namespace {

using namespace overlord;

int usage() {
    std::fputs(
        "usage: overlord-engine --fd N [--marker-fd M]\n"
        "       overlord-engine check DIR [--json] [--at TIME]\n"
        "       overlord-engine test DIR [-r REGEX] [-v] [--format F] [--threshold PERCENT]\n"
        "       overlord-engine lint DIR [--format F] [--severity LEVEL]\n"
        "       overlord-engine --plan DIR --slot-s N\n"
        "       overlord-engine --contributions DIR --slot-s N FILE\n"
        "       overlord-engine --catalogue DIR [--json]\n"
        "       overlord-engine --gate --fd N\n"
        "       overlord-engine --explain DIR --events FILE [--at TIME] [--json] -- GOAL\n",
        stderr);
    return 2;
}

int number(const std::string& text) {
    int value = -1;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end ? value : -1;
}

// Null when there is no marker or it cannot be mapped: a crash then cannot be blamed on an event.
evaluate::Marker* map_marker(int descriptor) {
    if (descriptor < 0) return nullptr;
    const FileHandle file(descriptor);
    void* at = ::mmap(nullptr, sizeof(evaluate::Marker), PROT_READ | PROT_WRITE, MAP_SHARED,
                      descriptor, 0);
    if (at == MAP_FAILED) {
        std::fputs("overlord-engine: the crash marker cannot be mapped\n", stderr);
        return nullptr;
    }
    return new (at) evaluate::Marker();
}

int serve(int channel, int marker) {
    engine::guard_process();
    return engine::run_loop(engine::Channel(FileHandle(channel)), map_marker(marker));
}

int explain(const std::vector<std::string>& arguments) {
    engine::Explaining what;
    if (arguments.size() < 4) return usage();
    what.directory = arguments[1];
    std::size_t at = 2;
    for (; at < arguments.size() && arguments[at] != "--"; ++at) {
        const bool valued = at + 1 < arguments.size();
        if (arguments[at] == "--json") {
            what.json = true;
        } else if (arguments[at] == "--events" && valued) {
            what.events = arguments[++at];
        } else if (arguments[at] == "--at" && valued) {
            const auto time = parse_rfc3339(arguments[++at]);
            if (!time) return usage();
            what.at = *time;
        } else {
            return usage();
        }
    }
    if (at + 2 != arguments.size() || what.events.empty()) return usage();
    what.goal = arguments[at + 1];
    return engine::explain_goal(what);
}

int check(const std::vector<std::string>& words) {
    engine::Format format = engine::Format::kText;
    std::optional<TimeNs> at;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "--json") {
            format = engine::Format::kJson;
        } else if (words[i] == "--at" && i + 1 < words.size()) {
            const Result<TimeNs> time = parse_rfc3339(words[++i]);
            if (!time) {
                std::fprintf(stderr, "overlord-engine: --at: %s\n", time.error().message.c_str());
                return 2;
            }
            at = *time;
        } else {
            return usage();
        }
    }
    return engine::check_rules(words[0], format, at);
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.size() >= 2 && arguments[0] == "check") {
        return check({arguments.begin() + 1, arguments.end()});
    }
    if (arguments.size() >= 2 && arguments[0] == "test")
        return engine::test_rules({arguments.begin() + 1, arguments.end()});
    if (arguments.size() >= 2 && arguments[0] == "lint")
        return engine::lint_rules({arguments.begin() + 1, arguments.end()});
    if (arguments.size() == 4 && arguments[0] == "--plan" && arguments[2] == "--slot-s") {
        const DurationNs slot = number(arguments[3]) * kSecondNs;
        if (slot <= 0 || slot > kDayNs) return usage();
        return engine::print_plan(arguments[1], slot);
    }
    if (arguments.size() == 5 && arguments[0] == "--contributions" && arguments[2] == "--slot-s") {
        const DurationNs slot = number(arguments[3]) * kSecondNs;
        if (slot <= 0 || slot > kDayNs) return usage();
        return engine::print_contributions(arguments[1], slot, arguments[4]);
    }
    const bool json = arguments.size() == 3 && arguments[2] == "--json";
    if (!arguments.empty() && arguments[0] == "--catalogue" && (arguments.size() == 2 || json))
        return engine::print_catalogue(arguments[1],
                                       json ? engine::Format::kJson : engine::Format::kText);
    if (!arguments.empty() && arguments[0] == "--explain") return explain(arguments);
    if (arguments.size() == 3 && arguments[0] == "--gate" && arguments[1] == "--fd") {
        const int descriptor = number(arguments[2]);
        if (descriptor < 0) return usage();
        return engine::serve_gate(engine::Channel(FileHandle(descriptor)));
    }
    int channel = -1;
    int marker = -1;
    for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
        if (arguments[i] == "--fd") channel = number(arguments[i + 1]);
        if (arguments[i] == "--marker-fd") marker = number(arguments[i + 1]);
    }
    if (channel < 0 || arguments.size() % 2 != 0) return usage();
    return serve(channel, marker);
}
