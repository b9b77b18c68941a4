// Eight at a time gives what one at a time gives, edges included. Where the processor has no such
// instructions there is nothing to compare.
#include "../../src/zk/lanes.hpp"

#include "../../src/zk/secret_tables.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

bool available() {
    if (lanes::available()) return true;
    WARN("SKIPPED: no AVX-512 IFMA, or it is switched off");
    return false;
}

// The largest limbs a tight element may have, and what is near p.
std::vector<field::Element> tight_edges() {
    const std::uint64_t most = (std::uint64_t{1} << 51) + (1u << 15) - 1;
    const std::uint64_t edges[] = {0, 1, 18, 19, field::kLimbMask - 19, field::kLimbMask - 18,
                                   field::kLimbMask, field::kLimbMask + 1, most};
    std::vector<field::Element> out;
    for (const std::uint64_t edge : edges) {
        out.push_back({{edge, edge, edge, edge, edge}});
        for (std::size_t limb = 0; limb < 5; ++limb) {
            field::Element element{};
            element.limbs[limb] = edge;
            out.push_back(element);
            element.limbs.fill(field::kLimbMask);
            element.limbs[limb] = edge;
            out.push_back(element);
        }
    }
    for (int i = 0; i < 40; ++i) out.push_back(random_point().x());
    return out;
}

// The same point with coordinates scaled: as its x, y and t limbs, z is not one.
Point scaled(const Point& point, const field::Element& factor) {
    return {field::multiply(point.x(), factor), field::multiply(point.y(), factor),
            field::multiply(point.z(), factor), field::multiply(point.t(), factor)};
}

}  // namespace

TEST_CASE("lanes: roots", "[zk]") {
    if (!available()) return;
    const std::vector<field::Element> elements = tight_edges();
    for (std::size_t size = 0; size < elements.size(); size += size < 20 ? 1 : 7) {
        const std::span<const field::Element> some = std::span(elements).last(size);
        const std::vector<field::Root> roots = field::inverse_roots(some);
        REQUIRE(roots.size() == size);
        for (std::size_t i = 0; i < size; ++i) {
            const field::Root expected = field::sqrt_ratio(field::kOne, some[i]);
            CHECK(roots[i].was_square == expected.was_square);
            CHECK(field::encode(roots[i].value) == field::encode(expected.value));
        }
    }
}

TEST_CASE("lanes: lists of every length, with negatives and the identity", "[zk]") {
    if (!available()) return;
    std::vector<Point> points = {Point(), Point::base(), -Point::base()};
    for (const field::Element& factor : tight_edges()) {
        if (field::is_zero(factor) == 0) points.push_back(scaled(random_point(), factor));
    }
    const std::vector<AffineNiels> prepared = prepare_affine(points);
    for (std::size_t longest = 0; longest < 40; ++longest) {
        std::array<std::vector<lanes::Entry>, lanes::kCount> entries;
        std::array<lanes::List, lanes::kCount> lists;
        std::array<Point, lanes::kCount> expected;
        for (std::size_t lane = 0; lane < lanes::kCount; ++lane) {
            const std::size_t size = longest * (lane + 1) / lanes::kCount;
            for (std::size_t i = 0; i < size; ++i) {
                const std::size_t which = (i * 7 + lane * 13 + longest) % points.size();
                const bool negative = (i + lane) % 3 == 0;
                entries[lane].push_back(lanes::entry_of(prepared[which], negative));
                expected[lane] += negative ? -points[which] : points[which];
            }
            lists[lane] = {entries[lane].data(), size};
        }
        std::array<Point, lanes::kCount> sums;
        lanes::add_lists(lists, sums);
        for (std::size_t lane = 0; lane < lanes::kCount; ++lane) {
            CHECK(sums[lane] == expected[lane]);
        }
    }
}

TEST_CASE("lanes: running totals", "[zk]") {
    if (!available()) return;
    constexpr std::size_t kLength = 5;
    std::vector<Point> points(lanes::kCount * kLength);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i % 6 != 0) points[i] = random_point();
    }
    std::array<const Point*, lanes::kCount> rows;
    for (std::size_t lane = 0; lane < rows.size(); ++lane) rows[lane] = &points[lane * kLength];
    const lanes::Totals totals = lanes::running_totals(rows, kLength);
    for (std::size_t lane = 0; lane < rows.size(); ++lane) {
        Point sum;
        Point weighted;
        for (std::size_t i = kLength; i-- > 0;) {
            sum += rows[lane][i];
            weighted += sum;
        }
        CHECK(totals.sums[lane] == sum);
        CHECK(totals.weighted[lane] == weighted);
    }
}

TEST_CASE("lanes: digits of secrets", "[zk]") {
    if (!available()) return;
    const Point point = random_point();
    const std::vector<AffineNiels> multiples = multiples_of({&point, 1});
    std::array<std::int16_t, kSecretDigits> digits;
    lanes::Places places;
    std::array<Point, kSecretDigits> expected;
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < digits.size(); ++i) {
            digits[i] = static_cast<std::int16_t>(static_cast<int>(i * 5 + round) % 17 - 8);
            expected[i] = add(expected[i], pick(multiples.data(), digits[i]));
        }
        lanes::add_secret(places, multiples.data(), digits.data());
    }
    for (std::size_t i = 0; i < digits.size(); ++i) CHECK(places.at(i) == expected[i]);
}
