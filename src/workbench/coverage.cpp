#include "overlord/workbench/coverage.hpp"

#include <algorithm>

namespace overlord::workbench {
namespace {

Number count(std::size_t value) {
    return static_cast<std::int64_t>(value);
}

std::string place(const ClauseCoverage& clause, const ClauseCoverage::Condition& condition) {
    return clause.file + ":" + std::to_string(condition.line) + ":" +
           std::to_string(condition.column) + ": ";
}

}  // namespace

std::size_t Coverage::clauses_run() const {
    return static_cast<std::size_t>(std::count_if(clauses.begin(), clauses.end(),
                                                  [](const auto& clause) { return clause.run; }));
}

std::size_t Coverage::outcomes() const {
    std::size_t sum = 0;
    for (const ClauseCoverage& clause : clauses) sum += 2 * clause.conditions.size();
    return sum;
}

std::size_t Coverage::outcomes_seen() const {
    std::size_t sum = 0;
    for (const ClauseCoverage& clause : clauses)
        for (const auto& condition : clause.conditions)
            sum += (condition.held ? 1u : 0u) + (condition.failed ? 1u : 0u);
    return sum;
}

Number Coverage::percent() const {
    const std::size_t all = clauses.size() + outcomes();
    if (all == 0) return 100;
    return count(clauses_run() + outcomes_seen()) * Number(100) / count(all);
}

Coverage coverage_of(const std::vector<prolog::CoverPoint>& points) {
    Coverage coverage;
    for (const prolog::CoverPoint& point : points) {
        if (point.what == "clause") {
            coverage.clauses.push_back({point.file, point.line, point.pack, point.predicate,
                                        point.text, point.reached, {}});
        } else if (point.what == "holds") {
            coverage.clauses.back().conditions.push_back(
                {point.line, point.column, point.text, point.reached, false});
        } else {
            coverage.clauses.back().conditions.back().failed = point.reached;
        }
    }
    // A goal inside another one was met before it.
    for (ClauseCoverage& clause : coverage.clauses)
        std::stable_sort(clause.conditions.begin(), clause.conditions.end(),
                         [](const auto& left, const auto& right) {
                             return std::pair(left.line, left.column) <
                                    std::pair(right.line, right.column);
                         });
    return coverage;
}

std::vector<std::string> gaps(const Coverage& coverage) {
    std::vector<std::string> lines;
    for (const ClauseCoverage& clause : coverage.clauses) {
        if (!clause.run) {
            lines.push_back(clause.file + ":" + std::to_string(clause.line) +
                            ": never run: " + clause.predicate + " " + clause.head);
            continue;
        }
        for (const ClauseCoverage::Condition& condition : clause.conditions) {
            if (!condition.held)
                lines.push_back(place(clause, condition) + "never true: " + condition.goal);
            if (!condition.failed)
                lines.push_back(place(clause, condition) + "never false: " + condition.goal);
        }
    }
    return lines;
}

std::string summary(const Coverage& coverage) {
    return "coverage: " + std::to_string(coverage.clauses_run()) + " of " +
           std::to_string(coverage.clauses.size()) + " clauses run, " +
           std::to_string(coverage.outcomes_seen()) + " of " +
           std::to_string(coverage.outcomes()) + " outcomes of conditions seen: " +
           percent_text(coverage.percent()) + " %";
}

std::string percent_text(const Number& percent) {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    // Counts of points are small.
    if (!(percent * Number(10)).small(numerator, denominator)) return percent.to_decimal();
    const std::int64_t tenths = numerator / denominator;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text;
}

}  // namespace overlord::workbench
