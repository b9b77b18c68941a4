// What both pages say of controls and citations.
#include "rules_pages.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace overlord::ctl {

using Json = CatalogueJson;

std::string text_member(const Json& json, const char* member) {
    const auto found = json.find(member);
    if (found == json.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string limit_words(const Json& control) {
    static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"=< ", "at most "}, {">= ", "at least "}, {"< ", "below "}, {"> ", "above "}, {"= ", ""}};
    std::string limit = text_member(control, "limit");
    for (const auto& [sign, words] : kWords) {
        if (!limit.starts_with(sign)) continue;
        limit = std::string(words) + limit.substr(sign.size());
        break;
    }
    const std::string unit = text_member(control, "unit");
    return limit + (unit.empty() ? "" : " " + unit);
}

std::string proof_words(const Json& control) {
    const Json& proof = control.at("proof");
    const std::string form = text_member(proof, "form");
    const std::string mode = text_member(proof, "mode");
    const std::string why = text_member(proof, "why");
    if (mode == "none" || mode.empty()) return "not proved" + (why.empty() ? "" : " (" + why + ")");
    std::string words = "proved in zero knowledge, by " + mode;
    if (!form.empty()) words += ", form " + form;
    return words + (why.empty() ? "" : " (" + why + ")");
}

std::string citation_words(const Json& citation) {
    std::string words = text_member(citation, "framework");
    const std::string edition = text_member(citation, "edition");
    const std::string clause = text_member(citation, "clause");
    if (!edition.empty()) words += " (" + edition + ")";
    if (!clause.empty()) words += ", " + clause;
    for (const char* member : {"from", "until"})
        if (const std::string date = text_member(citation, member); !date.empty())
            words += std::string(", ") + member + " " + date;
    return words;
}

std::map<std::string, std::vector<CitedClause>> cited_clauses(const Json& catalogue) {
    std::map<std::string, std::vector<CitedClause>> matrix;
    for (const Json& control : catalogue.at("controls")) {
        for (const Json& citation : control.at("citations")) {
            const std::string edition = text_member(citation, "edition");
            const std::string framework = text_member(citation, "framework") +
                                          (edition.empty() ? "" : " (" + edition + ")");
            CitedClause cited{text_member(citation, "clause"), text_member(citation, "from"),
                              text_member(citation, "until"), citation.at("verified").get<bool>(),
                              {}};
            std::vector<CitedClause>& clauses = matrix[framework];
            auto same = std::find_if(clauses.begin(), clauses.end(), [&](const CitedClause& one) {
                return one.clause == cited.clause && one.from == cited.from &&
                       one.until == cited.until;
            });
            if (same == clauses.end()) same = clauses.insert(clauses.end(), cited);
            same->verified = same->verified && cited.verified;
            same->controls.push_back(text_member(control, "id"));
        }
    }
    for (auto& [framework, clauses] : matrix)
        std::sort(clauses.begin(), clauses.end(),
                  [](const CitedClause& left, const CitedClause& right) {
                      return std::tie(left.clause, left.from, left.until) <
                             std::tie(right.clause, right.from, right.until);
                  });
    return matrix;
}

}  // namespace overlord::ctl
