// The outline of any text, what a language server asks of it, and its frames.
#include <cstdint>

#include "lsp_frames.hpp"
#include "lsp_index.hpp"
#include "lsp_text.hpp"
#include "overlord/base/assert.hpp"

using namespace overlord;

namespace {

void check_places(const std::string& text, std::size_t offset) {
    const ctl::LspPosition position = ctl::position_at(text, offset);
    OVERLORD_ASSERT(ctl::offset_at(text, position) <= text.size());
    const rules::LineColumn place = rules::line_column(text, offset);
    OVERLORD_ASSERT(ctl::offset_of(text, place.line, place.column) <= text.size());
}

void check_index(const std::string& text, std::size_t offset) {
    const ctl::LspIndex index({{"fuzz.pl", text}});
    for (const ctl::LspSymbol& symbol : index.symbols()) {
        OVERLORD_ASSERT(symbol.begin <= symbol.end && symbol.end <= text.size());
        OVERLORD_ASSERT(symbol.begin <= symbol.name_begin && symbol.name_end <= symbol.end);
        (void)index.described(symbol);
    }
    const ctl::LspWord word = index.word_at(0, offset);
    OVERLORD_ASSERT(word.begin <= word.end && word.end <= text.size());
    (void)index.meanings(0, word);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::size_t offset = size == 0 ? 0 : data[0] * size / 256;
    std::size_t last = 0;
    for (const rules::Token& token : rules::lex(text).tokens) {
        OVERLORD_ASSERT(last <= token.begin && token.begin < token.end && token.end <= size);
        last = token.end;
    }
    check_places(text, offset);
    if (size <= 4'000) check_index(text, offset);
    ctl::LspFramer framer;
    framer.feed(text.substr(0, offset));
    framer.feed(text.substr(offset));
    while (framer.next()) {
    }
    return 0;
}
