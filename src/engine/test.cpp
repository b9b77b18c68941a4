#include "test.hpp"

#include <algorithm>
#include <cstdio>

#include "gate.hpp"
#include "overlord/rules/test.hpp"
#include "overlord/workbench/feed.hpp"

namespace overlord::engine {
namespace {

constexpr unsigned kCpuSeconds = 300;  // a rule that never ends is stopped by its own limit

// As the daemon chooses: rules that look at single events see them at once.
evaluate::Facts facts_of(const rules::Loaded& loaded) {
    const bool retained =
        std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                    [](const auto& one) { return one.code == "rules.retained"; });
    return retained ? evaluate::Facts::kAlways : evaluate::Facts::kOnQuery;
}

}  // namespace

int test_rules(const std::string& directory) {
    const auto tests = rules::read_tests(directory);
    if (!tests) {
        std::fprintf(stderr, "overlord-engine: %s\n", tests.error().message.c_str());
        return 2;
    }
    const Gated gated = gate(directory, kCpuSeconds);
    if (!gated.loaded) return gated.status;
    for (const prolog::Diagnostic& diagnostic : gated.loaded->diagnostics)
        std::puts(rules::to_text(diagnostic).c_str());
    if (!gated.loaded->bundle) return 2;
    const rules::Bundle& bundle = *gated.loaded->bundle;
    workbench::Feed feed(*gated.machine, bundle, facts_of(*gated.loaded));
    const rules::TestRun run = rules::run_tests(*gated.machine, bundle, *tests, {&feed, {}});
    std::fputs(rules::to_text(run).c_str(), stdout);
    return run.good() ? 0 : 1;
}

}  // namespace overlord::engine
