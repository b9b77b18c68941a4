#include "overlord/rules/test.hpp"

#include <algorithm>

#include "read.hpp"

namespace overlord::rules {
namespace {

using prolog::TestResult;
using prolog::Value;

bool calls(const TestResult& test, const Control& control) {
    return std::find(test.calls.begin(), test.calls.end(), control.predicate) != test.calls.end();
}

bool equals(const Value& value, const Number& number) {
    if (value.kind == Value::Kind::kInteger) return compare(value.integer, number) == 0;
    if (value.kind == Value::Kind::kAtom) return value.text == "true" && compare(number, 1) == 0;
    if (value.kind != Value::Kind::kRatio) return false;
    const Result<Number> exact = Number::parse_ratio(value.text);
    return exact.has_value() && compare(exact.value(), number) == 0;
}

bool at_limit(const TestResult& test, const std::string& measure, const Number& number) {
    return std::any_of(test.given.begin(), test.given.end(), [&](const auto& given) {
        return given.first == measure && equals(given.second, number);
    });
}

// Whether the test asks for this verdict on the control, and gets it.
bool finds(const TestResult& test, const Control& control, const char* verdict) {
    return test.outcome == "true" &&
           std::any_of(test.verdicts.begin(), test.verdicts.end(), [&](const auto& asked) {
               return asked.first == control.id && asked.second == verdict;
           });
}

void check_coverage(const Bundle& bundle, const Control& control, TestRun& run) {
    bool compliant = false;
    bool violated = false;
    bool unknown = false;
    bool limit = !control.limit.has_value();
    for (const TestResult& test : run.tests) {
        if (!test.passed) continue;
        const bool direct = calls(test, control);
        const bool met = finds(test, control, "compliant");
        const bool broken = finds(test, control, "non_compliant");
        compliant |= met || (direct && test.outcome == "true");
        violated |= broken || (direct && test.outcome == "fail");
        unknown |= finds(test, control, "unknown") || (direct && test.outcome == "unknown");
        if (!direct && !met && !broken) continue;
        limit |= control.limit && at_limit(test, bundle.measures[control.limit->measure].name,
                                           control.limit->number);
    }
    if (compliant && violated && unknown && limit) ++run.controls_tested;
    const auto demand = [&](bool met, const char* what) {
        if (!met) run.uncovered.push_back(control.id + ": no test " + what);
    };
    demand(compliant, "that it is met");
    demand(violated, "that it is violated");
    demand(unknown, "with evidence missing");
    demand(limit, "exactly at the limit");
}

}  // namespace

bool TestRun::good() const {
    return diagnostics.empty() && uncovered.empty() && !tests.empty() && passed == tests.size();
}

Sources find_tests(const std::string& directory) {
    return find_sources(directory, ".plt");
}

TestRun run_tests(prolog::Machine& machine, const Bundle& bundle,
                  const std::vector<prolog::SourceFile>& tests, const prolog::TestPlan& plan) {
    TestRun run;
    prolog::TestReport report = machine.test(tests, plan);
    run.diagnostics = std::move(report.diagnostics);
    run.tests = std::move(report.tests);
    run.passed = static_cast<std::size_t>(std::count_if(
        run.tests.begin(), run.tests.end(), [](const TestResult& test) { return test.passed; }));
    run.partly = static_cast<bool>(plan.wanted);
    run.packs = bundle.files.size();
    run.controls = bundle.controls.size();
    for (const Control& control : bundle.controls) check_coverage(bundle, control, run);
    // A part of the tests cannot be asked for all that is needed.
    if (run.partly) run.uncovered.clear();
    return run;
}

std::string extent(const TestRun& run) {
    const auto counted = [](std::size_t count, const std::string& noun) {
        return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
    };
    const std::string text = counted(run.controls, "control") + " in " + counted(run.packs, "pack");
    if (run.partly) return text + ", a part of the tests";
    if (run.controls == 0) return text;
    return text + (run.controls_tested == run.controls
                       ? ", all with tests"
                       : ", " + std::to_string(run.controls_tested) + " with all their tests");
}

std::string to_text(const TestRun& run) {
    std::string text;
    for (const prolog::Diagnostic& diagnostic : run.diagnostics) text += to_text(diagnostic) + "\n";
    for (const TestResult& test : run.tests) {
        if (test.passed) continue;
        text += test.file + ":" + std::to_string(test.line) + ": " + test.unit + ":" + test.name +
                ": " + test.message + "\n";
    }
    // What a broken file has tests of is not known.
    if (run.diagnostics.empty())
        for (const std::string& missing : run.uncovered) text += missing + "\n";
    text +=
        std::to_string(run.passed) + " of " + std::to_string(run.tests.size()) + " tests passed\n";
    return text;
}

}  // namespace overlord::rules
