// A catalogue as pages: HTML for browsers and printers, Markdown for repositories. The same bundle
// gives the same bytes: nothing here knows the time. Pure functions.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace overlord::ctl {

using CatalogueJson = nlohmann::ordered_json;

// One file, without scripts and without anything from elsewhere; light and dark, and for print.
[[nodiscard]] std::string catalogue_html(const CatalogueJson& catalogue);
[[nodiscard]] std::string catalogue_markdown(const CatalogueJson& catalogue);

// The controls that cite a clause, by framework (with its edition) and clause: a matrix.
struct CitedClause {
    std::string clause;  // empty: the framework as a whole
    std::string from, until;
    bool verified = true;  // false: from memory in at least one control
    std::vector<std::string> controls;
};
[[nodiscard]] std::map<std::string, std::vector<CitedClause>> cited_clauses(
    const CatalogueJson& catalogue);

// Words that both pages use.
[[nodiscard]] std::string text_member(const CatalogueJson& json, const char* member);
[[nodiscard]] std::string limit_words(const CatalogueJson& control);  // "at most 50 ms", "true"
[[nodiscard]] std::string proof_words(const CatalogueJson& control);
[[nodiscard]] std::string citation_words(const CatalogueJson& citation);  // without the mark

inline constexpr std::string_view kFromMemory = "from memory";
inline constexpr std::string_view kBasisWords[][2] = {
    {"regulation", "a regulation sets this limit"},
    {"standard", "a standard sets this limit"},
    {"shape_regulation", "a regulation asks for the thing and leaves the number to the operator"},
    {"target", "an own target: no regulation or standard sets this limit"},
};

}  // namespace overlord::ctl
