// How much of the rules a run of tests has run: clauses entered, and for each goal that can fail
// whether it was seen to hold and to fail. Plain values, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "overlord/base/number.hpp"
#include "overlord/prolog/machine.hpp"

namespace overlord::workbench {

struct ClauseCoverage {
    std::string file;
    int line = 0;
    std::string pack, predicate, head;
    bool run = false;
    struct Condition {
        int line = 0, column = 0;
        std::string goal;
        bool held = false, failed = false;
    };
    std::vector<Condition> conditions;
};

struct Coverage {
    std::vector<ClauseCoverage> clauses;  // in the order of the text

    [[nodiscard]] std::size_t clauses_run() const;
    [[nodiscard]] std::size_t outcomes() const;       // two for each condition
    [[nodiscard]] std::size_t outcomes_seen() const;  // held, failed
    // Of clauses and outcomes together; 100 where there are none.
    [[nodiscard]] Number percent() const;
};

// The points of kernel/cover.pl: a clause comes before what is in it.
[[nodiscard]] Coverage coverage_of(const std::vector<prolog::CoverPoint>& points);

// A line for what was never run, never true or never false, with its place.
[[nodiscard]] std::vector<std::string> gaps(const Coverage& coverage);
// "coverage: 40 of 42 clauses run, 77 of 84 outcomes of conditions seen: 92.8 %"
[[nodiscard]] std::string summary(const Coverage& coverage);

// "92.8", rounded down: what is not whole is never 100.
[[nodiscard]] std::string percent_text(const Number& percent);

}  // namespace overlord::workbench
