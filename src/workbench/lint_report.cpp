// Findings for people, for programs, for code scanning (SARIF 2.1.0), for GitHub's log commands and
// for CI that reads JUnit.
#include <map>
#include <nlohmann/json.hpp>

#include "junit.hpp"
#include "overlord/workbench/codes.hpp"
#include "overlord/workbench/lint.hpp"

namespace overlord::workbench {
namespace {

using Json = nlohmann::ordered_json;
using prolog::Diagnostic;

std::string path_of(const Diagnostic& one, const std::string& directory) {
    if (one.file == directory) return directory;  // what is wrong is the folder
    if (one.file.empty() || directory.empty() || directory == ".") return one.file;
    return directory + (directory.back() == '/' ? "" : "/") + one.file;
}

// RFC 3986: a reference, relative where the folder was.
std::string uri_of(const std::string& path) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string uri;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (kPlain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            uri += '%';
            uri += kDigits[byte >> 4];
            uri += kDigits[byte & 15];
        }
    }
    return path.starts_with('/') ? "file://" + uri : uri;
}

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_report(const std::vector<Diagnostic>& findings) {
    std::string text;
    for (const Diagnostic& one : findings) text += rules::to_text(one) + "\n";
    return text + (findings.empty() ? "nothing found\n"
                                    : std::to_string(findings.size()) + " found\n");
}

std::string json_report(const std::vector<Diagnostic>& findings) {
    Json json = {{"v", 1}, {"findings", Json::array()}};
    for (const Diagnostic& one : findings)
        json["findings"].push_back({{"file", one.file},
                                    {"line", one.line},
                                    {"column", one.column},
                                    {"severity", one.severity},
                                    {"code", one.code},
                                    {"text", one.text}});
    return dumped(json);
}

Json sarif_rule(const std::string& code) {
    Json rule = {{"id", code}};
    const CodePage* page = find_code(code);
    if (page == nullptr) return rule;
    rule["shortDescription"] = {{"text", page->summary}};
    rule["help"] = {{"text", page->text}, {"markdown", page->text}};
    return rule;
}

Json sarif_location(const Diagnostic& one, const std::string& directory) {
    Json location = {
        {"physicalLocation", {{"artifactLocation", {{"uri", uri_of(path_of(one, directory))}}}}}};
    if (one.line > 0)
        location["physicalLocation"]["region"] = {{"startLine", one.line},
                                                  {"startColumn", std::max(one.column, 1)}};
    return location;
}

std::string sarif_report(const std::vector<Diagnostic>& findings, const std::string& directory) {
    Json rules = Json::array();
    std::map<std::string, std::size_t> index;
    Json results = Json::array();
    for (const Diagnostic& one : findings) {
        const auto [known, added] = index.emplace(one.code, index.size());
        if (added) rules.push_back(sarif_rule(one.code));
        Json result = {{"ruleId", one.code},
                       {"ruleIndex", known->second},
                       {"level", one.severity == "info" ? "note" : one.severity},
                       {"message", {{"text", one.text}}}};
        if (!one.file.empty())
            result["locations"] = Json::array({sarif_location(one, directory)});
        results.push_back(std::move(result));
    }
    const Json driver = {{"name", "overlordctl rules lint"}, {"rules", std::move(rules)}};
    return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", Json::array({{{"tool", {{"driver", driver}}},
                                          {"columnKind", "unicodeCodePoints"},
                                          {"results", std::move(results)}}})}});
}

// Data of a log command; a property may not hold : and , either.
std::string escaped(const std::string& text, bool property) {
    std::string out;
    for (const char c : text) {
        if (c == '%') out += "%25";
        else if (c == '\r') out += "%0D";
        else if (c == '\n') out += "%0A";
        else if (property && c == ':') out += "%3A";
        else if (property && c == ',') out += "%2C";
        else out += c;
    }
    return out;
}

std::string github_report(const std::vector<Diagnostic>& findings, const std::string& directory) {
    std::string text;
    for (const Diagnostic& one : findings) {
        text += "::" + (one.severity == "info" ? "notice" : one.severity) + " ";
        if (!one.file.empty()) text += "file=" + escaped(path_of(one, directory), true) + ",";
        if (one.line > 0)
            text += "line=" + std::to_string(one.line) + ",col=" + std::to_string(one.column) + ",";
        text += "title=" + escaped(one.code, true) + "::" + escaped(one.text, false) + "\n";
    }
    return text;
}

std::string junit_report(const std::vector<Diagnostic>& findings, const std::string& directory) {
    std::map<std::string, JunitSuite> suites;
    JunitSuite& suite = suites["lint"];
    for (const Diagnostic& one : findings)
        suite.push_back({one.code, path_of(one, directory), one.line, 0, rules::to_text(one), ""});
    if (findings.empty()) suite.push_back({"lint", "", 0, 0, "", ""});
    return junit_text(suites);
}

}  // namespace

std::optional<LintFormat> lint_format(std::string_view name) {
    if (name == "text") return LintFormat::kText;
    if (name == "json") return LintFormat::kJson;
    if (name == "sarif") return LintFormat::kSarif;
    if (name == "github") return LintFormat::kGithub;
    if (name == "junit") return LintFormat::kJunit;
    return std::nullopt;
}

std::string lint_report(const std::vector<Diagnostic>& findings, const std::string& directory,
                        LintFormat format) {
    switch (format) {
        case LintFormat::kJson:
            return json_report(findings);
        case LintFormat::kSarif:
            return sarif_report(findings, directory);
        case LintFormat::kGithub:
            return github_report(findings, directory);
        case LintFormat::kJunit:
            return junit_report(findings, directory);
        case LintFormat::kText:
            break;
    }
    return text_report(findings);
}

}  // namespace overlord::workbench
