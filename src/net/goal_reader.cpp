#include "overlord/net/goal_reader.hpp"

#include <utility>

namespace overlord::net {
namespace {

bool is_layout(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_symbol(char c) {
    return std::string_view("#$&*+-./:<=>?@^~\\").find(c) != std::string_view::npos;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_layout(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_layout(text.back())) text.remove_suffix(1);
    return text;
}

// Scans Prolog text token by token (ISO 13211-1 section 6.4, and the SWI-Prolog additions that
// matter for where a term ends: back quotes, 0'c with escapes). Offsets beyond the text mean "not
// complete yet".
class Scanner {
public:
    Scanner(std::string_view text, bool ended) : text_(text), ended_(ended) {}

    // Skips white space and comments from `at`; false: a comment or the text does not end here.
    bool skip_layout(std::size_t& at) const {
        while (at < text_.size()) {
            if (is_layout(text_[at])) {
                ++at;
            } else if (text_[at] == '%') {
                at = text_.find('\n', at);
                if (at == text_.npos) return false;
            } else if (text_.substr(at, 2) == "/*") {
                at = text_.find("*/", at + 2);
                if (at == text_.npos) return false;
                at += 2;
            } else {
                return true;
            }
        }
        return false;
    }

    // The offset of the end dot of the term that starts at `at`.
    bool find_end(std::size_t at, std::size_t& dot) const {
        while (skip_layout(at)) {
            if (is_end(at)) {
                dot = at;
                return true;
            }
            at = skip_token(at);
        }
        return false;
    }

private:
    bool is_end(std::size_t at) const {
        if (text_[at] != '.') return false;
        if (at + 1 == text_.size()) return ended_;
        return is_layout(text_[at + 1]) || text_[at + 1] == '%';
    }

    std::size_t skip_token(std::size_t at) const {
        const char c = text_[at];
        if (c == '\'' || c == '"' || c == '`') return skip_quoted(at + 1, c);
        if (is_digit(c)) return skip_number(at);
        if (is_alphanumeric(c)) return skip_while(at, is_alphanumeric);
        if (is_symbol(c)) return skip_while(at, is_symbol);
        return at + 1;
    }

    template <class Belongs>
    std::size_t skip_while(std::size_t at, Belongs belongs) const {
        while (at < text_.size() && belongs(text_[at])) ++at;
        return at;
    }

    std::size_t skip_quoted(std::size_t at, char quote) const {
        while (at < text_.size()) {
            if (text_[at] == '\\') {
                at += 2;
            } else if (text_[at] != quote) {
                ++at;
            } else if (at + 1 < text_.size() && text_[at + 1] == quote) {
                at += 2;  // a doubled quote stands for itself
            } else {
                return at + 1;
            }
        }
        return text_.size();
    }

    // 0'c, 0'\n, 0''' are characters; 16'FF is a radix: neither opens a quoted atom.
    std::size_t skip_number(std::size_t start) const {
        const std::size_t at = skip_while(start, is_alphanumeric);
        if (at >= text_.size() || text_[at] != '\'') return at;
        if (text_.substr(start, at - start) != "0") {
            const bool radix = at + 1 < text_.size() && is_alphanumeric(text_[at + 1]);
            return radix ? skip_while(at + 1, is_alphanumeric) : at;
        }
        if (at + 1 >= text_.size()) return text_.size();
        if (text_[at + 1] == '\\' || text_.substr(at + 1, 2) == "''") return at + 3;
        return at + 2;
    }

    std::string_view text_;
    bool ended_;
};

bool is_command(std::string_view text) {
    return text.size() > 1 && text[0] == ':' && text[1] >= 'a' && text[1] <= 'z';
}

}  // namespace

// The line that a goal ended on is over with it: what follows the dot there is no answer to it.
bool GoalReader::drop_rest_of_goal_line() {
    if (!after_goal_) return true;
    const std::size_t at = input_.find_first_not_of(" \t\r");
    input_.erase(0, at);
    if (input_.empty()) return ended_;
    after_goal_ = false;
    if (input_.front() == '\n') input_.erase(0, 1);
    return true;
}

std::optional<std::string> GoalReader::next_goal() {
    const Scanner scanner(input_, ended_);
    std::size_t start = 0;
    if (!scanner.skip_layout(start)) {
        // Only white space and comments so far; what is complete of them can go.
        if (ended_ || trim(input_).empty()) input_.clear();
        return std::nullopt;
    }
    if (is_command(std::string_view(input_).substr(start))) {
        input_.erase(0, start);
        after_goal_ = false;
        return next_line();
    }
    std::size_t dot = 0;
    const bool found = scanner.find_end(start, dot);
    if (!found && !ended_) return std::nullopt;
    const std::size_t end = found ? dot : input_.size();
    std::string goal(trim(std::string_view(input_).substr(start, end - start)));
    input_.erase(0, found ? dot + 1 : end);
    after_goal_ = true;
    return goal;
}

std::optional<std::string> GoalReader::next_line() {
    if (!drop_rest_of_goal_line()) return std::nullopt;
    const std::size_t end = input_.find('\n');
    if (end == input_.npos && (!ended_ || input_.empty())) return std::nullopt;
    std::string line(trim(std::string_view(input_).substr(0, end)));
    input_.erase(0, end == input_.npos ? end : end + 1);
    return line;
}

void GoalReader::unread_line(std::string_view line) {
    after_goal_ = false;
    input_.insert(0, std::string(line) + "\n");
}

}  // namespace overlord::net
