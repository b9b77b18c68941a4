// overlord-rules-test DIR: loads the packs of DIR through the gate and runs their tests. Exit
// status 0 when all is good, 1 when not, 2 when the packs cannot be read.
#include <cstdio>

#include "overlord/rules/bundle.hpp"
#include "overlord/rules/test.hpp"

namespace {

int fail(const std::string& message) {
    std::fprintf(stderr, "overlord-rules-test: %s\n", message.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace overlord;
    if (argc != 2) return fail("usage: overlord-rules-test DIR");
    const auto packs = rules::read_rules(argv[1]);
    if (!packs) return fail(packs.error().message);
    const auto tests = rules::read_tests(argv[1]);
    if (!tests) return fail(tests.error().message);

    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    if (!machine) return fail(error);
    const rules::Loaded loaded = rules::load(*machine, packs.value());
    for (const prolog::Diagnostic& diagnostic : loaded.diagnostics)
        std::printf("%s\n", rules::to_text(diagnostic).c_str());
    if (!loaded.bundle) return 1;
    const rules::TestRun run = rules::run_tests(*machine, *loaded.bundle, tests.value());
    std::fputs(rules::to_text(run).c_str(), stdout);
    return run.good() ? 0 : 1;
}
