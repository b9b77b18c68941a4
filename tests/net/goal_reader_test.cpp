#include "overlord/net/goal_reader.hpp"

#include <catch2/catch.hpp>
#include <vector>

using overlord::net::GoalReader;
using overlord::net::kGoalBytesMax;

namespace {

// All goals of a text that comes in chunks; "!" where the end was reached.
std::vector<std::string> goals(std::string_view text, std::size_t chunk_bytes) {
    GoalReader reader;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at += chunk_bytes) {
        reader.feed(text.substr(at, chunk_bytes));
        while (auto goal = reader.next_goal()) found.push_back(*goal);
    }
    reader.end();
    while (auto goal = reader.next_goal()) found.push_back(*goal + "!");
    return found;
}

using Goals = std::vector<std::string>;

void check(std::string_view text, const Goals& expected) {
    for (const std::size_t chunk : {1u, 2u, 3u, 7u, 100000u}) {
        INFO(text << " in chunks of " << chunk);
        CHECK(goals(text, chunk) == expected);
    }
}

}  // namespace

TEST_CASE("goals: a dot before white space or a comment ends one", "[net]") {
    check("true.\n", {"true"});
    check("  foo(X),\n  bar(X).\nbaz. qux.\t", {"foo(X),\n  bar(X)", "baz", "qux"});
    check("a.%comment\nb.\n", {"a", "b"});
    check("X = 1.5.\n", {"X = 1.5"});
    check("X = a.b.\n", {"X = a.b"});
    check("", {});
    check("\n \n", {});
    check(".\n", {""});
}

TEST_CASE("goals: the end of the input ends one too", "[net]") {
    check("true.", {"true!"});
    check("true", {"true!"});
    check("true. fal", {"true", "fal!"});
    check("% only a comment", {});
    check("/* only a comment", {});
}

TEST_CASE("goals: dots in quotes, comments, characters and symbol atoms do not count", "[net]") {
    check("X = 'a. b'.\n", {"X = 'a. b'"});
    check("X = 'it''s. '.\n", {"X = 'it''s. '"});
    check("X = 'a\\'. b'.\n", {"X = 'a\\'. b'"});
    check("X = \"a. \\\" b. \".\n", {"X = \"a. \\\" b. \""});
    check("X = `a. b`.\n", {"X = `a. b`"});
    check("X = 0'. .\n", {"X = 0'."});
    check("X = 0''', Y = a.\n", {"X = 0''', Y = a"});
    check("X = 0'', Y = a.\n", {"X = 0'', Y = a"});
    check("X = 0'\\n, Y = b.\n", {"X = 0'\\n, Y = b"});
    check("X = 0'a.\n", {"X = 0'a"});
    check("X = 16'FF.\n", {"X = 16'FF"});
    check("X = a0'b. c'.\n", {"X = a0'b. c'"});
    check("X =.. Y.\n", {"X =.. Y"});
    check("X = '.'.\n", {"X = '.'"});
    check("a /* b. */ .\n", {"a /* b. */"});
    check("a % b. \n .\n", {"a % b."});
    check("/* x. */ % y. \n a.\n", {"a"});
    check("X = \"\u00e4. \".\n", {"X = \"\u00e4. \""});
}

TEST_CASE("goals: commands are lines", "[net]") {
    check(":json\ntrue.\n:text\n", {":json", "true", ":text"});
    check("  \n:json\r\n", {":json"});
    check(":- foo.\n", {":- foo"});
}

TEST_CASE("goals: lines after a goal are choices", "[net]") {
    GoalReader reader;
    reader.feed("member(X, [1,2]).");
    CHECK_FALSE(reader.next_goal());
    reader.feed(" \r\n");
    CHECK(reader.next_goal() == "member(X, [1,2])");
    CHECK_FALSE(reader.next_line());
    reader.feed(";\n\n . \nnext");
    CHECK(reader.next_line() == ";");
    CHECK(reader.next_line() == "");
    CHECK(reader.next_line() == ".");
    CHECK_FALSE(reader.next_line());
    reader.feed("(X)\n.\n");
    const auto line = reader.next_line();
    CHECK(line == "next(X)");
    reader.unread_line(*line);
    CHECK(reader.next_goal() == "next(X)");
    reader.end();
    CHECK_FALSE(reader.next_line());
    CHECK(reader.finished());
}

TEST_CASE("goals: a goal's own line may end in a later chunk", "[net]") {
    GoalReader reader;
    reader.feed("a. ");
    CHECK(reader.next_goal() == "a");
    CHECK_FALSE(reader.next_line());
    reader.feed("\r");
    CHECK_FALSE(reader.next_line());
    reader.feed("\n\n");
    CHECK(reader.next_line() == "");
    CHECK_FALSE(reader.next_line());
}

TEST_CASE("goals: too much is known", "[net]") {
    GoalReader reader;
    reader.feed(std::string(kGoalBytesMax, 'a'));
    CHECK_FALSE(reader.next_goal());
    CHECK_FALSE(reader.too_long());
    reader.feed("a");
    CHECK(reader.too_long());
}
