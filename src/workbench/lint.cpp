#include "overlord/workbench/lint.hpp"

#include <algorithm>
#include <tuple>

namespace overlord::workbench {
namespace {

using prolog::Diagnostic;
using prolog::SourceFile;
using Function = rules::Measure::Function;

bool is_word(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whether `word` stands in the text as a whole name.
bool names(const std::string& text, const std::string& word) {
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_word(text[at - 1]);
        if (begins && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
}

bool is_tested(const rules::Control& control, const std::vector<SourceFile>& tests) {
    return std::any_of(tests.begin(), tests.end(), [&](const SourceFile& file) {
        return names(file.text, control.predicate) || names(file.text, control.id);
    });
}

// Times, extremes and sums are of something; counts, shares and truths are not.
bool needs_unit(const rules::Measure& measure) {
    switch (measure.function) {
        case Function::kLast:
        case Function::kSum:
        case Function::kMean:
        case Function::kMin:
        case Function::kMax:
            return measure.unit.empty();
        default:
            return false;
    }
}

Diagnostic finding(const rules::Control& control, const char* severity, const char* code,
                   std::string text) {
    return {control.file, control.line, 1, severity, code, std::move(text)};
}

}  // namespace

std::vector<Diagnostic> lint_bundle(const rules::Bundle& bundle,
                                    const std::vector<SourceFile>& tests) {
    std::vector<Diagnostic> found;
    for (const rules::Control& control : bundle.controls) {
        if (!is_tested(control, tests))
            found.push_back(finding(control, "warning", "lint.test",
                                    "no test names control " + control.id + " or " +
                                        control.predicate));
        if (!control.limit) continue;
        const rules::Measure& measure = bundle.measures[control.limit->measure];
        if (needs_unit(measure))
            found.push_back(finding(control, "info", "lint.unit",
                                    "control " + control.id + " has a limit on " + measure.name +
                                        ", which has no unit"));
    }
    return found;
}

std::optional<Severity> severity_of(std::string_view name) {
    if (name == "info") return Severity::kInfo;
    if (name == "warning") return Severity::kWarning;
    if (name == "error") return Severity::kError;
    return std::nullopt;
}

std::vector<Diagnostic> findings_from(std::vector<Diagnostic> findings, Severity least) {
    std::erase_if(findings, [&](const Diagnostic& one) {
        return severity_of(one.severity).value_or(Severity::kError) < least;
    });
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Diagnostic& left, const Diagnostic& right) {
                         return std::tie(left.file, left.line, left.column) <
                                std::tie(right.file, right.line, right.column);
                     });
    return findings;
}

}  // namespace overlord::workbench
