// docs/rules/codes.md, built in: what each code of check and lint means. Plain values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlord::workbench {

struct CodePage {
    std::string code;     // "rules.undefined"
    std::string summary;  // its first sentence
    std::string text;     // the section without its heading, as Markdown
};

// In the order of the page.
[[nodiscard]] const std::vector<CodePage>& code_pages();
[[nodiscard]] const CodePage* find_code(std::string_view code);

}  // namespace overlord::workbench
