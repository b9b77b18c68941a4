#include "../../src/pipeline/sequence.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace overlord;
using namespace overlord::pipeline;
using Placed = SequenceTracker::Placed;
using Note = SequenceTracker::Note;

namespace {

std::string text(const std::vector<Note>& notes) {
    std::string out;
    for (const Note& note : notes)
        out += (note.kind == Note::Kind::kMissing
                    ? "missing " + std::to_string(note.first) + "-" + std::to_string(note.last)
                    : "restart " + std::to_string(note.last) + ">" + std::to_string(note.first)) +
               ";";
    return out;
}

// As the records come back: each note written.
void write_due(SequenceTracker& tracker, TimeNs until) {
    for (const Note& note : tracker.due(until)) {
        if (note.kind == Note::Kind::kMissing)
            tracker.missing_written(note.first, note.last);
        else
            tracker.restart_written();
    }
}

constexpr TimeNs kEver = SequenceTracker::kNothing - 1;

}  // namespace

TEST_CASE("sequence: a number left out is missing until it comes", "[pipeline]") {
    SequenceTracker tracker;
    CHECK(tracker.place(7, 100) == Placed::kInOrder);
    CHECK(tracker.place(8, 100) == Placed::kInOrder);
    CHECK(tracker.place(12, 101) == Placed::kAhead);
    CHECK(tracker.oldest_unwritten() == 101);
    CHECK(text(tracker.due(100)).empty());
    CHECK(text(tracker.due(101)) == "missing 9-11;");
    CHECK(tracker.place(10, 102) == Placed::kFilled);
    CHECK(text(tracker.due(102)) == "missing 9-9;missing 11-11;");
    CHECK(tracker.place(9, 102) == Placed::kFilled);
    write_due(tracker, 102);
    CHECK(tracker.oldest_unwritten() == SequenceTracker::kNothing);
    CHECK(tracker.all_written());
    CHECK(tracker.place(11, 103) == Placed::kFilledLate);
    CHECK(tracker.place(11, 103) == Placed::kRepeated);
    CHECK(text(tracker.due(kEver)).empty());
}

TEST_CASE("sequence: numbers that come out of order leave no trace", "[pipeline]") {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t n = 0; n < 1000; ++n) numbers.push_back(n);
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        // Within a window, as connections reorder.
        for (std::size_t i = 0; i + 16 < numbers.size(); i += 8)
            std::shuffle(numbers.begin() + static_cast<long>(i),
                         numbers.begin() + static_cast<long>(i) + 16, random);
        SequenceTracker tracker;
        for (const std::uint64_t n : numbers) tracker.place(n, 1);
        CHECK(tracker.all_written());
        CHECK(tracker.runs().size() == 1);
        CHECK(tracker.runs().back().first == 0);
        CHECK(tracker.runs().back().last == 999);
    }
}

TEST_CASE("sequence: what is missing is exactly what did not come", "[pipeline]") {
    std::mt19937 random(11);
    for (int round = 0; round < 200; ++round) {
        std::set<std::uint64_t> kept;
        std::vector<std::uint64_t> order;
        for (std::uint64_t n = 5; n < 105; ++n)
            if (n == 5 || n == 104 || random() % 4 != 0) order.push_back(n);
        kept.insert(order.begin(), order.end());
        std::shuffle(order.begin() + 1, order.end(), random);
        SequenceTracker tracker(SIZE_MAX);
        for (const std::uint64_t n : order) tracker.place(n, 1);
        std::set<std::uint64_t> missing;
        for (const Note& note : tracker.due(1))
            for (std::uint64_t n = note.first; n <= note.last; ++n) missing.insert(n);
        for (std::uint64_t n = 5; n < 105; ++n) CHECK(missing.contains(n) != kept.contains(n));
    }
}

TEST_CASE("sequence: a source that begins again is a restart, after its gaps", "[pipeline]") {
    SequenceTracker tracker;
    constexpr TimeNs kLater = 2 * kReorderedTime;
    for (const std::uint64_t n : {100, 101, 104}) tracker.place(n, 10);
    CHECK(tracker.place(1, kLater) == Placed::kRestart);
    CHECK(tracker.place(0, kLater) == Placed::kInOrder);  // out of order at the beginning
    CHECK(tracker.place(4, kLater + 1) == Placed::kAhead);
    CHECK(tracker.place(103, kLater + 2) == Placed::kFilled);  // a slower connection's, of before
    CHECK(tracker.place(105, kLater + 2) == Placed::kInOrder);  // so is this
    CHECK(text(tracker.due(kLater - 1)) == "missing 102-102;");
    CHECK(text(tracker.due(kLater)) == "missing 102-102;restart 105>0;");
    CHECK(text(tracker.due(kLater + 1)) == "missing 102-102;restart 105>0;missing 2-3;");
    write_due(tracker, kLater);
    CHECK(tracker.runs().size() == 1);
    // The run before is over: what belonged to it is a leap of this one.
    CHECK(tracker.place(102, kLater + 3) == Placed::kAhead);
    CHECK(text(tracker.due(kLater + 3)) == "missing 2-3;missing 5-101;");
}

