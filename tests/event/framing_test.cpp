#include "overlord/event/framing.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace overlord;
using event::Line;
using event::LineFramer;

namespace {

struct Framed {
    std::uint64_t number;
    std::string text;
    bool too_long;
    bool ended;
    bool operator==(const Framed&) const = default;
};

// Feeds `stream` in chunks of `chunk_bytes` and copies each chunk, as a socket would reuse its
// buffer.
std::vector<Framed> frame(std::string_view stream, std::size_t chunk_bytes,
                          std::size_t line_bytes_max = event::kLineBytesMax) {
    LineFramer framer(line_bytes_max);
    std::vector<Framed> lines;
    const auto keep = [&](const Line& line) {
        lines.push_back({line.number, std::string(line.text), line.too_long, line.ended});
    };
    for (std::size_t at = 0; at < stream.size(); at += chunk_bytes) {
        std::string chunk(stream.substr(at, chunk_bytes));
        framer.feed(chunk);
        while (std::optional<Line> line = framer.next()) keep(*line);
        chunk.assign(chunk.size(), '#');
    }
    if (std::optional<Line> line = framer.finish()) keep(*line);
    return lines;
}

}  // namespace

TEST_CASE("framing: LF and CRLF end a line, numbers start at 1", "[event]") {
    const std::vector<Framed> expected = {{1, "one", false, true},      {2, "two", false, true},
                                          {3, "", false, true},         {4, "", false, true},
                                          {5, "\rfour\r", false, true}, {6, "rest", false, false}};
    for (const std::size_t chunk : {1u, 2u, 3u, 5u, 7u, 1000u}) {
        INFO("chunks of " << chunk);
        CHECK(frame("one\ntwo\r\n\n\r\n\rfour\r\r\nrest", chunk) == expected);
    }
}

TEST_CASE("framing: blank lines are counted and known as blank", "[event]") {
    LineFramer framer;
    framer.feed(" \t\r\n\n{}\n");
    CHECK(framer.next()->blank());
    CHECK(framer.next()->blank());
    const std::optional<Line> third = framer.next();
    CHECK(third->number == 3);
    CHECK_FALSE(third->blank());
    CHECK_FALSE(framer.next());
    CHECK_FALSE(framer.finish());
    CHECK(framer.lines() == 3);
}

TEST_CASE("framing: the limit is exact and a CR before the LF does not count", "[event]") {
    for (const std::size_t chunk : {1u, 3u, 4u, 8u, 9u, 1000u}) {
        INFO("chunks of " << chunk);
        CHECK(frame("12345678\n12345678\r\n123456789\nx\n", chunk, 8) ==
              std::vector<Framed>{{1, "12345678", false, true},
                                  {2, "12345678", false, true},
                                  {3, "12345678", true, true},
                                  {4, "x", false, true}});
        CHECK(frame("12345678\r\r\n", chunk, 8) ==
              std::vector<Framed>{{1, "12345678", true, true}});
        CHECK(frame("123456789", chunk, 8) == std::vector<Framed>{{1, "12345678", true, false}});
    }
}

TEST_CASE("framing: 10 MB without LF keeps its first 64 KiB and the next line is found",
          "[event]") {
    std::string stream(10'000'000, 'a');
    stream += "\nnext\n";
    const std::vector<Framed> lines = frame(stream, 65536);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].too_long);
    CHECK(lines[0].text == std::string(event::kLineBytesMax, 'a'));
    CHECK(lines[1] == Framed{2, "next", false, true});
}

TEST_CASE("framing: a joined line stays readable while later lines of the chunk are read",
          "[event]") {
    LineFramer framer;
    framer.feed("first ha");
    CHECK_FALSE(framer.next());
    CHECK(framer.in_line());
    framer.feed("lf\nsecond\nthi");
    const std::optional<Line> first = framer.next();
    const std::optional<Line> second = framer.next();
    CHECK_FALSE(framer.next());
    CHECK(first->text == "first half");
    CHECK(second->text == "second");
    CHECK(framer.in_line());
    CHECK(framer.finish()->text == "thi");
    CHECK_FALSE(framer.in_line());
}

TEST_CASE("framing: errors carry their codes", "[event]") {
    CHECK(event::too_long_error().code == "framing.too_long");
    CHECK(event::timeout_error(10'000).code == "framing.timeout");
    CHECK(event::timeout_error(10'000).message == "the line did not end within 10000 ms");
    const Error error = event::truncated_error(Error{"json.syntax", "offset 3: expected a value"});
    CHECK(error.code == "framing.truncated");
    CHECK(error.message == "the stream ended inside the line: offset 3: expected a value");
}
