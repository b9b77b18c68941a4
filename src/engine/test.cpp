#include "test.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <regex>

#include "gate.hpp"
#include "overlord/workbench/feed.hpp"
#include "overlord/workbench/test_report.hpp"

namespace overlord::engine {
namespace {

using workbench::ReportFormat;

constexpr unsigned kCpuSeconds = 300;  // a rule that never ends is stopped by its own limit
constexpr std::int64_t kInferences = 4'000'000;  // what is noted of coverage costs some too

struct TestOptions {
    std::string directory;
    std::optional<std::regex> wanted;
    workbench::RunOptions run;
    ReportFormat format = ReportFormat::kText;
};

std::optional<std::regex> to_regex(const std::string& text) {
    // std::regex tells what is wrong by an exception only.
    try {
        return std::regex(text, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error&) {
        return std::nullopt;
    }
}

// What is wrong, or "".
std::string take(const std::string& name, const std::string& value, TestOptions& options) {
    if (name == "-r") {
        options.wanted = to_regex(value);
        return options.wanted ? "" : "-r: " + value + " is no regular expression";
    }
    if (name == "--format") {
        const std::optional<ReportFormat> format = workbench::report_format(value);
        if (!format) return "--format is text, json or junit, not " + value;
        options.format = *format;
        return "";
    }
    const Result<Number> percent = Number::parse_json(value);
    if (!percent || compare(*percent, 0) < 0 || compare(*percent, 100) > 0)
        return "--threshold is a number from 0 to 100, not " + value;
    options.run.threshold = *percent;
    return "";
}

std::string read_options(const std::vector<std::string>& words, TestOptions& options) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "-v") {
            options.run.verbose = true;
        } else if (word == "-r" || word == "--format" || word == "--threshold") {
            if (++i == words.size()) return word + " needs a value";
            if (std::string wrong = take(word, words[i], options); !wrong.empty()) return wrong;
        } else if (options.directory.empty()) {
            options.directory = word;
        } else {
            return "one directory is tested, " + word + " is a second one";
        }
    }
    return options.directory.empty() ? "say a directory" : "";
}

int broken(const std::string& what) {
    std::fprintf(stderr, "overlord-engine: %s\n", what.c_str());
    return 2;
}

// As the daemon chooses: rules that look at single events see them at once.
evaluate::Facts facts_of(const rules::Loaded& loaded) {
    const bool retained =
        std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                    [](const auto& one) { return one.code == "rules.retained"; });
    return retained ? evaluate::Facts::kAlways : evaluate::Facts::kOnQuery;
}

rules::TestRun run(prolog::Machine& machine, const rules::Loaded& loaded,
                   const std::vector<prolog::SourceFile>& tests, const TestOptions& options) {
    workbench::Feed feed(machine, *loaded.bundle, facts_of(loaded));
    prolog::TestPlan plan{&feed, {}};
    if (options.wanted)
        plan.wanted = [&](const std::string& name) {
            return std::regex_search(name, *options.wanted);
        };
    machine.cover();  // what the gate ran does not count
    return rules::run_tests(machine, *loaded.bundle, tests, plan);
}

// Packs or a folder that are refused: nothing was run. As text they go to standard error.
int refused(std::vector<prolog::Diagnostic> diagnostics, const TestOptions& options) {
    rules::TestRun none;
    none.diagnostics = std::move(diagnostics);
    if (options.format == ReportFormat::kText) {
        for (const prolog::Diagnostic& diagnostic : none.diagnostics)
            std::fprintf(stderr, "%s\n", rules::to_text(diagnostic).c_str());
        return 2;
    }
    std::fputs(workbench::report(none, {}, options.run, options.format).c_str(), stdout);
    return 2;
}

}  // namespace

int test_rules(const std::vector<std::string>& words) {
    TestOptions options;
    if (const std::string wrong = read_options(words, options); !wrong.empty())
        return broken(wrong);
    prolog::Limits limits;
    limits.inferences_per_call = kInferences;
    const Gated gated = gate(options.directory, kCpuSeconds, limits, Watching::kCoverage);
    if (!gated.loaded) return gated.status;
    if (!gated.loaded->bundle) return refused(gated.loaded->diagnostics, options);
    const rules::Sources tests = rules::find_tests(options.directory);
    if (!tests.faults.empty()) return refused(tests.faults, options);
    for (const prolog::Diagnostic& diagnostic : gated.loaded->diagnostics)
        std::fprintf(stderr, "%s\n", rules::to_text(diagnostic).c_str());
    const rules::TestRun done = run(*gated.machine, *gated.loaded, tests.files, options);
    const workbench::Coverage coverage = workbench::coverage_of(gated.machine->coverage());
    std::fputs(workbench::report(done, coverage, options.run, options.format).c_str(), stdout);
    return workbench::exit_code(done, coverage, options.run);
}

}  // namespace overlord::engine
