// JUnit XML as CI systems read it: testsuites, testsuite, testcase, failure, error.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace overlord::workbench {

struct JunitCase {
    std::string name, file;
    int line = 0;
    std::int64_t us = 0;
    std::string failure;  // it did not hold
    std::string error;    // it could not be tried
};
using JunitSuite = std::vector<JunitCase>;

[[nodiscard]] std::string junit_text(const std::map<std::string, JunitSuite>& suites);

// Characters that XML 1.0 cannot hold become U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace overlord::workbench
