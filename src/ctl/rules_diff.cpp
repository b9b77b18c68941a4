// overlordctl rules diff DIR|DIGEST DIR: what a reader of two bundles would find, in words.
#include <filesystem>
#include <iostream>

#include "places.hpp"
#include "rules_catalogue.hpp"
#include "rules_changes.hpp"
#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

// A digest names rules that the daemon has archived; everything else is a folder.
Result<std::string> folder_of(const Options& options, const std::string& operand) {
    if (!hash_from_hex(operand) || std::filesystem::exists(operand)) return operand;
    const Result<Places> places = find_places(options);
    if (!places) return places.error();
    const Path folder = places->state_dir / "rules" / operand;
    std::error_code failed;
    if (std::filesystem::is_directory(folder, failed)) return folder.string();
    return Error{"rules.archive", "no rules " + operand + " in " + folder.parent_path().string()};
}

Json change_json(const RuleChange& change) {
    return {{"what", change.what},     {"change", change.change}, {"name", change.name},
            {"before", change.before}, {"after", change.after},   {"effect", change.effect}};
}

void print_part(const char* mark, const std::string& text) {
    if (text.empty()) return;
    std::string line = std::string("    ") + mark;
    for (const char c : text) {
        line += c;
        if (c == '\n') line += std::string("    ") + mark;
    }
    std::cout << line << "\n";
}

void print_changes(const std::vector<RuleChange>& changes) {
    for (const RuleChange& change : changes) {
        std::cout << change.name << ": " << change.what << " " << change.change << "\n";
        print_part("- ", change.before);
        print_part("+ ", change.after);
        print_part("  ", change.effect);
    }
    std::cout << changes.size() << (changes.size() == 1 ? " change\n" : " changes\n");
}

}  // namespace

int rules_diff(const Options& options, Operands operands) {
    if (operands.size() != 2) return rules_usage(options, "diff");
    std::vector<Json> catalogues;
    for (const std::string& operand : operands) {
        const Result<std::string> folder = folder_of(options, operand);
        if (!folder) return fail(options, kUsage, folder.error());
        Catalogue catalogue = read_catalogue(options, *folder);
        // Exit code 1 means a difference here: rules that are refused are a mistake of the command.
        if (!catalogue.json) return catalogue.exit == kNo ? kUsage : catalogue.exit;
        catalogues.push_back(std::move(*catalogue.json));
    }
    const std::vector<RuleChange> changes = rule_changes(catalogues[0], catalogues[1]);
    if (options.json()) {
        Json json;
        json["before"] = catalogues[0].at("bundle");
        json["after"] = catalogues[1].at("bundle");
        json["changes"] = Json::array();
        for (const RuleChange& change : changes) json["changes"].push_back(change_json(change));
        std::cout << json.dump() << "\n";
    } else if (changes.empty()) {
        std::cout << (catalogues[0].at("bundle") == catalogues[1].at("bundle")
                          ? "the same bundle\n"
                          : "no difference but in layout, comments and order\n");
    } else {
        print_changes(changes);
    }
    return changes.empty() ? kYes : kNo;
}

}  // namespace overlord::ctl
