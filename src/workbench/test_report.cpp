#include "overlord/workbench/test_report.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "junit.hpp"

namespace overlord::workbench {
namespace {

using Json = nlohmann::ordered_json;
using prolog::TestResult;

bool below(const Coverage& coverage, const RunOptions& options) {
    return options.threshold && coverage.percent() < *options.threshold;
}

std::string below_text(const Coverage& coverage, const RunOptions& options) {
    return "coverage is " + percent_text(coverage.percent()) + " %, the threshold is " +
           options.threshold->to_decimal() + " %";
}

std::string clause_line(const ClauseCoverage& clause) {
    std::size_t seen = 0;
    for (const auto& condition : clause.conditions)
        seen += (condition.held ? 1u : 0u) + (condition.failed ? 1u : 0u);
    return clause.file + ":" + std::to_string(clause.line) + ": " + clause.predicate + ": " +
           (clause.run ? "run, " : "never run, ") + std::to_string(seen) + " of " +
           std::to_string(2 * clause.conditions.size()) + " outcomes\n";
}

std::string text_report(const rules::TestRun& run, const Coverage& coverage,
                        const RunOptions& options) {
    std::string text;
    if (options.verbose) {
        for (const TestResult& test : run.tests) {
            text += (test.passed ? "ok   " : "FAIL ") + test.file + ":" +
                    std::to_string(test.line) + ": " + test.unit + ":" + test.name + " (" +
                    std::to_string(test.us / 1000) + " ms)\n";
        }
        for (const ClauseCoverage& clause : coverage.clauses) text += clause_line(clause);
    }
    // What a broken file would have run is not known.
    if (run.diagnostics.empty()) {
        for (const std::string& gap : gaps(coverage)) text += gap + "\n";
        if (!coverage.clauses.empty()) text += summary(coverage) + "\n";
    }
    text += rules::to_text(run);
    if (!run.diagnostics.empty()) return text;
    if (run.partly && run.tests.empty()) text += "no test has a name that matches\n";
    if (below(coverage, options)) text += below_text(coverage, options) + "\n";
    return text + rules::extent(run) + "\n";
}

Json json_of(const TestResult& test) {
    Json json = {{"file", test.file}, {"line", test.line},         {"unit", test.unit},
                 {"name", test.name}, {"passed", test.passed},     {"us", test.us}};
    if (test.passed) {
        json["outcome"] = test.outcome;
        return json;
    }
    json["message"] = test.message;
    if (test.expected.empty()) return json;
    json["expected"] = test.expected;
    json["found"] = test.found;
    return json;
}

Json json_of(const Coverage& coverage) {
    Json json = {{"percent", percent_text(coverage.percent())},
                 {"clauses", coverage.clauses.size()},
                 {"clauses_run", coverage.clauses_run()},
                 {"outcomes", coverage.outcomes()},
                 {"outcomes_seen", coverage.outcomes_seen()},
                 {"by_clause", Json::array()}};
    for (const ClauseCoverage& clause : coverage.clauses) {
        Json conditions = Json::array();
        for (const auto& condition : clause.conditions)
            conditions.push_back({{"line", condition.line},
                                  {"column", condition.column},
                                  {"goal", condition.goal},
                                  {"held", condition.held},
                                  {"failed", condition.failed}});
        json["by_clause"].push_back({{"file", clause.file},
                                     {"line", clause.line},
                                     {"pack", clause.pack},
                                     {"predicate", clause.predicate},
                                     {"run", clause.run},
                                     {"conditions", std::move(conditions)}});
    }
    return json;
}

std::string json_report(const rules::TestRun& run, const Coverage& coverage,
                        const RunOptions& options) {
    Json json;
    json["v"] = 1;
    json["good"] = exit_code(run, coverage, options) == 0;
    json["tests"] = run.tests.size();
    json["passed"] = run.passed;
    json["packs"] = run.packs;
    json["controls"] = run.controls;
    json["controls_tested"] = run.controls_tested;
    json["results"] = Json::array();
    for (const TestResult& test : run.tests) json["results"].push_back(json_of(test));
    json["diagnostics"] = Json::array();
    for (const prolog::Diagnostic& one : run.diagnostics)
        json["diagnostics"].push_back({{"file", one.file},
                                       {"line", one.line},
                                       {"column", one.column},
                                       {"severity", one.severity},
                                       {"code", one.code},
                                       {"text", one.text}});
    json["untested"] = run.uncovered;
    json["coverage"] = json_of(coverage);
    if (options.threshold) json["threshold"] = options.threshold->to_decimal();
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string junit_report(const rules::TestRun& run, const Coverage& coverage,
                         const RunOptions& options) {
    std::map<std::string, JunitSuite> suites;
    for (const TestResult& test : run.tests) {
        JunitCase made{test.name, test.file, test.line, test.us, "", ""};
        if (!test.passed) made.failure = test.message;
        suites[test.unit].push_back(std::move(made));
    }
    for (const prolog::Diagnostic& one : run.diagnostics)
        suites["files"].push_back({one.file, one.file, one.line, 0, "", rules::to_text(one)});
    for (const std::string& missing : run.uncovered)
        suites["controls"].push_back({missing, "", 0, 0, missing, ""});
    if (run.tests.empty()) suites["files"].push_back({"tests", "", 0, 0, "", "there is no test"});
    if (options.threshold) {
        JunitCase made{"threshold", "", 0, 0, "", ""};
        if (below(coverage, options)) made.failure = below_text(coverage, options);
        suites["coverage"].push_back(std::move(made));
    }
    return junit_text(suites);
}

}  // namespace

std::optional<ReportFormat> report_format(std::string_view name) {
    if (name == "text") return ReportFormat::kText;
    if (name == "json") return ReportFormat::kJson;
    if (name == "junit") return ReportFormat::kJunit;
    return std::nullopt;
}

int exit_code(const rules::TestRun& run, const Coverage& coverage, const RunOptions& options) {
    if (!run.diagnostics.empty()) return 2;
    return run.good() && !below(coverage, options) ? 0 : 1;
}

std::string report(const rules::TestRun& run, const Coverage& coverage, const RunOptions& options,
                   ReportFormat format) {
    switch (format) {
        case ReportFormat::kJson:
            return json_report(run, coverage, options);
        case ReportFormat::kJunit:
            return junit_report(run, coverage, options);
        case ReportFormat::kText:
            break;
    }
    return text_report(run, coverage, options);
}

}  // namespace overlord::workbench