TEST_CASE("sequence: just after a restart a number goes to the nearer run", "[pipeline]") {
    SequenceTracker tracker;
    constexpr TimeNs kLater = 2 * kReorderedTime;
    for (const std::uint64_t n : {1, 2, 3, 7}) tracker.place(n, 10);
    for (const std::uint64_t n : {1, 2, 4}) tracker.place(n, kLater);
    CHECK(text(tracker.due(kLater)) == "missing 4-6;restart 7>1;missing 3-3;");
}

TEST_CASE("sequence: a repeated number below the last is no restart", "[pipeline]") {
    SequenceTracker tracker;
    for (const std::uint64_t n : {50, 51, 52}) tracker.place(n, 10);
    CHECK(tracker.place(51, 10) == Placed::kRepeated);
    CHECK(tracker.place(49, 10) == Placed::kInOrder);  // just before the first one seen
    CHECK(tracker.place(47, 11 + kReorderedTime) == Placed::kRepeated);
    CHECK(tracker.all_written());
}

TEST_CASE("sequence: the largest number and a leap to it", "[pipeline]") {
    SequenceTracker tracker;
    constexpr std::uint64_t kLargest = 9'223'372'036'854'775'807;
    tracker.place(0, 1);
    CHECK(tracker.place(kLargest, 1) == Placed::kAhead);
    CHECK(text(tracker.due(1)) == "missing 1-9223372036854775806;");
    CHECK(tracker.place(1, 1) == Placed::kFilled);
    CHECK(tracker.place(0, 1) == Placed::kRestart);
}

TEST_CASE("sequence: every second number left out costs bounded memory", "[pipeline]") {
    SequenceTracker tracker;
    std::uint64_t written = 0;
    for (std::uint64_t n = 0; n < 100'000; n += 2) {
        tracker.place(n, 1);
        if (!tracker.crowded()) continue;
        const std::vector<Note> due = tracker.due(0);  // though nothing of it is old enough
        written += due.size();
        write_due(tracker, 0);
        REQUIRE(tracker.all_written());
        REQUIRE(tracker.runs().back().missing.size() <= kRangesMax);
    }
    CHECK(written > 49'000);
}

TEST_CASE("sequence: what is restored goes on the same", "[pipeline]") {
    std::mt19937 random(3);
    for (int round = 0; round < 100; ++round) {
        SequenceTracker tracker;
        std::uint64_t n = 0;
        const auto step = [&](SequenceTracker& one, std::uint64_t move, TimeNs at) {
            std::uint64_t number = n;
            if (move % 11 == 0) number += 3;
            if (move % 7 == 0) number = number > 5 ? number - 5 : 0;
            if (move % 31 == 0) number = move % 2;
            one.place(number, at);
            if (one.crowded() || move % 5 == 0) write_due(one, at - 3);
            return number;
        };
        for (TimeNs at = 0; at < 200; ++at) n = step(tracker, random(), at) + 1;
        Bytes bytes;
        tracker.serialise(bytes);
        ByteReader in(bytes);
        Result<SequenceTracker> restored = SequenceTracker::restore(in);
        REQUIRE(restored);
        CHECK(in.empty());
        for (TimeNs at = 200; at < 260; ++at) {
            const std::uint64_t move = random();
            step(*restored, move, at);
            n = step(tracker, move, at) + 1;
        }
        Bytes one, other;
        tracker.serialise(one);
        restored->serialise(other);
        CHECK(one == other);
        CHECK(text(tracker.due(kEver)) == text(restored->due(kEver)));
        CHECK(tracker.crowded() == restored->crowded());
    }
    Bytes half;
    SequenceTracker tracker;
    tracker.place(1, 1);
    tracker.serialise(half);
    half.resize(half.size() - 1);
    ByteReader in(half);
    CHECK_FALSE(SequenceTracker::restore(in));
}
