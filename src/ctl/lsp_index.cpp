#include "lsp_index.hpp"

#include <algorithm>

namespace overlord::ctl {
namespace {

using Kind = LspSymbol::Kind;
using rules::Item;
using rules::TermView;
using rules::Token;

constexpr std::size_t kDetailMax = 80;

std::string shortened(std::string text) {
    if (text.size() <= kDetailMax) return text;
    std::size_t end = kDetailMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

std::string code_block(const std::string& text) {
    return "```prolog\n" + text + "\n```\n";
}

Kind declared_kind(const std::string& directive) {
    if (directive == "measure") return Kind::kMeasure;
    if (directive == "parameter" || directive == "parameter_for") return Kind::kParameter;
    if (directive == "telemetry") return Kind::kEventKind;
    if (directive == "control") return Kind::kControl;
    return Kind::kOther;
}

std::string citation_line(const TermView& citation) {
    if (citation.name() != "citation") return citation.value();
    const std::vector<TermView> given = citation.parts();
    std::string line;
    for (std::size_t i = 0; i < given.size() && i < 3; ++i) {
        const std::string part = given[i].value();
        if (!part.empty()) line += (line.empty() ? "" : ", ") + part;
    }
    if (given.size() > 3) {
        for (const char* date : {"from", "until"})
            if (const std::string told = given[3].option(date); !told.empty())
                line += std::string(", ") + date + " " + told;
        if (given[3].option("verified") == "false") line += " **(from memory)**";
    }
    return line;
}

std::string control_text(const std::vector<TermView>& given) {
    if (given.size() < 3) return "";
    const TermView& options = given[2];
    std::string text = "**" + given[0].value() + "**: " + options.option("title") + "\n\n";
    for (const char* name : {"basis", "severity", "status", "version"})
        if (const std::string told = options.option(name); !told.empty())
            text += std::string("- ") + name + ": " + told + "\n";
    for (const TermView& option : options.parts()) {
        if (option.name() != "cites") continue;
        for (const TermView& one : option.parts()) {
            if (!one.is_list()) text += "- cites " + citation_line(one) + "\n";
            for (const TermView& inner : one.is_list() ? one.parts() : std::vector<TermView>{})
                text += "- cites " + citation_line(inner) + "\n";
        }
    }
    return text + "\n";
}

bool fits(const LspSymbol& symbol, const LspWord& word) {
    if (symbol.name != word.text) return false;
    return word.qualifier.empty() || symbol.pack == word.qualifier;
}

// A name or a variable, and no operator.
bool names_something(const Token& token, std::string_view text) {
    if (token.kind == Token::Kind::kVariable) return true;
    const char first = token.text(text).front();
    const bool letter = (first >= 'a' && first <= 'z') || static_cast<unsigned char>(first) >= 0x80;
    return token.kind == Token::Kind::kName && (letter || first == '\'');
}

// What may stand at this place, most likely first.
std::vector<Kind> likely(const LspWord& word) {
    if (word.applied) return {Kind::kPredicate, Kind::kEventKind};
    for (auto call = word.calls.rbegin(); call != word.calls.rend(); ++call) {
        if (call->name == "measured" && call->argument == 2) return {Kind::kMeasure};
        if (call->name == "param") return {Kind::kParameter};
        const bool of_kind = call->argument == 1 && word.in_directive && !word.applied;
        if (of_kind && call->name == "check") return {Kind::kEventKind};
        if (of_kind && call == word.calls.rbegin() && word.calls.size() > 1)
            return {Kind::kEventKind, Kind::kMeasure};
    }
    if (word.in_directive) {
        return {Kind::kControl, Kind::kMeasure, Kind::kEventKind, Kind::kParameter,
                Kind::kPredicate};
    }
    return {Kind::kPredicate, Kind::kControl};
}

}  // namespace

std::string pack_of_file(const std::string& name) {
    return name.substr(0, name.rfind('.'));
}

LspIndex::LspIndex(std::vector<prolog::SourceFile> files) : files_(std::move(files)) {
    for (const prolog::SourceFile& file : files_) outlines_.push_back(rules::outline(file.text));
    for (std::size_t file = 0; file < files_.size(); ++file)
        for (const Item& item : outlines_[file].items) add(file, item);
}

void LspIndex::add(std::size_t file, const Item& item) {
    if (item.name.empty()) return;
    LspSymbol symbol;
    symbol.pack = pack_of_file(files_[file].name);
    symbol.file = file;
    symbol.begin = item.begin;
    symbol.end = item.end;
    symbol.name = item.name;
    symbol.arity = item.arity;
    symbol.name_begin = item.named.begin;
    symbol.name_end = item.named.end;
    const std::string& text = files_[file].text;
    if (item.kind == Item::Kind::kDirective) {
        const std::vector<TermView> given = rules::terms(text, item);
        const std::size_t named = item.name == "parameter_for" ? 1 : 0;
        symbol.kind = declared_kind(item.name);
        if (given.size() > named) {
            // telemetry(oven(id:string, ...)) declares oven.
            const std::string name = given[named].name();
            symbol.name = name.empty() ? given[named].value() : name;
        }
        const auto arguments = rules::arguments(text, item);
        if (arguments.size() > named) {
            const Token& at = item.tokens[arguments[named].first];
            symbol.name_begin = at.begin;
            symbol.name_end = at.end;
        }
        for (std::size_t i = named + 1; i < given.size(); ++i)
            symbol.detail += (symbol.detail.empty() ? "" : ", ") + given[i].text();
        symbol.detail = shortened(symbol.detail);
        symbols_.push_back(std::move(symbol));
        return;
    }
    // The clauses of a predicate stand together: one symbol.
    if (!symbols_.empty()) {
        LspSymbol& before = symbols_.back();
        if (before.kind == Kind::kPredicate && before.file == file && before.name == symbol.name &&
            before.arity == symbol.arity) {
            before.end = symbol.end;
            return;
        }
    }
    const std::string told = rules::described(text, outlines_[file], symbol.name, symbol.arity);
    symbol.detail = shortened(told.substr(0, told.find('\n')));
    symbols_.push_back(std::move(symbol));
}

std::optional<std::size_t> LspIndex::file(const std::string& name) const {
    for (std::size_t i = 0; i < files_.size(); ++i)
        if (files_[i].name == name) return i;
    return std::nullopt;
}

LspWord LspIndex::word_at(std::size_t file, std::size_t offset) const {
    LspWord word;
    word.begin = word.end = offset;
    const std::string& text = files_[file].text;
    const std::vector<Item>& items = outlines_[file].items;
    const auto item = std::find_if(items.begin(), items.end(), [&](const Item& one) {
        return one.begin <= offset && offset <= one.end;
    });
    if (item == items.end()) return word;
    word.in_directive = item->kind == Item::Kind::kDirective;
    const std::vector<Token>& tokens = item->tokens;
    std::size_t at = 0;
    for (; at < tokens.size() && tokens[at].end < offset; ++at) {
        const std::string_view token = tokens[at].text(text);
        if (token == "(" || token == "[" || token == "{") {
            const bool named = token == "(" && at > 0 && tokens[at - 1].end == tokens[at].begin &&
                               tokens[at - 1].kind == Token::Kind::kName;
            word.calls.push_back(
                {named ? rules::unquoted(tokens[at - 1].text(text)) : std::string(), 1});
        } else if ((token == ")" || token == "]" || token == "}") && !word.calls.empty()) {
            word.calls.pop_back();
        } else if (token == "," && !word.calls.empty()) {
            ++word.calls.back().argument;
        }
    }
    // Between two tokens that touch, the one that is a word counts.
    const auto is_word = [&](std::size_t i) {
        return i < tokens.size() && tokens[i].begin <= offset && offset <= tokens[i].end &&
               names_something(tokens[i], text);
    };
    if (!is_word(at) && is_word(at + 1)) {
        const std::string_view token = tokens[at].text(text);
        if (token == "(") {
            const bool named = at > 0 && tokens[at - 1].kind == Token::Kind::kName;
            word.calls.push_back(
                {named ? rules::unquoted(tokens[at - 1].text(text)) : std::string(), 1});
        } else if (token == "[") {
            word.calls.push_back({"", 1});
        } else if (token == "," && !word.calls.empty()) {
            ++word.calls.back().argument;
        }
        ++at;
    }
    word.names_directive = word.in_directive && at == 1;
    if (!is_word(at)) {
        // Right after PACK:
        if (at > 0 && at < tokens.size() && tokens[at].end == offset &&
            tokens[at].text(text) == ":" && tokens[at - 1].kind == Token::Kind::kName)
            word.qualifier = rules::unquoted(tokens[at - 1].text(text));
        return word;
    }
    word.text = rules::unquoted(tokens[at].text(text));
    word.begin = tokens[at].begin;
    word.end = tokens[at].end;
    if (at > 1 && tokens[at - 1].text(text) == ":" && tokens[at - 2].kind == Token::Kind::kName)
        word.qualifier = rules::unquoted(tokens[at - 2].text(text));
    if (at + 1 < tokens.size() && tokens[at + 1].begin == word.end) {
        const std::string_view next = tokens[at + 1].text(text);
        if (next == "(") {
            word.applied = true;
            word.arity = rules::arguments(text, tokens, at + 1).size();
        } else if (next == "/" && at + 2 < tokens.size()) {
            word.applied = true;
            word.arity = static_cast<std::size_t>(
                std::atoi(std::string(tokens[at + 2].text(text)).c_str()));
        }
    }
    return word;
}

std::vector<const LspSymbol*> LspIndex::meanings(std::size_t file, const LspWord& word) const {
    std::vector<const LspSymbol*> found;
    if (word.text.empty()) return found;
    const std::string own = pack_of_file(files_[file].name);
    for (const Kind kind : likely(word)) {
        for (const LspSymbol& symbol : symbols_)
            if (symbol.kind == kind && fits(symbol, word)) found.push_back(&symbol);
        if (!found.empty()) break;
    }
    if (found.empty())
        for (const LspSymbol& symbol : symbols_)
            if (fits(symbol, word)) found.push_back(&symbol);
    const auto keep = [&](auto wanted) {
        if (std::any_of(found.begin(), found.end(), wanted))
            std::erase_if(found, [&](const LspSymbol* one) { return !wanted(one); });
    };
    if (word.applied) {
        keep([&](const LspSymbol* one) {
            return one->kind == Kind::kPredicate && one->arity == word.arity;
        });
    }
    if (word.qualifier.empty()) keep([&](const LspSymbol* one) { return one->pack == own; });
    return found;
}

std::string LspIndex::written(const LspSymbol& symbol) const {
    return files_[symbol.file].text.substr(symbol.begin, symbol.end - symbol.begin);
}

std::string LspIndex::described(const LspSymbol& symbol) const {
    const std::string& text = files_[symbol.file].text;
    if (symbol.kind == Kind::kPredicate) {
        const std::string told =
            rules::described(text, outlines_[symbol.file], symbol.name, symbol.arity);
        const std::string head = symbol.pack + ":" + symbol.name + "/" +
                                 std::to_string(symbol.arity);
        std::string out = told.empty() ? code_block(head) : "**" + head + "**\n\n" + told + "\n\n";
        for (const LspSymbol& other : symbols_) {
            if (other.kind != Kind::kControl || other.pack != symbol.pack) continue;
            if (other.detail.starts_with(symbol.name + "/"))
                out += "Decides control `" + other.name + "`.\n\n";
        }
        return out;
    }
    if (symbol.kind != Kind::kControl) return code_block(written(symbol));
    for (const Item& item : outlines_[symbol.file].items)
        if (item.begin == symbol.begin) return control_text(rules::terms(text, item));
    return code_block(written(symbol));
}

}  // namespace overlord::ctl
