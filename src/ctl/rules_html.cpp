// The catalogue as one HTML page. No scripts; what a colour says, a word says too.
#include <string_view>

#include "rules_pages.hpp"

namespace overlord::ctl {
namespace {

using Json = CatalogueJson;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55555f; --line: #c9c9d2;
  --paper: #ffffff; --shade: #f3f3f7; --link: #0b4f9e; --mark: #7a3b00; --mark-paper: #fff1dc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ee; --soft: #a9a9b6; --line: #44444f;
  --paper: #16161a; --shade: #212128; --link: #8ab8f5; --mark: #ffcf94; --mark-paper: #3a2a12; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 1rem 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 0.75rem; border-bottom: 2px solid var(--line);
  padding-bottom: 0.25rem; }
h3 { font-size: 1.1rem; margin: 0 0 0.25rem; }
h4 { font-size: 0.95rem; margin: 1rem 0 0.25rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { columns: 13rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.25rem; font-size: 0.92rem; }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem;
  border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); color: var(--soft); font-weight: 600; }
code, pre { font: 0.88em/1.45 ui-monospace, monospace; }
td code, dd code { overflow-wrap: anywhere; }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: 4px;
  padding: 0.75rem; overflow-x: auto; margin: 0.5rem 0; }
article { border: 1px solid var(--line); border-radius: 6px; padding: 1rem 1.25rem;
  margin: 1rem 0; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: 0.2rem 1rem; margin: 0.75rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
ul { margin: 0.25rem 0; padding-left: 1.25rem; }
.mark { color: var(--mark); background: var(--mark-paper); border: 1px solid currentcolor;
  border-radius: 3px; padding: 0 0.3rem; font-size: 0.85em; white-space: nowrap; }
.soft { color: var(--soft); }
.digest { overflow-wrap: anywhere; }
.matrix { table-layout: fixed; }
.matrix th:nth-child(1) { width: 45%; }
.matrix th:nth-child(2) { width: 20%; }
.overview th:nth-child(1) { width: 20%; }
.overview th:nth-child(2) { width: 34%; min-width: 9rem; }
.wrap { white-space: pre-wrap; }
.whole { white-space: nowrap; }
@media (max-width: 60rem) { .overview .whole { white-space: normal; } }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
@media print { :root { --ink: #000; --soft: #333; --line: #999; --paper: #fff; --shade: #fff;
  --link: #000; --mark: #000; --mark-paper: #fff; }
  body { font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  nav, .skip { display: none; } a { text-decoration: none; }
  article, tr, pre { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
  .overview .mark, .overview .whole { white-space: normal; }
  thead { display: table-header-group; } pre { white-space: pre-wrap; }
  .scroll { overflow: visible; }
  @page { margin: 18mm 15mm; } }
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                // XML and HTML have no other control characters.
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
        }
    }
    return out;
}

std::string told(const Json& json, const char* member) {
    return escaped(text_member(json, member));
}

std::string element(const char* name, const std::string& inner) {
    return std::string("<") + name + ">" + inner + "</" + name + ">";
}

std::string code(const std::string& text) {
    return element("code", escaped(text));
}

std::string mark(bool verified) {
    if (verified) return "";
    return " <span class=\"mark\">" + std::string(kFromMemory) + "</span>";
}

std::string whole(const std::string& text) {
    return text.empty() ? "" : "<span class=\"whole\">" + escaped(text) + "</span>";
}

std::string anchor(const std::string& id) {
    return "<a href=\"#" + escaped(id) + "\">" + escaped(id) + "</a>";
}

std::string head_row(std::initializer_list<const char*> names) {
    std::string row = "<thead><tr>";
    for (const char* name : names) row += std::string("<th scope=\"col\">") + name + "</th>";
    return row + "</tr></thead>\n<tbody>\n";
}

std::string row(std::initializer_list<std::string> cells) {
    std::string out = "<tr>";
    bool first = true;
    for (const std::string& cell : cells) {
        out += first ? "<th scope=\"row\">" + cell + "</th>" : "<td>" + cell + "</td>";
        first = false;
    }
    return out + "</tr>\n";
}

std::string table(const std::string& caption, const std::string& rows, const char* kind = "list") {
    // What scrolls is reached by the keyboard, and says what it is.
    return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + caption +
           "\"><table class=\"" + std::string(kind) + "\">\n<caption>" +
           caption + "</caption>\n" + rows + "</tbody></table></div>\n";
}

std::string term(const char* name, const std::string& value) {
    if (value.empty()) return "";
    return std::string("<dt>") + name + "</dt><dd>" + value + "</dd>\n";
}

std::string codes(const Json& list) {
    std::string out;
    for (const Json& one : list) out += (out.empty() ? "" : ", ") + code(one.get<std::string>());
    return out;
}

// "3", "3, 1 from memory".
std::string citation_count(const Json& control) {
    std::size_t unverified = 0;
    for (const Json& citation : control.at("citations"))
        if (!citation.at("verified").get<bool>()) ++unverified;
    const std::string count = std::to_string(control.at("citations").size());
    if (unverified == 0) return count;
    return count + ", <span class=\"mark\">" + std::to_string(unverified) + " " +
           std::string(kFromMemory) + "</span>";
}

// An id may go on in the next line behind a dot or underscore; behind a hyphen it does anyway.
std::string breaking_anchor(const std::string& id) {
    std::string text;
    for (const char c : escaped(id)) {
        text += c;
        if (c == '.' || c == '_') text += "<wbr>";
    }
    return "<a href=\"#" + escaped(id) + "\">" + text + "</a>";
}

std::string overview(const Json& catalogue) {
    std::string rows =
        head_row({"Control", "Requirement", "Basis", "Severity", "Limit", "Proof", "Citations"});
    for (const Json& control : catalogue.at("controls")) {
        const std::string form = text_member(control.at("proof"), "form");
        rows += row({breaking_anchor(text_member(control, "id")), told(control, "title"),
                     told(control, "basis"), told(control, "severity"),
                     whole(limit_words(control)),
                     form.empty() ? "none" : escaped(form), citation_count(control)});
    }
    return "<h2 id=\"overview\">Controls</h2>\n" +
           table(std::to_string(catalogue.at("controls").size()) + " controls", rows, "overview");
}

std::string matrix(const Json& catalogue) {
    std::string out = "<h2 id=\"matrix\">Which clauses are covered</h2>\n";
    for (const auto& [framework, clauses] : cited_clauses(catalogue)) {
        std::string rows = head_row({"Clause", "In force", "Controls"});
        for (const CitedClause& cited : clauses) {
            std::string dates = cited.from.empty() ? "" : "from " + cited.from;
            if (!cited.until.empty()) dates += (dates.empty() ? "until " : " until ") + cited.until;
            std::string controls;
            for (const std::string& id : cited.controls)
                controls += (controls.empty() ? "" : ", ") + anchor(id);
            rows += row({(cited.clause.empty() ? "as a whole" : escaped(cited.clause)) +
                             mark(cited.verified),
                         dates.empty() ? "<span class=\"soft\">no dates</span>" : escaped(dates),
                         controls});
        }
        out += table(escaped(framework), rows, "matrix");
    }
    return out;
}

std::string citations(const Json& control) {
    if (control.at("citations").empty()) return "";
    std::string out = "<h4>Citations</h4>\n<ul>\n";
    for (const Json& citation : control.at("citations"))
        out += "<li>" + escaped(citation_words(citation)) +
               mark(citation.at("verified").get<bool>()) + "</li>\n";
    return out + "</ul>\n";
}

std::string parameters(const Json& list, const std::string& caption) {
    if (list.empty()) return "";
    std::string rows = head_row({"Parameter", "Value", "What it is", "Where"});
    for (const Json& one : list) {
        const std::string system = text_member(one, "system");
        const std::string unit = text_member(one, "unit");
        rows += row({code(text_member(one, "pack") + ":" + text_member(one, "name")) +
                         (system.empty() ? "" : " of " + escaped(system)),
                     code(text_member(one, "value")) + (unit.empty() ? "" : " " + escaped(unit)),
                     told(one, "about"), told(one, "file") + ":" + told(one, "line")});
    }
    return table(caption, rows);
}

std::string measures_of(const Json& catalogue, const Json& control) {
    std::string out;
    for (const Json& measure : catalogue.at("measures")) {
        const std::string name = text_member(measure, "pack") + ":" + text_member(measure, "name");
        for (const Json& read : control.at("reads"))
            if (read == name) out += "<pre class=\"wrap\">" + told(measure, "text") + "</pre>\n";
    }
    return out.empty() ? "" : "<h4>What is measured</h4>\n" + out;
}

// What the comment of the rule says below the line that names its arguments.
std::string meaning(const Json& control) {
    const std::string about = text_member(control, "about");
    const std::size_t gap = about.find("\n\n");
    return gap == std::string::npos ? "" : "<p>" + escaped(about.substr(gap + 2)) + "</p>\n";
}

std::string article(const Json& catalogue, const Json& control) {
    const std::string id = text_member(control, "id");
    std::string out = "<article id=\"" + escaped(id) + "\" aria-labelledby=\"" + escaped(id) +
                      "-name\">\n<h3 id=\"" + escaped(id) + "-name\">" + code(id) + " " +
                      told(control, "title") + "</h3>\n" + meaning(control) + "<dl>\n";
    std::string basis = told(control, "basis");
    for (const auto& [word, meaning] : kBasisWords)
        if (text_member(control, "basis") == word) basis += " (" + escaped(meaning) + ")";
    out += term("Basis", basis);
    out += term("Severity", told(control, "severity"));
    out += term("Status", told(control, "status"));
    out += term("Version", told(control, "version") + " (control set " +
                               told(control, "control_set") + ", version " +
                               told(control, "control_set_version") + ")");
    const std::string limit = limit_words(control);
    out += term("Limit", limit.empty() ? "" : code(text_member(control, "measure")) + " " +
                                                  escaped(limit));
    out += term("Options", codes(control.at("options")));
    out += term("Event types", codes(control.at("event_types")));
    out += term("Proof", escaped(proof_words(control)));
    out += term("Rule", code(text_member(control, "predicate")) + ", " + told(control, "file") +
                            ":" + told(control, "line"));
    out += term("Tests", told(control, "tests"));
    out += "</dl>\n" + citations(control);
    out += parameters(control.at("parameters"), "Parameters");
    out += measures_of(catalogue, control);
    out += "<h4>What is required</h4>\n<pre tabindex=\"0\">" + told(control, "rule") + "</pre>\n";
    return out + "</article>\n";
}

std::string packs(const Json& catalogue) {
    std::string out;
    for (const Json& pack : catalogue.at("packs")) {
        std::string articles;
        for (const Json& control : catalogue.at("controls"))
            if (control.at("pack") == pack.at("pack")) articles += article(catalogue, control);
        if (articles.empty()) continue;
        const std::string name = told(pack, "pack");
        out += "<h2 id=\"pack-" + name + "\">" + name + "</h2>\n<p>" + told(pack, "about") +
               "</p>\n" + articles;
    }
    return out;
}

std::string navigation(const Json& catalogue) {
    std::string out = "<nav aria-label=\"Contents\">\n<ul>\n"
                      "<li><a href=\"#overview\">Controls</a></li>\n"
                      "<li><a href=\"#matrix\">Which clauses are covered</a></li>\n";
    for (const Json& pack : catalogue.at("packs")) {
        bool any = false;
        for (const Json& control : catalogue.at("controls"))
            any = any || control.at("pack") == pack.at("pack");
        const std::string name = told(pack, "pack");
        if (any) out += "<li><a href=\"#pack-" + name + "\">" + name + "</a></li>\n";
    }
    return out + "<li><a href=\"#parameters\">Parameters</a></li>\n"
                 "<li><a href=\"#events\">Event types</a></li>\n</ul>\n</nav>\n";
}

std::string control_sets(const Json& catalogue) {
    std::string out;
    for (const Json& control : catalogue.at("controls")) {
        const std::string set =
            told(control, "control_set") + " " + told(control, "control_set_version");
        if (out.find(set) == std::string::npos) out += (out.empty() ? "" : ", ") + set;
    }
    return out;
}

std::string kinds(const Json& catalogue) {
    std::string rows = head_row({"Event type", "Declaration"});
    for (const Json& kind : catalogue.at("kinds")) {
        const std::string text = text_member(kind, "text");
        rows += row({code(text_member(kind, "type")),
                     text.empty() ? "of every pack: nothing of a kind happened" : code(text)});
    }
    return "<h2 id=\"events\">Event types</h2>\n" + table("What is taken in", rows);
}

}  // namespace

std::string catalogue_html(const Json& catalogue) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>Catalogue of controls</title>\n<style>" +
        std::string(kStyle) +
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#overview\">To the controls</a>\n"
        "<header>\n<h1>Catalogue of controls</h1>\n<p>Control sets: " +
        control_sets(catalogue) + ".</p>\n<p class=\"soft digest\">Rules: bundle " +
        told(catalogue, "bundle") +
        " (SHA-256 of the files). Verdicts, attestations and proofs name it.</p>\n"
        "<p>A citation marked <span class=\"mark\">" +
        std::string(kFromMemory) +
        "</span> was written down without its text at hand: nobody has checked the clause.</p>\n" +
        navigation(catalogue) + "</header>\n<main>\n" + overview(catalogue) + matrix(catalogue) +
        packs(catalogue) + "<h2 id=\"parameters\">Parameters</h2>\n" +
        parameters(catalogue.at("parameters"), "All parameters") + kinds(catalogue) +
        "</main>\n<footer>\n<p class=\"soft\">Made by overlordctl rules doc.</p>\n</footer>\n"
        "</body>\n</html>\n";
    return out;
}

}  // namespace overlord::ctl
