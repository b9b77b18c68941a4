#include "overlord/pipeline/heads.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace overlord::pipeline {

namespace {

LogHead head(std::uint64_t size, std::uint64_t records) {
    Hash root{};
    root[0] = static_cast<std::uint8_t>(size);
    return {records, {size}, root, "note " + std::to_string(size)};
}

}  // namespace

TEST_CASE("heads: what is sealed is published unless publication waits for witnesses",
          "[pipeline]") {
    HeadBoard at_once;
    at_once.sealed(head(3, 30));
    CHECK(at_once.published().records == 30);
    CHECK(at_once.witnessed().size.value == 0);

    HeadBoard patient(Publication::kWhenWitnessed);
    patient.sealed(head(3, 30));
    CHECK(patient.published().records == 0);
    CHECK(patient.newest().records == 30);
    patient.witnessed({3}, "cosigned 3", 7);
    CHECK(patient.published().records == 30);
    CHECK(patient.published().checkpoint == "cosigned 3");
    CHECK(patient.published().root == head(3, 30).root);
    CHECK(patient.witnessed_at() == 7);
}

TEST_CASE("heads: a witnessed size stands for the records under the largest head up to it",
          "[pipeline]") {
    HeadBoard board;
    board.sealed(head(3, 30));
    board.sealed(head(5, 50));
    board.sealed(head(9, 90));
    board.witnessed({2}, "2", 1);
    CHECK(board.witnessed().records == 0);
    board.witnessed({5}, "5", 2);
    CHECK(board.witnessed().records == 50);
    board.witnessed({8}, "8", 3);
    CHECK(board.witnessed().records == 50);
    board.witnessed({9}, "9", 4);
    CHECK(board.witnessed().records == 90);
    board.witnessed({3}, "3", 5);  // late: a quorum that was overtaken
    CHECK(board.witnessed().size.value == 9);
    CHECK(board.witnessed().checkpoint == "9");
}

TEST_CASE("heads: a history that has run out never takes records back", "[pipeline]") {
    HeadBoard board;
    for (std::uint64_t size = 1; size <= HeadBoard::kHistoryMax + 10; ++size)
        board.sealed(head(size, size * 10));
    board.witnessed({10}, "forgotten", 1);
    CHECK(board.witnessed().records == 0);
    board.witnessed({11}, "the oldest that is known", 2);
    CHECK(board.witnessed().records == 110);
    board.sealed(head(4, 40));  // an older head arrives late
    CHECK(board.newest().size.value == HeadBoard::kHistoryMax + 10);
}

TEST_CASE("heads: observers hear of each change and may leave while they are told", "[pipeline]") {
    HeadBoard board;
    std::vector<int> heard;
    std::uint64_t second = 0;
    const std::uint64_t first = board.subscribe([&] {
        heard.push_back(1);
        board.unsubscribe(second);
    });
    second = board.subscribe([&] { heard.push_back(2); });
    const std::uint64_t third = board.subscribe([&] { heard.push_back(3); });
    board.sealed(head(1, 1));
    CHECK(heard == std::vector<int>{1, 3});
    board.unsubscribe(first);
    board.witnessed({1}, "1", 1);
    CHECK(heard == std::vector<int>{1, 3, 3});
    board.unsubscribe(third);
    board.sealed(head(2, 2));
    CHECK(heard.size() == 3);
}

}  // namespace overlord::pipeline
