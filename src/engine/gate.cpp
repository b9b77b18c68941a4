#include "gate.hpp"

#include <sys/resource.h>

#include <cstdio>

#include "overlord/rules/sources.hpp"

namespace overlord::engine {
namespace {

#ifndef OVERLORD_SANITIZED
constexpr rlim_t kMemoryBytes = rlim_t{2} << 30;
#endif

}  // namespace

Gated gate(const std::string& directory, unsigned cpu_seconds, const prolog::Limits& limits,
           Watching watching) {
    Gated gated;
    rules::Sources found = rules::find_rules(directory);
    if (!found.faults.empty()) {
        gated.loaded.emplace().diagnostics = std::move(found.faults);
        return gated;
    }
    const rlimit cpu{cpu_seconds, cpu_seconds + 1};  // SIGXCPU first: it says what it is about
    ::setrlimit(RLIMIT_CPU, &cpu);
#ifndef OVERLORD_SANITIZED
    const rlimit memory{kMemoryBytes, kMemoryBytes};
    ::setrlimit(RLIMIT_AS, &memory);
#endif
    std::string error;
    gated.machine = prolog::Machine::start(limits, error);
    if (!gated.machine) {
        std::fprintf(stderr, "overlord-engine: %s\n", error.c_str());
        return gated;
    }
    if (watching == Watching::kCoverage) gated.machine->cover();
    if (watching == Watching::kStyle) gated.machine->lint();
    gated.loaded = rules::load(*gated.machine, std::move(found.files));
    gated.status = gated.loaded->bundle ? 0 : 1;
    return gated;
}

}  // namespace overlord::engine
