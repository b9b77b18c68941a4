// What is right in a bundle and could be better, and the forms in which it is told. Pure functions,
// any thread. docs/rules/codes.md has the codes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/rules/bundle.hpp"

namespace overlord::workbench {

// The findings that need the whole bundle and its tests; those of the text are the gate's
// (Machine::lint).
[[nodiscard]] std::vector<prolog::Diagnostic> lint_bundle(
    const rules::Bundle& bundle, const std::vector<prolog::SourceFile>& tests);

enum class Severity : std::uint8_t { kInfo, kWarning, kError };
[[nodiscard]] std::optional<Severity> severity_of(std::string_view name);

// Those from `least` on, sorted by file and place.
[[nodiscard]] std::vector<prolog::Diagnostic> findings_from(
    std::vector<prolog::Diagnostic> findings, Severity least);

enum class LintFormat : std::uint8_t { kText, kJson, kSarif, kGithub, kJunit };
[[nodiscard]] std::optional<LintFormat> lint_format(std::string_view name);

// `directory` stands before the names of files, so that who reads it finds them.
[[nodiscard]] std::string lint_report(const std::vector<prolog::Diagnostic>& findings,
                                      const std::string& directory, LintFormat format);

}  // namespace overlord::workbench
