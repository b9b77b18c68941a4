#include "bridge.hpp"

namespace overlord::prolog {
namespace {

// The length of the UTF-8 sequence at `text[at]`, 0 when it is none (RFC 3629 section 4).
std::size_t sequence_length(const std::string& text, std::size_t at) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
    for (std::size_t index = 1; index < length; ++index)
        if ((byte(at + index) & 0xC0) != 0x80) return 0;
    const unsigned char second = byte(at + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return length;
}

constexpr int kNestingMax = 2'000;  // the reader takes some 600 bytes of C stack for each

struct Place {
    int line = 1;
    int column = 1;
    void pass(char c) {
        if (c == '\n') {
            ++line;
            column = 1;
        } else {
            ++column;
        }
    }
};

// Counts open brackets since the last line that ended a clause. Quotes and comments are not told
// apart: what this does not see costs the process that loads, which is a child with limits.
class Nesting {
public:
    bool too_deep(char c) {
        if (c == '(' || c == '[' || c == '{') ++depth_;
        if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
        if (c == '\n' && last_ == '.') depth_ = 0;
        if (c != ' ' && c != '\r') last_ = c;
        return depth_ > kNestingMax;
    }

private:
    int depth_ = 0;
    char last_ = 0;
};

// Names and numbers; reading a number takes time quadratic in its digits, in any radix.
class Word {
public:
    bool too_long(char c) {
        const bool part =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        length_ = part ? length_ + 1 : 0;
        return length_ > kWordMax;
    }

private:
    static constexpr int kWordMax = 10'000;
    int length_ = 0;
};

void put_files(term_t target, const std::vector<SourceFile>& files) {
    const term_t file = PL_new_term_ref();
    PL_put_nil(target);
    for (auto it = files.rbegin(); it != files.rend(); ++it) {
        const term_t arguments = PL_new_term_refs(2);
        put_string(arguments, it->name);
        put_string(arguments + 1, it->text);
        put_compound(file, "file", 2, arguments);
        if (!PL_cons_list(target, file, target)) exit_memory();
    }
}

}  // namespace

bool find_bad_text(const SourceFile& file, Diagnostic& diagnostic) {
    Place place;
    Nesting nesting;
    Word word;
    for (std::size_t at = 0; at < file.text.size();) {
        const std::size_t length = sequence_length(file.text, at);
        const bool mark = length == 3 && file.text.compare(at, 3, "\xEF\xBB\xBF") == 0;
        if (length == 0 || mark) {
            diagnostic = {file.name,
                          place.line,
                          place.column,
                          "error",
                          "rules.encoding",
                          mark ? "a byte order mark is not allowed"
                               : "the text is not UTF-8 or holds a zero byte"};
            return true;
        }
        if (word.too_long(file.text[at])) {
            diagnostic = {file.name, place.line,   place.column,
                          "error",   "rules.size", "a name or number of over 10,000 characters"};
            return true;
        }
        if (nesting.too_deep(file.text[at])) {
            diagnostic = {file.name, place.line,   place.column,
                          "error",   "rules.size", "brackets are nested too deep"};
            return true;
        }
        place.pass(file.text[at]);
        at += length;
    }
    return false;
}

std::vector<Diagnostic> get_diagnostics(term_t list) {
    std::vector<Diagnostic> diagnostics;
    for (const Value& item : get_value(list).items) {
        if (item.items.size() != 6) continue;
        diagnostics.push_back({item.items[0].text, static_cast<int>(item.items[1].integer),
                               static_cast<int>(item.items[2].integer), item.items[3].text,
                               item.items[4].text, item.items[5].text});
    }
    return diagnostics;
}

LoadResult load_packs(const std::vector<SourceFile>& files) {
    LoadResult result;
    for (const SourceFile& file : files) {
        Diagnostic bad;
        if (find_bad_text(file, bad)) result.diagnostics.push_back(bad);
    }
    if (!result.diagnostics.empty()) return result;

    const Frame frame;
    const term_t arguments = PL_new_term_refs(4);
    put_files(arguments, files);
    std::string error;
    if (!call_kernel("zko_gate", "load_packs", arguments, 4, error)) {
        result.diagnostics.push_back({"", 0, 0, "error", "rules.internal", error});
        return result;
    }
    result.accepted = is_atom(arguments + 1, "true");
    if (result.accepted) result.declarations = get_value(arguments + 2).items;
    result.diagnostics = get_diagnostics(arguments + 3);
    return result;
}

}  // namespace overlord::prolog
