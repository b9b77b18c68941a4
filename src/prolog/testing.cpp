#include <chrono>

#include "bridge.hpp"
#include "test_host.hpp"

namespace overlord::prolog {
namespace {

constexpr const char* kTestDigest =
    "0000000000000000000000000000000000000000000000000000000000000000";

// given([measured(System, Measure, Value), ...])
void get_given(const Value& option, TestResult& result) {
    if (option.items.size() != 1) return;
    for (const Value& item : option.items[0].items)
        if (item.text == "measured" && item.items.size() == 3)
            result.given.emplace_back(item.items[1].text, item.items[2]);
}

TestResult get_test(term_t test) {
    TestResult result;
    const term_t argument = PL_new_term_ref();
    if (PL_get_arg(1, test, argument)) result.unit = get_text(argument);
    if (PL_get_arg(2, test, argument)) result.name = get_text(argument);
    if (PL_get_arg(3, test, argument)) result.line = static_cast<int>(get_value(argument).integer);
    if (PL_get_arg(4, test, argument)) {
        for (const Value& option : get_value(argument).items)
            if (option.text == "given") get_given(option, result);
    }
    if (PL_get_arg(6, test, argument)) {
        for (const Value& called : get_value(argument).items) {
            if (called.items.size() != 2) continue;
            if (called.text == "verdict")
                result.verdicts.emplace_back(called.items[0].text, called.items[1].text);
            else
                result.calls.push_back(called.items[0].text);
        }
    }
    return result;
}

void run_one(term_t test, TestResult& result) {
    bridge().task = result.file + ":" + std::to_string(result.line) + ": " + result.unit + ":" +
                    result.name + ": ";
    const term_t arguments = PL_new_term_refs(3);
    put_atom(arguments, result.unit);
    if (!PL_put_term(arguments + 1, test)) exit_memory();
    std::string error;
    if (!call_kernel("zko_tests", "run_test", arguments, 3, error)) {
        result.message = error;
        return;
    }
    const Value outcome = get_value(arguments + 2);
    result.passed = outcome.text == "passed";
    const std::string detail = outcome.items.empty() ? std::string() : outcome.items[0].text;
    (result.passed ? result.outcome : result.message) = detail;
    if (result.passed || outcome.items.size() != 3) return;
    result.expected = outcome.items[1].text;
    result.found = outcome.items[2].text;
}

void run_file(const SourceFile& file, const TestPlan& plan, TestReport& report) {
    Diagnostic bad;
    if (find_bad_text(file, bad)) {
        report.diagnostics.push_back(bad);
        return;
    }
    const Frame frame;
    const term_t arguments = PL_new_term_refs(4);
    put_string(arguments, file.name);
    put_string(arguments + 1, file.text);
    std::string error;
    if (!call_kernel("zko_tests", "load_tests", arguments, 4, error)) {
        report.diagnostics.push_back({file.name, 0, 0, "error", "rules.test", error});
        return;
    }
    const std::vector<Diagnostic> noted = get_diagnostics(arguments + 3);
    report.diagnostics.insert(report.diagnostics.end(), noted.begin(), noted.end());
    if (!noted.empty()) return;
    const term_t rest = PL_copy_term_ref(arguments + 2);
    const term_t test = PL_new_term_ref();
    while (PL_get_list(rest, test, rest)) {
        const Frame inner;
        TestResult result = get_test(test);
        if (plan.wanted && !plan.wanted(result.unit + ":" + result.name)) continue;
        result.file = file.name;
        const auto start = std::chrono::steady_clock::now();
        run_one(test, result);
        result.us = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
        if (plan.feeder != nullptr) {
            for (auto& value : plan.feeder->values()) result.given.push_back(std::move(value));
            plan.feeder->end();
        }
        report.tests.push_back(std::move(result));
    }
    bridge().task.clear();
}

}  // namespace

void TestHost::give(const std::string& system, const std::string& measure, Value value) {
    systems_.insert(system);
    values_[{system, measure}] = std::move(value);
}

void TestHost::miss(const std::string& system, const std::string& measure,
                    const std::string& reason) {
    systems_.insert(system);
    missing_[{system, measure}] = reason;
}

void TestHost::judge(const std::string& system, const std::string& verdict) {
    systems_.insert(system);
    verdicts_[system] = verdict;
}

Host::Found TestHost::measured(std::string_view system, std::string_view pack,
                               std::string_view measure, Value& value, std::string& reason) {
    if (fed != nullptr) return fed->measured(system, pack, measure, value, reason);
    const Key key{std::string(system), std::string(measure)};
    if (systems_.count(key.first) == 0) return Found::kUnknownSystem;
    const auto found = values_.find(key);
    if (found != values_.end()) {
        value = found->second;
        return Found::kYes;
    }
    const auto missing = missing_.find(key);
    reason = missing != missing_.end() ? missing->second : "the test gives no " + key.second;
    return Found::kMissing;
}

std::vector<std::string> TestHost::systems() {
    if (fed != nullptr) return fed->systems();
    return {systems_.begin(), systems_.end()};
}

std::vector<Value> TestHost::explain(std::string_view system) {
    if (fed != nullptr) return fed->explain(system);
    return {};
}

std::vector<std::string> TestHost::levels(std::string_view system) {
    if (fed != nullptr) return fed->levels(system);
    return {"telecoms", "trading", "gmp", "itil"};
}

Answer TestHost::system_verdict(std::string_view system) {
    if (fed != nullptr) return fed->system_verdict(system);
    const auto found = verdicts_.find(std::string(system));
    if (found == verdicts_.end() || found->second == "unknown")
        return {Truth::kMissing, {}, "evidence is missing"};
    return {Truth::kTrue, Value::of_atom(found->second), {}};
}

Answer TestHost::attestation(std::string_view) {
    return {Truth::kTrue, Value::of_atom(kTestDigest), {}};
}

Answer TestHost::attestation_valid(std::string_view, std::string_view digest) {
    if (digest == kTestDigest) return {Truth::kTrue, Value::of_atom("valid"), {}};
    return {Truth::kFalse, {}, {}};
}

Answer TestHost::commitment(std::int64_t) {
    return {Truth::kTrue, Value::of_atom(kTestDigest), {}};
}

Answer TestHost::zkproof_checked(std::string_view) {
    return {Truth::kTrue, Value::of_atom("pending('no log in a test')"), {}};
}

void start_covering() {
    const Frame frame;
    std::string error;
    bridge().marks.clear();
    if (!call_kernel("zko_cover", "start_covering", PL_new_term_refs(0), 0, error)) exit_memory();
}

// point(Mark, What, File, Line, Column, Pack, Name/Arity, Text)
std::vector<CoverPoint> covered_points() {
    const Frame frame;
    const term_t list = PL_new_term_refs(1);
    std::string error;
    std::vector<CoverPoint> points;
    if (!call_kernel("zko_cover", "points", list, 1, error)) exit_memory();
    for (const Value& told : get_value(list).items) {
        if (told.items.size() != 8) continue;
        const Value& indicator = told.items[6];
        const auto mark = static_cast<std::size_t>(told.items[0].integer);
        points.push_back(
            {told.items[1].text, told.items[2].text, static_cast<int>(told.items[3].integer),
             static_cast<int>(told.items[4].integer), told.items[5].text,
             indicator.items[0].text + "/" + std::to_string(indicator.items[1].integer),
             told.items[7].text, mark < bridge().marks.size() && bridge().marks[mark]});
    }
    return points;
}

TestReport run_tests(const std::vector<SourceFile>& tests, const TestPlan& plan) {
    TestReport report;
    TestHost given;
    Host* const bound = bridge().host;  // the evaluators of feeds bind themselves
    bridge().testing = &given;
    bridge().feeder = plan.feeder;
    for (const SourceFile& file : tests) run_file(file, plan, report);
    bridge().feeder = nullptr;
    bridge().testing = nullptr;
    bridge().host = bound;
    return report;
}

}  // namespace overlord::prolog
