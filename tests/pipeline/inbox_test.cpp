#include "inbox.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace overlord::pipeline {
namespace {

Arrival arrival(std::uint64_t line, std::size_t bytes = 100) {
    Arrival made;
    made.line = line;
    made.raw.assign(bytes, 'x');
    return made;
}

}  // namespace

TEST_CASE("inbox: a command waits for what was put before it and stops what comes after",
          "[pipeline]") {
    Inbox inbox(1 << 20);
    bool ran = false;
    (void)inbox.put(arrival(1));
    (void)inbox.put(arrival(2));
    inbox.put([&] { ran = true; });
    (void)inbox.put(arrival(3));
    CHECK(inbox.waiting() == 4);
    Inbox::Taken first = inbox.take(100, 0);
    CHECK(first.arrivals.size() == 2);
    CHECK_FALSE(first.command);
    Inbox::Taken second = inbox.take(100, 0);
    CHECK(second.arrivals.empty());
    REQUIRE(second.command);
    second.command();
    CHECK(ran);
    CHECK(inbox.take(100, 0).arrivals.size() == 1);
    CHECK(inbox.take(100, 0).arrivals.empty());
}

TEST_CASE("inbox: says when it is full, keeps what it was given, and says when there is room",
          "[pipeline]") {
    Inbox inbox(10'000);
    int room = 0;
    inbox.on_room([&] { ++room; });
    std::uint64_t put = 0;
    while (inbox.put(arrival(++put))) REQUIRE(put < 1000);
    CHECK_FALSE(inbox.put(arrival(++put)));  // taken all the same
    std::uint64_t taken = inbox.take(1, 0).arrivals.size();
    CHECK(room == 0);  // not before it has drained to half
    while (room == 0) taken += inbox.take(1, 0).arrivals.size();
    CHECK(taken >= put / 2);
    for (Inbox::Taken rest = inbox.take(7, 0); !rest.arrivals.empty(); rest = inbox.take(7, 0))
        taken += rest.arrivals.size();
    CHECK(taken == put);
    CHECK(room == 1);
}

TEST_CASE("inbox: two threads lose and double nothing, and keep the order", "[pipeline]") {
    Inbox inbox(20'000);
    std::atomic<bool> full{false};
    inbox.on_room([&] { full = false; });
    constexpr std::uint64_t kLines = 20'000;
    std::thread io([&] {
        for (std::uint64_t line = 1; line <= kLines; ++line) {
            while (full) std::this_thread::yield();
            full = true;  // before put(): the room may be announced while it returns
            if (inbox.put(arrival(line))) full = false;
        }
    });
    std::uint64_t next = 1;
    while (next <= kLines)
        for (const Arrival& got : inbox.take(64, kSecondNs).arrivals) REQUIRE(got.line == next++);
    io.join();
    CHECK(inbox.waiting() == 0);
}

}  // namespace overlord::pipeline
