#include <catch2/catch.hpp>

#include "expression.hpp"
#include "support.hpp"

namespace overlord::evaluate {

using namespace testing;

TEST_CASE("panes: what has left makes room, and nothing is lost", "[evaluate]") {
    std::vector<int> entries;
    std::size_t head = 0;
    std::size_t most = 0;
    for (int i = 0; i < 100'000; ++i) {
        make_room(entries, head);
        entries.push_back(i);
        if (entries.size() - head > 1'500) ++head;
        REQUIRE(entries[head] == std::max(0, i - 1'499));
        most = std::max(most, entries.capacity());
    }
    CHECK(most < 1'500 * 3 / 2);
}

TEST_CASE("panes: the finest that gives at most 1,500 in the window", "[evaluate]") {
    CHECK(pane_length(kHourNs) == 10 * kSecondNs);
    CHECK(pane_length(365 * kDayNs) == 6 * kHourNs);
    CHECK(pane_length(30 * kDayNs) == kHourNs);
    CHECK(pane_length(90 * kDayNs) == 6 * kHourNs);
    CHECK(pane_length(1'500 * kSecondNs) == kSecondNs);
    CHECK(pane_length(1'501 * kSecondNs) == 10 * kSecondNs);
    CHECK(pane_length(kSecondNs) == kSecondNs);
}

TEST_CASE("panes: a pane is held until its end is W old, exactly", "[evaluate]") {
    const Window window(kHourNs);
    const Pane pane = window.pane_of(25 * kSecondNs);
    CHECK(pane == 2);
    CHECK(window.leaves(pane) == 30 * kSecondNs + kHourNs);
    CHECK(window.oldest(window.leaves(pane) - 1) == pane);
    CHECK(window.oldest(window.leaves(pane)) == pane + 1);
    CHECK(window.oldest(0) == -360);
}

TEST_CASE("panes: counts agree with a list of all panes", "[evaluate]") {
    Random random(1);
    PaneCounts counts;
    std::vector<Pane> all;
    Pane newest = 1'000'000'000'000;
    for (int step = 0; step < 5'000; ++step) {
        newest += between(random, 0, 3);
        if (step % 997 == 0) newest += 3'000'000'000;  // beyond what a pane's offset holds
        const Pane oldest = newest - 100;
        counts.expire(oldest);
        std::erase_if(all, [&](Pane pane) { return pane < oldest; });
        const Pane pane = newest - between(random, 0, 20);
        counts.add(pane);
        all.push_back(pane);
        REQUIRE(counts.total() == all.size());
        REQUIRE(counts.front() == *std::min_element(all.begin(), all.end()));
        REQUIRE(counts.back() == *std::max_element(all.begin(), all.end()));
        Writer out;
        counts.write(out);
        PaneCounts copy;
        Reader in(out.bytes());
        copy.read(in);
        REQUIRE(in.at_end());
        REQUIRE(copy.total() == counts.total());
        REQUIRE(copy.back() == counts.back());
    }
}

TEST_CASE("expressions: exact arithmetic, and absence is never a match", "[evaluate]") {
    const std::vector<event::TypedValue> fields = {Number::ratio(1, 3), std::monostate(),
                                                   std::string_view("up"), true, TimeNs{5}};
    const auto test = [&](Op op, rules::Expression left, rules::Expression right) {
        return holds(node(op, {std::move(left), std::move(right)}), fields);
    };
    CHECK(test(Op::kEqual, node(Op::kMultiply, {field(0), number(3)}), number(1)));
    CHECK(test(Op::kLess, field(0), number(1)));
    CHECK(test(Op::kEqual, field(2), text("up")));
    CHECK(test(Op::kEqual, field(3), text("true")));
    CHECK(test(Op::kNotEqual, field(2), text("down")));
    CHECK_FALSE(test(Op::kEqual, field(1), field(1)));
    CHECK_FALSE(test(Op::kNotEqual, field(1), text("x")));
    CHECK_FALSE(test(Op::kAtMost, field(1), number(1)));
    CHECK_FALSE(test(Op::kEqual, node(Op::kDivide, {number(1), number(0)}), number(0)));
    CHECK(holds(node(Op::kMissing, {field(1)}), fields));
    CHECK(holds(node(Op::kGiven, {field(0)}), fields));
    CHECK(holds(leaf(Op::kGiven, 0, 0), fields));
    CHECK(
        holds(node(Op::kAnd, {node(Op::kNot, {node(Op::kGiven, {field(1)})}), field(3)}), fields));
}

}  // namespace overlord::evaluate
