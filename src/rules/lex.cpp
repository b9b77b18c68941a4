// The tokens of a pack's text (ISO 13211-1 section 6.4, as far as an outline needs them).
#include <algorithm>

#include "overlord/rules/outline.hpp"

namespace overlord::rules {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

bool is_symbol(char c) {
    return std::string_view("+-*/\\^<>=~:.?@#&$").find(c) != std::string_view::npos;
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_(source) {}

    Lexed run() {
        while (at_ < source_.size()) step();
        return std::move(lexed_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void step() {
        const char c = peek();
        if (is_space(c)) {
            ++at_;
        } else if (c == '%') {
            line_comment();
        } else if (c == '/' && peek(1) == '*') {
            const std::size_t close = source_.find("*/", at_ + 2);
            const std::size_t end = close == std::string_view::npos ? source_.size() : close + 2;
            lexed_.comments.push_back({at_, end});
            at_ = end;
        } else {
            token(c);
        }
    }

    // Lines of % that follow each other are one block.
    void line_comment() {
        const std::size_t begin = at_;
        at_ = std::min(source_.find('\n', at_), source_.size());
        if (!lexed_.comments.empty() && joined(lexed_.comments.back(), begin)) {
            lexed_.comments.back().end = at_;
        } else {
            lexed_.comments.push_back({begin, at_});
        }
    }

    [[nodiscard]] bool joined(const Comment& before, std::size_t begin) const {
        if (source_[before.begin] != '%') return false;
        const std::string_view between = source_.substr(before.end, begin - before.end);
        return std::all_of(between.begin(), between.end(), is_space) &&
               std::count(between.begin(), between.end(), '\n') == 1;
    }

    void token(char c) {
        const std::size_t begin = at_;
        Token::Kind kind = Token::Kind::kName;
        if (is_digit(c)) {
            kind = Token::Kind::kNumber;
            number();
        } else if (c == '_' || (c >= 'A' && c <= 'Z')) {
            kind = Token::Kind::kVariable;
            word();
        } else if (is_word(c)) {
            word();
        } else if (c == '\'' || c == '"' || c == '`') {
            if (c != '\'') kind = Token::Kind::kString;
            quoted(c);
        } else if (is_end()) {
            kind = Token::Kind::kEnd;
            ++at_;
        } else if (is_symbol(c)) {
            while (is_symbol(peek())) ++at_;
        } else {
            if (c != '!' && c != ';') kind = Token::Kind::kPunctuation;
            ++at_;
        }
        lexed_.tokens.push_back({kind, begin, at_});
    }

    [[nodiscard]] bool is_end() const {
        if (peek() != '.' || is_symbol(peek(1))) return false;
        return at_ + 1 >= source_.size() || is_space(peek(1)) || peek(1) == '%';
    }

    void word() {
        while (is_word(peek())) ++at_;
    }

    // Also 0'c, 1.5e-3, 1r3 and 1_000.
    void number() {
        if (peek() == '0' && peek(1) == '\'' && at_ + 2 < source_.size()) {
            at_ += 2;
            if (peek() == '\\' || (peek() == '\'' && peek(1) == '\'')) ++at_;
            ++at_;
            while ((static_cast<unsigned char>(peek()) & 0xC0) == 0x80) ++at_;
            return;
        }
        word();
        if (peek() == '.' && is_digit(peek(1))) {
            ++at_;
            word();
        }
        const char last = source_[at_ - 1];
        if ((last == 'e' || last == 'E') && (peek() == '+' || peek() == '-')) {
            ++at_;
            word();
        }
    }

    void quoted(char quote) {
        const std::size_t line_end = std::min(source_.find('\n', at_), source_.size());
        for (++at_; at_ < source_.size(); ++at_) {
            if (peek() == '\\' && at_ + 1 < source_.size()) {
                ++at_;
            } else if (peek() == quote) {
                ++at_;
                if (peek() != quote) return;
            } else if (peek() == '\n') {
                break;
            }
        }
        at_ = std::max(std::min(at_, source_.size()), line_end);
    }

    std::string_view source_;
    std::size_t at_ = 0;
    Lexed lexed_;
};

}  // namespace

Lexed lex(std::string_view source) {
    return Lexer(source).run();
}

}  // namespace overlord::rules
