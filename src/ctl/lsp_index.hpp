// What the packs of a folder declare and define, found in their texts as they are being typed, and
// what the word under a cursor is. Plain values; refers to nothing outside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "overlord/prolog/machine.hpp"
#include "overlord/rules/outline.hpp"

namespace overlord::ctl {

struct LspSymbol {
    enum class Kind { kPredicate, kMeasure, kParameter, kEventKind, kControl, kOther };
    Kind kind = Kind::kPredicate;
    std::string pack, name;
    std::size_t arity = 0;                  // of a predicate
    std::size_t file = 0;                   // index into the index's files
    std::size_t begin = 0, end = 0;         // all of it
    std::size_t name_begin = 0, name_end = 0;
    std::string detail;                     // for lists: "max(call, ms), over(1, h)"
};

// What stands at an offset.
struct LspWord {
    std::string text;                        // unquoted; empty between words
    std::size_t begin = 0, end = 0;
    std::string qualifier;                   // PACK of PACK:text
    bool applied = false;                    // text( or text/N
    std::size_t arity = 0;                   // of applied
    bool in_directive = false;               // inside :- ...
    bool names_directive = false;            // right after :-
    struct Call {
        std::string name;                    // measured, param, ...; empty for a list
        std::size_t argument = 0;            // from 1
    };
    std::vector<Call> calls;                 // what encloses it, the innermost last
};

class LspIndex {
public:
    explicit LspIndex(std::vector<prolog::SourceFile> files);

    [[nodiscard]] const std::vector<prolog::SourceFile>& files() const { return files_; }
    [[nodiscard]] const std::vector<LspSymbol>& symbols() const { return symbols_; }
    [[nodiscard]] std::optional<std::size_t> file(const std::string& name) const;

    [[nodiscard]] LspWord word_at(std::size_t file, std::size_t offset) const;
    // The symbols that the word may mean, those that fit its place best; of the file's own pack
    // where it has some.
    [[nodiscard]] std::vector<const LspSymbol*> meanings(std::size_t file,
                                                         const LspWord& word) const;
    // Markdown.
    [[nodiscard]] std::string described(const LspSymbol& symbol) const;
    // The text of an item as it is written.
    [[nodiscard]] std::string written(const LspSymbol& symbol) const;

private:
    void add(std::size_t file, const rules::Item& item);

    std::vector<prolog::SourceFile> files_;
    std::vector<rules::Outline> outlines_;
    std::vector<LspSymbol> symbols_;
};

// "bakery" of "bakery.pl".
[[nodiscard]] std::string pack_of_file(const std::string& name);

}  // namespace overlord::ctl
