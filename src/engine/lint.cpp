#include "lint.hpp"

#include <cstdio>

#include "gate.hpp"
#include "overlord/rules/test.hpp"
#include "overlord/workbench/lint.hpp"

namespace overlord::engine {
namespace {

using workbench::LintFormat;
using workbench::Severity;

constexpr unsigned kCpuSeconds = 20;

struct LintOptions {
    std::string directory;
    LintFormat format = LintFormat::kText;
    Severity least = Severity::kWarning;
};

// What is wrong, or "".
std::string take(const std::string& name, const std::string& value, LintOptions& options) {
    if (name == "--format") {
        const std::optional<LintFormat> format = workbench::lint_format(value);
        if (!format) return "--format is text, json, sarif, github or junit, not " + value;
        options.format = *format;
        return "";
    }
    const std::optional<Severity> severity = workbench::severity_of(value);
    if (!severity) return "--severity is info, warning or error, not " + value;
    options.least = *severity;
    return "";
}

std::string read_options(const std::vector<std::string>& words, LintOptions& options) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--format" || word == "--severity") {
            if (++i == words.size()) return word + " needs a value";
            if (std::string wrong = take(word, words[i], options); !wrong.empty()) return wrong;
        } else if (options.directory.empty()) {
            options.directory = word;
        } else {
            return "one directory is looked at, " + word + " is a second one";
        }
    }
    return options.directory.empty() ? "say a directory" : "";
}

int broken(const std::string& what) {
    std::fprintf(stderr, "overlord-engine: %s\n", what.c_str());
    return 2;
}

}  // namespace

int lint_rules(const std::vector<std::string>& words) {
    LintOptions options;
    if (const std::string wrong = read_options(words, options); !wrong.empty())
        return broken(wrong);
    const rules::Sources tests = rules::find_tests(options.directory);
    const Gated gated = gate(options.directory, kCpuSeconds, {}, Watching::kStyle);
    if (!gated.loaded) return gated.status;
    std::vector<prolog::Diagnostic> found = gated.loaded->diagnostics;
    const bool readable = tests.faults.empty() && gated.status != 2;
    if (gated.status != 2) found.insert(found.end(), tests.faults.begin(), tests.faults.end());
    if (gated.loaded->bundle && readable) {
        const auto more = workbench::lint_bundle(*gated.loaded->bundle, tests.files);
        found.insert(found.end(), more.begin(), more.end());
    }
    found = workbench::findings_from(std::move(found), options.least);
    std::fputs(workbench::lint_report(found, options.directory, options.format).c_str(), stdout);
    if (!readable) return 2;
    return found.empty() ? 0 : 1;
}

}  // namespace overlord::engine
