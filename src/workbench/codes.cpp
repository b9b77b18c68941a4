#include "overlord/workbench/codes.hpp"

#include <algorithm>

#include "codes_text.hpp"

namespace overlord::workbench {
namespace {

constexpr std::string_view kHeading = "\n## ";

std::string_view trimmed(std::string_view text) {
    const std::size_t from = text.find_first_not_of('\n');
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of('\n') + 1 - from);
}

// "`error`. The folder cannot be read. Example: ..." says "The folder cannot be read".
std::string first_sentence(std::string_view text) {
    const std::size_t start = text.find(". ");
    if (start == text.npos) return std::string(text);
    text.remove_prefix(start + 2);
    return std::string(text.substr(0, std::min(text.find(". "), text.find(".\n"))));
}

std::vector<CodePage> read_pages(std::string_view text) {
    std::vector<CodePage> pages;
    for (std::size_t at = text.find(kHeading); at != text.npos;) {
        const std::size_t next = text.find(kHeading, at + 1);
        const std::size_t from = at + kHeading.size();
        const std::string_view section =
            text.substr(from, next == text.npos ? text.npos : next - from);
        const std::size_t end = section.find('\n');
        const std::string_view body = trimmed(section.substr(end));
        pages.push_back({std::string(section.substr(0, end)), first_sentence(body),
                         std::string(body)});
        at = next;
    }
    return pages;
}

}  // namespace

const std::vector<CodePage>& code_pages() {
    static const std::vector<CodePage> pages = read_pages(kCodesText);
    return pages;
}

const CodePage* find_code(std::string_view code) {
    const std::vector<CodePage>& pages = code_pages();
    const auto found = std::find_if(pages.begin(), pages.end(),
                                    [&](const CodePage& page) { return page.code == code; });
    return found == pages.end() ? nullptr : &*found;
}

}  // namespace overlord::workbench
