// What judging a control can take. Plain values, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace overlord::rules {

// What a control can cost, seen from its text.
struct Cost {
    std::size_t rules = 0;               // that it can call, itself included
    std::size_t measures = 0;            // that it reads
    std::vector<std::string> scans;      // packs whose retained events it looks through
    std::vector<std::string> recursive;  // rules that call themselves, "reach/3"
};

// "2 rules, reads 1 measure, no scan of events, no recursion"
[[nodiscard]] std::string to_text(const Cost& cost);

}  // namespace overlord::rules
