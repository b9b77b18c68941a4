// overlord-engine: the evaluator as a process of its own. Started by overlordd:
//     overlord-engine --fd N --marker-fd M
// or, to try rules:
//     overlord-engine check DIR [--json]
//     overlord-engine --plan DIR --slot-s N
#include <sys/mman.h>

#include <charconv>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "check.hpp"
#include "loop.hpp"
#include "sandbox.hpp"

namespace {

using namespace overlord;

int usage() {
    std::fputs(
        "usage: overlord-engine --fd N [--marker-fd M]\n"
        "       overlord-engine check DIR [--json]\n"
        "       overlord-engine --plan DIR --slot-s N\n",
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

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.size() >= 2 && arguments[0] == "check") {
        const bool json = arguments.size() == 3 && arguments[2] == "--json";
        if (arguments.size() > 2 && !json) return usage();
        return engine::check_rules(arguments[1],
                                   json ? engine::Format::kJson : engine::Format::kText);
    }
    if (arguments.size() == 4 && arguments[0] == "--plan" && arguments[2] == "--slot-s") {
        const DurationNs slot = number(arguments[3]) * kSecondNs;
        if (slot <= 0 || slot > kDayNs) return usage();
        return engine::print_plan(arguments[1], slot);
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
