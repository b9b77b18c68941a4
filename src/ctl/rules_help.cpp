// overlordctl rules help CODE: what a finding means, with an example.
#include <iostream>
#include <nlohmann/json.hpp>

#include "overlord/workbench/codes.hpp"
#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

using workbench::CodePage;

int list_codes(const Options& options) {
    if (options.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const CodePage& page : workbench::code_pages())
            json.push_back({{"code", page.code}, {"summary", page.summary}});
        std::cout << json.dump() << "\n";
        return kYes;
    }
    for (const CodePage& page : workbench::code_pages())
        std::cout << page.code << ": " << page.summary << "\n";
    return kYes;
}

int unknown_code(const Options& options, const std::string& code) {
    std::vector<std::string_view> names;
    for (const CodePage& page : workbench::code_pages()) names.emplace_back(page.code);
    const std::string near = nearest_word(code, names);
    return fail(options, kUsage,
                Error{"usage", "there is no code " + code +
                                   (near.empty() ? ": rules help lists them"
                                                 : ", did you mean " + near + "?")});
}

}  // namespace

int rules_help(const Options& options, Operands operands) {
    if (operands.empty()) return list_codes(options);
    if (operands.size() != 1) return rules_usage(options, "help");
    const CodePage* page = workbench::find_code(operands[0]);
    if (page == nullptr) return unknown_code(options, operands[0]);
    if (options.json()) {
        const nlohmann::ordered_json json = {
            {"code", page->code}, {"summary", page->summary}, {"text", page->text}};
        std::cout << json.dump() << "\n";
        return kYes;
    }
    std::cout << page->code << "\n\n" << page->text << "\n";
    return kYes;
}

}  // namespace overlord::ctl
