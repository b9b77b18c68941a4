#include "overlord/zk/statement.hpp"

#include <catch2/catch.hpp>

#include <array>

#include "overlord/crypto/sha256.hpp"

namespace overlord::zk {
namespace {

constexpr std::string_view kOrigin = "overlords.example.org/site1";

Hash named(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

const Limit kFiveNines{99999, 100000, false};
const Limit kAboveHalf{1, 2, true};
const Limit kAtMostSeven{7, 1, false, true};
const Limit kBelowSevenHalves{7, 2, true, true};

}  // namespace

TEST_CASE("statement: a limit's form is what the rule compares, exactly", "[zk]") {
    // One bad microsecond in 100,000 is exactly the limit.
    CHECK(*evaluate(linear_form(kFiveNines, Direction::kHolds), {1, 100'000}) == 0);
    CHECK(*evaluate(linear_form(kFiveNines, Direction::kFails), {1, 100'000}) == -1);
    CHECK(*evaluate(linear_form(kFiveNines, Direction::kFails), {2, 199'999}) == 0);
    CHECK(*evaluate(linear_form(kNoneBad, Direction::kHolds), {0, 7}) == 0);
    CHECK(*evaluate(linear_form(kNoneBad, Direction::kHolds), {1, 7}) == -1);
    CHECK(*evaluate(linear_form(kNoneBad, Direction::kFails), {1, 7}) == 0);
}

TEST_CASE("statement: holds is inclusive unless the limit is strict", "[zk]") {
    CHECK(*direction_of(kFiveNines, {1, 100'000}) == Direction::kHolds);
    CHECK(*direction_of(kFiveNines, {1, 99'999}) == Direction::kFails);
    CHECK(*direction_of(kAboveHalf, {1, 2}) == Direction::kFails);
    CHECK(*direction_of(kAboveHalf, {1, 3}) == Direction::kHolds);
}

TEST_CASE("statement: exactly one of holds and fails can be proved of any sums", "[zk]") {
    for (const Limit& limit : {kFiveNines, kAboveHalf, kNoneBad, kAtMostSeven, kBelowSevenHalves}) {
        for (std::uint64_t bad = 0; bad < 40; ++bad) {
            for (std::uint64_t total = bad; total < 60; ++total) {
                const WindowSums sums{bad, total};
                const bool holds = *evaluate(linear_form(limit, Direction::kHolds), sums) >= 0;
                const bool fails = *evaluate(linear_form(limit, Direction::kFails), sums) >= 0;
                CHECK(holds != fails);
                CHECK((*direction_of(limit, sums) == Direction::kHolds) == holds);
            }
        }
    }
}

TEST_CASE("statement: a limit on a sum counts what is bad alone", "[zk]") {
    CHECK(linear_form(kAtMostSeven, Direction::kHolds) == LinearForm{-1, 0, 7});
    CHECK(linear_form(kAtMostSeven, Direction::kFails) == LinearForm{1, 0, -8});
    CHECK(linear_form(kBelowSevenHalves, Direction::kHolds) == LinearForm{-2, 0, 6});
    CHECK(*direction_of(kAtMostSeven, {7, 0}) == Direction::kHolds);
    CHECK(*direction_of(kAtMostSeven, {8, 100}) == Direction::kFails);
    CHECK(*direction_of(kBelowSevenHalves, {3, 0}) == Direction::kHolds);
    CHECK(*direction_of(kBelowSevenHalves, {4, 0}) == Direction::kFails);
}

TEST_CASE("statement: sums beyond 128 bits are an error, not a wrapped value", "[zk]") {
    const LinearForm wide{Int128{1} << 126, Int128{1} << 126, 0};
    CHECK(evaluate(wide, {UINT64_MAX, 1}).error().code == "statement.range");
}

TEST_CASE("statement: the verifier's bound", "[zk]") {
    const Limit widest{0, UINT64_MAX, true};
    CHECK(check_bound(linear_form(widest, Direction::kHolds), UINT64_MAX, 64));
    // 2^120 * 2^64 * 2^64 is 2^248.
    CHECK(check_bound({Int128{1} << 118, 0, 0}, std::uint64_t{1} << 63, 64));
    CHECK(check_bound({Int128{1} << 121, 0, 0}, std::uint64_t{1} << 63, 64).error().code ==
          "statement.bound");
    CHECK_FALSE(check_bound({0, -(Int128{1} << 121), 0}, std::uint64_t{1} << 63, 64));
    CHECK_FALSE(check_bound({1, 1, 0}, 1, 65));
}

TEST_CASE("statement: values are padded to a power of two", "[zk]") {
    CHECK(padded_width(1) == 1);
    CHECK(padded_width(2) == 2);
    CHECK(padded_width(3) == 4);
    CHECK(padded_width(11) == 16);
    CHECK(padded_width(16) == 16);
}

// The labels were made by a script of its own (hashlib) from docs/formats/zk.md.
TEST_CASE("statement: the label of a range entry", "[zk]") {
    const Hash stream = *hash_from_hex(
        "6599824d35c425f349a3b09dbc923ce0ad276f38022609461afa7490d73bcfc0");
    const RangeSubject subject{kOrigin, stream, 100, 3, 32};
    CHECK(to_hex(label(subject)) ==
          "7a6b2d6f7665726c6f726431be73b993e3399852568e"
          "948333a976c1d109cb4492e1ed899e523f3a029696de");
    CHECK(label(RangeSubject{"overlords.example.org/site2", stream, 100, 3, 32}) != label(subject));
    CHECK(label(RangeSubject{kOrigin, named("other"), 100, 3, 32}) != label(subject));
    CHECK(label(RangeSubject{kOrigin, stream, 101, 3, 32}) != label(subject));
    CHECK(label(RangeSubject{kOrigin, stream, 100, 4, 32}) != label(subject));
    CHECK(label(RangeSubject{kOrigin, stream, 100, 3, 16}) != label(subject));
}

TEST_CASE("statement: the label of a verdict binds all of its context", "[zk]") {
    std::array<WindowStatement, 2> windows{
        WindowStatement{named("a"), 100, 60, linear_form(kFiveNines, Direction::kHolds),
                        Direction::kHolds},
        WindowStatement{named("b"), 159, 1, linear_form(kNoneBad, Direction::kFails),
                        Direction::kFails}};
    VerdictSubject subject{kOrigin,       812, named("root"), named("bundle"), named("plan"),
                           named("attestation"), windows};
    const Label right = label(subject);
    CHECK(to_hex(right) ==
          "7a6b2d6f7665726c6f726431cc4f1e06c96cfdb74f0b"
          "717a5b349aa95d58f066b4ae2d34bc739f2ba44564d8");

    VerdictSubject other = subject;
    other.origin = "elsewhere";
    CHECK(label(other) != right);
    other = subject;
    ++other.size;
    CHECK(label(other) != right);
    for (Hash VerdictSubject::* field : {&VerdictSubject::root, &VerdictSubject::bundle,
                                         &VerdictSubject::plan, &VerdictSubject::attestation}) {
        other = subject;
        (other.*field)[31] ^= 1;
        CHECK(label(other) != right);
    }
    other = subject;
    other.windows = subject.windows.first(1);
    CHECK(label(other) != right);

    const auto changed = [&](const auto& change) {
        std::array<WindowStatement, 2> copy = windows;
        change(copy[1]);
        VerdictSubject with = subject;
        with.windows = copy;
        return label(with);
    };
    CHECK(changed([](WindowStatement& w) { w.stream[0] ^= 1; }) != right);
    CHECK(changed([](WindowStatement& w) { ++w.first; }) != right);
    CHECK(changed([](WindowStatement& w) { ++w.count; }) != right);
    CHECK(changed([](WindowStatement& w) { ++w.form.bad; }) != right);
    CHECK(changed([](WindowStatement& w) { ++w.form.total; }) != right);
    CHECK(changed([](WindowStatement& w) { ++w.form.constant; }) != right);
    CHECK(changed([](WindowStatement& w) { w.direction = Direction::kHolds; }) != right);
}

}  // namespace overlord::zk
