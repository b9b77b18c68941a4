// The catalogue as Markdown (CommonMark with tables).
#include "rules_pages.hpp"

namespace overlord::ctl {
namespace {

using Json = CatalogueJson;

// Text inside a paragraph or a table's cell: what Markdown would take for its own is escaped.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string told(const Json& json, const char* member) {
    return plain(text_member(json, member));
}

std::string mark(bool verified) {
    return verified ? "" : " **[" + std::string(kFromMemory) + "]**";
}

// A fence longer than any in the text.
std::string block(const std::string& text) {
    std::string fence = "```";
    while (text.find(fence) != std::string::npos) fence += '`';
    return fence + "prolog\n" + text + "\n" + fence + "\n\n";
}

std::string heading_link(const std::string& id) {
    std::string target;
    for (const char c : id)
        if (c != '.') target += c;
    return "[" + plain(id) + "](#" + target + ")";
}

std::string overview(const Json& catalogue) {
    std::string out =
        "## Controls\n\n| control | requirement | basis | severity | limit | proof |\n"
        "|---|---|---|---|---|---|\n";
    for (const Json& control : catalogue.at("controls")) {
        const std::string form = text_member(control.at("proof"), "form");
        out += "| " + heading_link(text_member(control, "id")) + " | " + told(control, "title") +
               " | " + told(control, "basis") + " | " + told(control, "severity") + " | " +
               plain(limit_words(control)) + " | " + (form.empty() ? "none" : plain(form)) +
               " |\n";
    }
    return out + "\n";
}

std::string matrix(const Json& catalogue) {
    std::string out = "## Which clauses are covered\n\n";
    for (const auto& [framework, clauses] : cited_clauses(catalogue)) {
        out += "### " + plain(framework) + "\n\n| clause | in force | controls |\n|---|---|---|\n";
        for (const CitedClause& cited : clauses) {
            std::string dates = cited.from.empty() ? "" : "from " + cited.from;
            if (!cited.until.empty()) dates += (dates.empty() ? "until " : " until ") + cited.until;
            std::string controls;
            for (const std::string& id : cited.controls)
                controls += (controls.empty() ? "" : ", ") + heading_link(id);
            out += "| " + (cited.clause.empty() ? "as a whole" : plain(cited.clause)) +
                   mark(cited.verified) + " | " + plain(dates) + " | " + controls + " |\n";
        }
        out += "\n";
    }
    return out;
}

std::string control_text(const Json& control) {
    std::string out = "### " + text_member(control, "id") + "\n\n" + told(control, "title") +
                      ".\n\n- basis: " + told(control, "basis") +
                      "\n- severity: " + told(control, "severity") +
                      "; status: " + told(control, "status") +
                      "; version: " + told(control, "version") + "\n";
    const std::string limit = limit_words(control);
    if (!limit.empty())
        out += "- limit: `" + text_member(control, "measure") + "` " + plain(limit) + "\n";
    for (const Json& option : control.at("options"))
        out += "- option: `" + option.get<std::string>() + "`\n";
    for (const Json& type : control.at("event_types"))
        out += "- takes in: `" + type.get<std::string>() + "`\n";
    for (const Json& citation : control.at("citations"))
        out += "- cites: " + plain(citation_words(citation)) +
               mark(citation.at("verified").get<bool>()) + "\n";
    for (const Json& one : control.at("parameters"))
        out += "- parameter: `" + text_member(one, "name") + " = " + text_member(one, "value") +
               "` " + told(one, "unit") + " " + told(one, "about") + "\n";
    out += "- proof: " + plain(proof_words(control)) + "\n- rule: `" +
           text_member(control, "predicate") + "`, " + told(control, "file") + ":" +
           told(control, "line") + ", " + told(control, "tests") + " tests\n\n";
    return out + block(text_member(control, "rule"));
}

}  // namespace

std::string catalogue_markdown(const Json& catalogue) {
    std::string out = "# Catalogue of controls\n\nRules: bundle `" +
                      text_member(catalogue, "bundle") +
                      "`.\nA citation marked **[" + std::string(kFromMemory) +
                      "]** was written down without its text at hand: nobody has checked the "
                      "clause.\n\n" +
                      overview(catalogue) + matrix(catalogue);
    for (const Json& pack : catalogue.at("packs")) {
        std::string controls;
        for (const Json& control : catalogue.at("controls"))
            if (control.at("pack") == pack.at("pack")) controls += control_text(control);
        if (controls.empty()) continue;
        out += "## " + told(pack, "pack") + "\n\n" + told(pack, "about") + ".\n\n" + controls;
    }
    while (out.ends_with("\n\n")) out.pop_back();
    return out;
}

}  // namespace overlord::ctl
