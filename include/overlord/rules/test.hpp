// Tests of packs: NAME.plt beside NAME.pl, in plunit's form, on evidence that each test gives
// itself or feeds to an evaluator. docs/rules/testing.md describes them. Uses the machine's thread.
#pragma once

#include <string>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"
#include "overlord/rules/sources.hpp"

namespace overlord::rules {

struct TestRun {
    std::vector<prolog::Diagnostic> diagnostics;  // of the test files
    std::vector<prolog::TestResult> tests;
    std::vector<std::string> uncovered;  // "telecoms.uptime: no test exactly at the limit"
    std::size_t passed = 0;
    std::size_t packs = 0;
    std::size_t controls = 0;
    std::size_t controls_tested = 0;  // with all the tests that they need
    bool partly = false;              // only the tests that were asked for were run

    // No failure, no diagnostic, at least one test, every control covered.
    [[nodiscard]] bool good() const;
};

// The *.plt files of a directory; a pack without one is no fault here, but leaves its controls
// uncovered.
[[nodiscard]] Sources find_tests(const std::string& directory);

// `machine` has loaded `bundle`. Each control needs a passing test that it is met, one that it is
// violated, one with evidence missing and, where its limit is known, one exactly at the limit.
[[nodiscard]] TestRun run_tests(prolog::Machine& machine, const Bundle& bundle,
                                const std::vector<prolog::SourceFile>& tests,
                                const prolog::TestPlan& plan = {});

// One line for each failure with file and line, then the count.
[[nodiscard]] std::string to_text(const TestRun& run);
// "72 controls in 14 packs, all with tests"
[[nodiscard]] std::string extent(const TestRun& run);

}  // namespace overlord::rules
