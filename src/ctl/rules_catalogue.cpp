// overlordctl rules catalogue DIR: every control, with what a reader of it asks first.
#include "rules_catalogue.hpp"

#include <algorithm>
#include <iostream>

#include "rules_commands.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string told(const Json& control, const char* member) {
    const auto found = control.find(member);
    return found != control.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string proof_text(const Json& control) {
    const Json& proof = control.at("proof");
    const std::string form = told(proof, "form");
    return form.empty() ? "not proved" : "proved (" + form + ")";
}

void print_table(const Json& catalogue) {
    std::size_t id = 0;
    std::size_t basis = 0;
    std::size_t limit = 0;
    std::size_t proof = 0;
    const auto limit_text = [](const Json& control) {
        const std::string unit = told(control, "unit");
        return told(control, "limit") + (unit.empty() ? "" : " " + unit);
    };
    const Json& controls = catalogue.at("controls");
    for (const Json& control : controls) {
        id = std::max(id, told(control, "id").size());
        basis = std::max(basis, told(control, "basis").size());
        limit = std::max(limit, limit_text(control).size());
        proof = std::max(proof, proof_text(control).size());
    }
    const auto padded = [](std::string text, std::size_t width) {
        text.resize(std::max(text.size(), width) + 2, ' ');
        return text;
    };
    std::size_t unverified = 0;
    for (const Json& control : controls) {
        const Json& cited = control.at("citations");
        const bool memory = std::any_of(cited.begin(), cited.end(), [](const Json& citation) {
            return !citation.at("verified").get<bool>();
        });
        if (memory) ++unverified;
        std::cout << padded(told(control, "id"), id) << padded(told(control, "basis"), basis)
                  << padded(limit_text(control), limit) << padded(proof_text(control), proof)
                  << told(control, "title") << (memory ? "  [clause from memory]" : "") << "\n";
    }
    const auto counted = [](std::size_t count, const char* what) {
        return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
    };
    std::cout << counted(controls.size(), "control") << ", "
              << counted(catalogue.at("measures").size(), "measure") << "; " << unverified
              << " cite a clause from memory\n";
}

}  // namespace

Catalogue read_catalogue(const Options& options, const std::string& directory) {
    Catalogue catalogue;
    std::vector<std::string> words = {"--catalogue", directory};
    if (options.json()) words.emplace_back("--json");
    const RulesRun run = run_rules_program(options, "overlord-engine", words, Output::kCapture);
    catalogue.exit = run.exit;
    if (run.exit != kYes) {
        std::cout << run.output;  // with --json, why
        return catalogue;
    }
    Json json = Json::parse(run.output, nullptr, false);
    if (json.is_discarded()) {
        catalogue.exit = kUnavailable;
        fail(options, kUnavailable,
             Error{"process.ended", "overlord-engine ended before its catalogue did"});
        return catalogue;
    }
    catalogue.json = std::move(json);
    return catalogue;
}

int rules_catalogue(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "catalogue");
    const Catalogue catalogue = read_catalogue(options, operands[0]);
    if (!catalogue.json) return catalogue.exit;
    if (options.json()) {
        std::cout << catalogue.json->dump() << "\n";
    } else {
        print_table(*catalogue.json);
    }
    return kYes;
}

}  // namespace overlord::ctl
