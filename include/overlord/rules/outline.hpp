// What stands where in the text of a pack: for catalogues, and for editors, which ask while a file
// is half written. Lexical only: it judges nothing and takes any text, also one that the gate
// refuses; what a rule means is the gate's to say. Pure functions, any thread. Offsets in bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace overlord::rules {

struct Token {
    enum class Kind {
        kName,         // foo, 'quoted', also symbols: :- =<
        kVariable,     // X, _
        kNumber,       // 12, 0.99999, 1r3, 0'c
        kString,       // "text", `text`
        kPunctuation,  // ( ) [ ] { } , |
        kEnd,          // the dot that ends a clause
    };
    Kind kind = Kind::kName;
    std::size_t begin = 0, end = 0;

    [[nodiscard]] std::string_view text(std::string_view source) const {
        return source.substr(begin, end - begin);
    }
};

struct Comment {
    std::size_t begin = 0, end = 0;  // a block: lines of % without a gap, or /* */
};

struct Lexed {
    std::vector<Token> tokens;
    std::vector<Comment> comments;
};

// A quotation that is not closed ends with its line.
[[nodiscard]] Lexed lex(std::string_view source);

// One term that ends with a dot, or the last one without it.
struct Item {
    enum class Kind { kDirective, kClause };
    Kind kind = Kind::kClause;
    std::string name;           // measure of `:- measure(...)`, foo of `foo(X) :- ...`
    std::size_t arity = 0;      // of what bears the name
    Token named;                // where the name stands
    std::size_t begin = 0;      // of the whole item
    std::size_t end = 0;        // after its dot
    std::vector<Token> tokens;  // all of it, without the dot
};

struct Outline {
    std::vector<Item> items;
    std::vector<Comment> comments;
};

[[nodiscard]] Outline outline(std::string_view source);

// The arguments of the compound term whose `(` is tokens[open], or the elements of the list whose
// `[` it is: [first, last) token of each. Empty where nothing opens.
struct Argument {
    std::size_t first = 0, last = 0;  // indexes of tokens
};
[[nodiscard]] std::vector<Argument> arguments(std::string_view source,
                                              const std::vector<Token>& tokens, std::size_t open);

// The arguments of the term an item names: of `measure(a, b)` those of measure.
[[nodiscard]] std::vector<Argument> arguments(std::string_view source, const Item& item);

// The source text of an argument or of a whole item, each run of white space one blank.
[[nodiscard]] std::string text_of(std::string_view source, const std::vector<Token>& tokens,
                                  Argument argument);
[[nodiscard]] std::string text_of(std::string_view source, const Item& item);

// The text that a quoted token denotes: 'a.b' is a.b, "x" is x; another token is its own text.
[[nodiscard]] std::string unquoted(std::string_view token);

// A term of the text, read as far as a catalogue needs it: `from("2000-06-01")` has the name from
// and one argument, whose value is 2000-06-01. Refers to source and tokens.
class TermView {
public:
    TermView(std::string_view source, const std::vector<Token>& tokens, Argument range)
        : source_(source), tokens_(&tokens), range_(range) {}

    [[nodiscard]] std::string name() const;   // "" of a list, a number or a variable
    [[nodiscard]] bool is_list() const;
    [[nodiscard]] std::vector<TermView> parts() const;  // arguments or elements
    [[nodiscard]] std::string text() const;   // as it is written
    [[nodiscard]] std::string value() const;  // of one token what it denotes, else text()
    // Of a list: the first argument of its element NAME(...), as a value; "" without one.
    [[nodiscard]] std::string option(std::string_view name) const;

private:
    std::string_view source_;
    const std::vector<Token>* tokens_;
    Argument range_;
};
[[nodiscard]] std::vector<TermView> terms(std::string_view source, const Item& item);

// What the PlDoc comment of a predicate says: `%!  foo(+X) is det.` and the lines below it, without
// the %. Empty where there is none.
[[nodiscard]] std::string described(std::string_view source, const Outline& outline,
                                    std::string_view predicate, std::size_t arity);

// From 1, in characters (not bytes).
struct LineColumn {
    int line = 1, column = 1;
};
[[nodiscard]] LineColumn line_column(std::string_view source, std::size_t offset);

}  // namespace overlord::rules
