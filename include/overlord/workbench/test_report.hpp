// What a run of tests says, for people and for the programs that read it. Pure functions, any
// thread. docs/rules/testing.md describes the forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "overlord/rules/test.hpp"
#include "overlord/workbench/coverage.hpp"

namespace overlord::workbench {

enum class ReportFormat : std::uint8_t { kText, kJson, kJunit };
[[nodiscard]] std::optional<ReportFormat> report_format(std::string_view name);

struct RunOptions {
    bool verbose = false;             // text: also what passed, and each clause
    std::optional<Number> threshold;  // percent of coverage
};

// 0: all is good; 1: a test failed, one is missing, or coverage is below the threshold; 2: a test
// file is broken.
[[nodiscard]] int exit_code(const rules::TestRun& run, const Coverage& coverage,
                            const RunOptions& options);

[[nodiscard]] std::string report(const rules::TestRun& run, const Coverage& coverage,
                                 const RunOptions& options, ReportFormat format);

}  // namespace overlord::workbench
