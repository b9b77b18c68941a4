#include "../../src/pipeline/source_book.hpp"

#include <catch2/catch.hpp>

using namespace overlord;
using namespace overlord::pipeline;
using Lateness = SourceBook::Lateness;

namespace {

// Writes a body as a record and lets the book have it, as the pipeline does.
void write(SourceBook& book, std::uint64_t n, const std::string& body) {
    const std::string record = ledger::compose(RecordIndex{n}, 5, body, "");
    const Result<ledger::RecordView> view = ledger::parse(record);
    REQUIRE(view);
    REQUIRE(book.recorded(*view));
}

SourceBook::Line line(std::uint64_t key, std::string_view name,
                      std::optional<std::uint64_t> sequence = {}) {
    return {key, name, sequence};
}

}  // namespace

TEST_CASE("source book: a heartbeat counts what came since the one before", "[pipeline]") {
    SourceBook book;
    CHECK_FALSE(book.counting_since());
    book.accepted(line(1, "//b"), Lateness::kInTime, 100);
    book.accepted(line(1, ""), Lateness::kLate, 101);  // known by its key
    book.rejected(line(2, "//a"), 102);
    book.rejected(line(0, ""), 103);
    book.duplicate(line(1, ""), 104);
    CHECK(book.counting_since() == 100);
    CHECK(book.heartbeat() ==
          R"("kind":"heartbeat","first":0,"sources":[["",1,0,1,0,0,0],["//a",1,0,1,0,0,0],)"
          R"(["//b",3,2,0,1,1,1]])");
    write(book, 40, book.heartbeat());
    CHECK_FALSE(book.counting_since());
    book.accepted(line(2, ""), Lateness::kInTime, 200);
    CHECK(book.heartbeat() ==
          R"("kind":"heartbeat","first":40,"sources":[["//a",1,1,0,0,0,1]])");
}

TEST_CASE("source book: gaps are due after their grace, source by source, once", "[pipeline]") {
    SourceBook book;
    for (const std::uint64_t n : {1, 2, 5}) book.accepted(line(1, "//b", n), Lateness::kInTime, 10);
    for (const std::uint64_t n : {7, 9}) book.rejected(line(2, "//a", n), 12);
    CHECK(book.oldest_unwritten() == 10);
    CHECK(book.due_notes(9).empty());
    CHECK(book.due_notes(10) ==
          std::vector<std::string>{R"("kind":"gap","source":"//b","first":3,"last":4)"});
    const std::vector<std::string> both = book.due_notes(12);
    REQUIRE(both.size() == 2);
    for (const std::string& body : both) write(book, 50, body);
    CHECK(book.due_notes(1'000).empty());
    CHECK(book.oldest_unwritten() == SequenceTracker::kNothing);
    book.accepted(line(1, "", 1), Lateness::kInTime, 20);
    CHECK(book.due_notes(20) ==
          std::vector<std::string>{R"("kind":"restart","source":"//b","last":5,"first":1)"});
}

TEST_CASE("source book: the quietest source makes room, its counts stay", "[pipeline]") {
    SourceBook book(2);
    book.accepted(line(1, "//a"), Lateness::kInTime, 1);
    book.accepted(line(2, "//b", 5), Lateness::kInTime, 1);
    book.accepted(line(1, ""), Lateness::kInTime, 1);
    book.accepted(line(3, "//c"), Lateness::kInTime, 1);  // in the place of //b
    CHECK_FALSE(book.knows(2));
    CHECK(book.heartbeat() == R"("kind":"heartbeat","first":0,"sources":[["//a",2,2,0,0,0,2],)"
                              R"(["//c",1,1,0,0,0,1]],"others":[1,1,1,0,0,0,1])");
    // None goes whose missing numbers are not written yet.
    for (const std::uint64_t n : {1, 3}) book.accepted(line(1, "", n), Lateness::kInTime, 1);
    for (const std::uint64_t n : {1, 3}) book.accepted(line(3, "", n), Lateness::kInTime, 1);
    book.accepted(line(4, "//d", 1), Lateness::kInTime, 1);
    CHECK_FALSE(book.knows(4));
    CHECK(book.due_notes(1).size() == 2);
}

TEST_CASE("source book: a heartbeat of many sources is bounded and adds up", "[pipeline]") {
    SourceBook book;
    const std::string tail(900, 'x');
    for (std::uint64_t n = 1; n <= 2'000; ++n)
        book.accepted(line(n, std::to_string(10'000 + n) + tail), Lateness::kInTime, 1);
    const std::string body = book.heartbeat();
    CHECK(body.size() < kHeartbeatBytesMax);
    const std::string record = ledger::compose(RecordIndex{9}, 1, body, "");
    const auto view = ledger::parse(record);
    REQUIRE(view);
    const Result<ledger::Heartbeat> heartbeat = ledger::parse_heartbeat(*view);
    REQUIRE(heartbeat);
    REQUIRE(heartbeat->others);
    CHECK(heartbeat->sources.size() + heartbeat->others->sources == 2'000);
    CHECK(heartbeat->sources.size() + heartbeat->others->counts.accepted == 2'000);
}

TEST_CASE("source book: what is restored goes on the same", "[pipeline]") {
    SourceBook book(3);
    for (std::uint64_t n = 0; n < 200; ++n) {
        book.accepted(line(n % 5 + 1, "//" + std::to_string(n % 5), n * (1 + n % 3)),
                      n % 4 == 0 ? Lateness::kLate : Lateness::kInTime, static_cast<TimeNs>(n));
        if (n % 50 == 49)
            for (const std::string& body : book.due_notes(static_cast<TimeNs>(n) - 20))
                write(book, n, body);
    }
    Bytes bytes;
    book.serialise(bytes);
    ByteReader in(bytes);
    Result<SourceBook> restored = SourceBook::restore(in);
    REQUIRE(restored);
    CHECK(in.empty());
    CHECK(restored->heartbeat() == book.heartbeat());
    CHECK(restored->due_notes(1'000) == book.due_notes(1'000));
    CHECK(restored->oldest_unwritten() == book.oldest_unwritten());
    CHECK(restored->counting_since() == book.counting_since());
    Bytes again;
    restored->serialise(again);
    CHECK(again == bytes);
    bytes.resize(bytes.size() - 3);
    ByteReader half(bytes);
    CHECK_FALSE(SourceBook::restore(half));
}
