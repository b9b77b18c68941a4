// The outline of a pack's text, also of one that nobody can load.
#include <catch2/catch.hpp>

#include "overlord/rules/outline.hpp"

using namespace overlord::rules;

namespace {

std::vector<std::string> names(std::string_view source) {
    std::vector<std::string> found;
    for (const Item& item : outline(source).items)
        found.push_back((item.kind == Item::Kind::kDirective ? ":- " : "") + item.name + "/" +
                        std::to_string(item.arity));
    return found;
}

}  // namespace

TEST_CASE("outline: declarations and clauses with their names and arities", "[rules]") {
    CHECK(names(":- module(a, [b/1]).\n:- measure(m, max(k, v, s = on), over(2, h)).\n"
                "b(X) :- c(X, [1, 2], \"a, b\"), d.\n'odd name'(_, _).\nfact.\n") ==
          std::vector<std::string>{":- module/2", ":- measure/3", "b/1", "odd name/2", "fact/0"});
}

TEST_CASE("outline: dots, quotes and characters that end no clause", "[rules]") {
    CHECK(names("a(0.5). b('it''s. here'). c(\"say \\\". \"). d(0'.). e(0'''). "
                "f(X) :- X = 'a.b'.") ==
          std::vector<std::string>{"a/1", "b/1", "c/1", "d/1", "e/1", "f/1"});
    CHECK(names("a. % b. c.\n/* d. */ e.") == std::vector<std::string>{"a/0", "e/0"});
    CHECK(names("a:-b.%c\nd.") == std::vector<std::string>{"a/0", "d/0"});
}

TEST_CASE("outline: text that is half written keeps what is whole", "[rules]") {
    CHECK(names("a(1).\nb(\"open\nc(2).\nd(3") ==
          std::vector<std::string>{"a/1", "b/1", "d/1"});
    CHECK(names("a((((((").size() == 1);
    CHECK(names("))))]]. b(1).") == std::vector<std::string>{"/0", "b/1"});
    CHECK(names("").empty());
    CHECK(names("\xff\xfe. b.").size() == 2);
    CHECK(outline(std::string(100'000, '(')).items.size() == 1);
}

TEST_CASE("outline: terms are read as far as a catalogue needs", "[rules]") {
    const std::string source =
        ":- control('a.b', p/2, [title(\"T\"), cites([citation(\"X\", \"\", \"1(a)\", "
        "[from(\"2000-01-01\"), verified(false)])])]).";
    const Outline read = outline(source);
    const std::vector<TermView> given = terms(source, read.items.at(0));
    REQUIRE(given.size() == 3);
    CHECK(given[0].value() == "a.b");
    CHECK(given[1].text() == "p/2");
    CHECK(given[2].option("title") == "T");
    const TermView citation = given[2].parts().at(1).parts().at(0).parts().at(0);
    CHECK(citation.name() == "citation");
    CHECK(citation.parts().at(3).option("from") == "2000-01-01");
    CHECK(citation.parts().at(3).option("verified") == "false");
    CHECK(citation.parts().at(3).option("until").empty());
}

TEST_CASE("outline: what a comment says of a predicate", "[rules]") {
    const std::string source =
        "%!  a(+X) is det.\n%!  b(+X, -Y) is det.\n%\n%   Y is X.\n\na(_).\nb(X, X).\n";
    const Outline read = outline(source);
    CHECK(described(source, read, "b", 2) == "a(+X) is det.\nb(+X, -Y) is det.\n\nY is X.");
    CHECK(described(source, read, "a", 1) == described(source, read, "b", 2));
    CHECK(described(source, read, "b", 1).empty());
}

TEST_CASE("outline: lines and columns count characters", "[rules]") {
    const std::string source = "a.\n\xC3\xA9\xC3\xA9 b.";
    CHECK(line_column(source, 0).line == 1);
    CHECK(line_column(source, 7).line == 2);
    CHECK(line_column(source, 7).column == 3);
}
