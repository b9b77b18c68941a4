#include "overlord/rules/outline.hpp"

#include <algorithm>

namespace overlord::rules {
namespace {

constexpr std::size_t kNestingMax = 2'000;  // deeper ones the gate refuses

bool opens(std::string_view text) {
    return text == "(" || text == "[" || text == "{";
}

bool closes(std::string_view text) {
    return text == ")" || text == "]" || text == "}";
}

Item item_of(std::string_view source, std::vector<Token> tokens, std::size_t end) {
    Item item;
    item.begin = tokens.front().begin;
    item.end = end;
    item.tokens = std::move(tokens);
    std::size_t named = 0;
    if (item.tokens[0].text(source) == ":-") {
        item.kind = Item::Kind::kDirective;
        if (item.tokens.size() > 1) named = 1;
    }
    item.named = item.tokens[named];
    if (item.named.kind == Token::Kind::kName) item.name = unquoted(item.named.text(source));
    item.arity = arguments(source, item).size();
    return item;
}

// `%!  foo(+X, -Y) is det.` describes foo/2.
bool describes(std::string_view line, std::string_view predicate, std::size_t arity) {
    if (!line.starts_with("%!")) return false;
    const std::vector<Token> tokens = lex(line.substr(2)).tokens;
    if (tokens.empty()) return false;
    const std::string_view rest = line.substr(2);
    return unquoted(tokens[0].text(rest)) == predicate &&
           arguments(rest, tokens, 1).size() == arity;
}

std::string_view line_at(std::string_view text, std::size_t& at) {
    const std::size_t begin = at;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    at = end + 1;
    return text.substr(begin, end - begin);
}

std::string_view without_mark(std::string_view line) {
    const std::size_t mark = line.find_first_not_of(" \t");
    if (mark == std::string_view::npos) return "";
    line.remove_prefix(mark);
    if (line.starts_with("%!")) line.remove_prefix(2);
    if (line.starts_with("%")) line.remove_prefix(1);
    const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(std::min<std::size_t>(text, 3));
    return line;
}

std::string plain_comment(std::string_view block) {
    std::string text;
    for (std::size_t at = 0; at < block.size();) {
        if (!text.empty()) text += '\n';
        text += without_mark(line_at(block, at));
    }
    return text;
}

}  // namespace

Outline outline(std::string_view source) {
    Lexed lexed = lex(source);
    Outline result;
    result.comments = std::move(lexed.comments);
    std::vector<Token> tokens;
    for (const Token& token : lexed.tokens) {
        if (token.kind != Token::Kind::kEnd) {
            tokens.push_back(token);
            continue;
        }
        if (!tokens.empty()) result.items.push_back(item_of(source, std::move(tokens), token.end));
        tokens.clear();
    }
    if (!tokens.empty()) result.items.push_back(item_of(source, std::move(tokens), source.size()));
    return result;
}

std::vector<Argument> arguments(std::string_view source, const std::vector<Token>& tokens,
                                std::size_t open) {
    std::vector<Argument> found;
    if (open >= tokens.size() || !opens(tokens[open].text(source))) return found;
    std::size_t depth = 0;
    std::size_t first = open + 1;
    for (std::size_t at = open; at < tokens.size(); ++at) {
        if (tokens[at].kind != Token::Kind::kPunctuation) continue;
        const std::string_view text = tokens[at].text(source);
        if (opens(text) && ++depth > kNestingMax) return {};
        const bool closed = closes(text) && --depth == 0;
        if (closed || (depth == 1 && text == ",")) {
            if (at > first) found.push_back({first, at});
            first = at + 1;
        }
        if (closed) return found;
    }
    if (tokens.size() > first) found.push_back({first, tokens.size()});  // not closed yet
    return found;
}

std::vector<Argument> arguments(std::string_view source, const Item& item) {
    const std::size_t open = item.kind == Item::Kind::kDirective ? 2 : 1;
    if (open >= item.tokens.size() || item.tokens[open].text(source) != "(") return {};
    return arguments(source, item.tokens, open);
}

std::string text_of(std::string_view source, const std::vector<Token>& tokens, Argument argument) {
    std::string text;
    for (std::size_t at = argument.first; at < std::min(argument.last, tokens.size()); ++at) {
        const bool gap = at > argument.first && tokens[at].begin > tokens[at - 1].end;
        if (gap) text += ' ';
        text += tokens[at].text(source);
    }
    return text;
}

std::string text_of(std::string_view source, const Item& item) {
    return text_of(source, item.tokens, {0, item.tokens.size()}) + ".";
}

std::string unquoted(std::string_view token) {
    if (token.size() < 2 || token.front() != token.back() ||
        std::string_view("'\"`").find(token.front()) == std::string_view::npos) {
        return std::string(token);
    }
    const char quote = token.front();
    const std::string_view inner = token.substr(1, token.size() - 2);
    std::string text;
    for (std::size_t at = 0; at < inner.size(); ++at) {
        if (inner[at] == quote && at + 1 < inner.size()) ++at;
        if (inner[at] != '\\' || at + 1 >= inner.size()) {
            text += inner[at];
            continue;
        }
        const char escaped = inner[++at];
        if (escaped == 'n') text += '\n';
        else if (escaped == 't') text += '\t';
        else if (escaped != '\n') text += escaped;
    }
    return text;
}

std::string TermView::name() const {
    if (range_.first >= range_.last) return "";
    const Token& token = (*tokens_)[range_.first];
    if (token.kind != Token::Kind::kName) return "";
    const bool alone = range_.last == range_.first + 1;
    const bool applied = !alone && (*tokens_)[range_.first + 1].text(source_) == "(";
    return alone || applied ? unquoted(token.text(source_)) : "";
}

bool TermView::is_list() const {
    return range_.first < range_.last && (*tokens_)[range_.first].text(source_) == "[";
}

std::vector<TermView> TermView::parts() const {
    std::vector<TermView> found;
    const std::size_t open = is_list() ? range_.first : range_.first + 1;
    if (open >= range_.last) return found;
    for (const Argument& part : arguments(source_, *tokens_, open))
        found.emplace_back(source_, *tokens_, part);
    return found;
}

std::string TermView::text() const {
    return text_of(source_, *tokens_, range_);
}

std::string TermView::value() const {
    if (range_.last != range_.first + 1) return text();
    return unquoted((*tokens_)[range_.first].text(source_));
}

std::string TermView::option(std::string_view name) const {
    for (const TermView& part : parts()) {
        if (part.name() != name) continue;
        const std::vector<TermView> given = part.parts();
        if (!given.empty()) return given.front().value();
    }
    return "";
}

std::vector<TermView> terms(std::string_view source, const Item& item) {
    std::vector<TermView> found;
    for (const Argument& one : arguments(source, item))
        found.emplace_back(source, item.tokens, one);
    return found;
}

std::string described(std::string_view source, const Outline& outline, std::string_view predicate,
                      std::size_t arity) {
    for (const Comment& comment : outline.comments) {
        const std::string_view block = source.substr(comment.begin, comment.end - comment.begin);
        for (std::size_t at = 0; at < block.size();) {
            if (describes(line_at(block, at), predicate, arity)) return plain_comment(block);
        }
    }
    return "";
}

LineColumn line_column(std::string_view source, std::size_t offset) {
    LineColumn place;
    for (const char c : source.substr(0, offset)) {
        if (c == '\n') {
            ++place.line;
            place.column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
            ++place.column;
        }
    }
    return place;
}

}  // namespace overlord::rules
