#include "junit.hpp"

#include <algorithm>
#include <cstdio>

namespace overlord::workbench {
namespace {

std::string attribute(const char* name, const std::string& value) {
    return " " + std::string(name) + "=\"" + xml_text(value) + "\"";
}

std::string seconds(std::int64_t us) {
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                  static_cast<long long>(us % 1'000'000));
    return text;
}

std::string suite_text(const std::string& name, const JunitSuite& suite) {
    const auto count = [&](std::string JunitCase::*what) {
        return std::to_string(std::count_if(suite.begin(), suite.end(), [&](const JunitCase& one) {
            return !(one.*what).empty();
        }));
    };
    std::string out = "  <testsuite" + attribute("name", name) +
                      attribute("tests", std::to_string(suite.size())) +
                      attribute("failures", count(&JunitCase::failure)) +
                      attribute("errors", count(&JunitCase::error)) + ">\n";
    for (const JunitCase& one : suite) {
        out += "    <testcase" + attribute("name", one.name) + attribute("classname", name);
        if (!one.file.empty()) out += attribute("file", one.file);
        if (one.line > 0) out += attribute("line", std::to_string(one.line));
        out += attribute("time", seconds(one.us));
        if (one.failure.empty() && one.error.empty()) {
            out += "/>\n";
            continue;
        }
        const bool failed = !one.failure.empty();
        out += ">\n      <" + std::string(failed ? "failure" : "error") +
               attribute("message", failed ? one.failure : one.error) + "/>\n    </testcase>\n";
    }
    return out + "  </testsuite>\n";
}

}  // namespace

std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (c == '\n' || c == '\t' || c == '\r') out += "&#" + std::to_string(byte) + ";";
        else if (byte < 0x20) out += "\xEF\xBF\xBD";
        else out += c;
    }
    return out;
}

std::string junit_text(const std::map<std::string, JunitSuite>& suites) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const auto& [name, suite] : suites) out += suite_text(name, suite);
    return out + "</testsuites>\n";
}

}  // namespace overlord::workbench
