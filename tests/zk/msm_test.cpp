// All ways to a sum of multiples give the same sum.
#include "overlord/zk/msm.hpp"

#include "../../src/zk/generators.hpp"
#include "../../src/zk/multiply.hpp"
#include "../../src/zk/secret_tables.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/zk/pedersen.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

// Bit by bit, on the group's operations alone.
Point plain(std::span<const Scalar> scalars, std::span<const Point> points) {
    Point total;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const ScalarBytes bytes = scalars[i].encode();
        Point product;
        for (std::size_t bit = 256; bit-- > 0;) {
            product += product;
            if ((bytes[bit / 8] >> (bit % 8) & 1) != 0) product += points[i];
        }
        total += product;
    }
    return total;
}

struct Terms {
    std::vector<Scalar> scalars;
    std::vector<Point> points;

    void add(const Scalar& scalar, const Point& point) {
        scalars.push_back(scalar);
        points.push_back(point);
    }
};

// The edges: zero and one and their negatives, the identity, points twice and with their negative.
Terms edges() {
    const Scalar one = Scalar::from_u64(1);
    const Point p = random_point();
    Terms terms;
    terms.add(Scalar(), p);
    terms.add(one, p);
    terms.add(-one, p);
    terms.add(random_scalar(), Point());
    terms.add(random_scalar(), p);
    terms.add(random_scalar(), -p);
    terms.add(Scalar::from_u64(~std::uint64_t{0}), Point::base());
    terms.add(-Scalar::from_u64(16), p + p);
    return terms;
}

std::string chain_digest(Chain chain, std::size_t party) {
    Bytes bytes;
    for (std::size_t i = 0; i < kChainLength; ++i) {
        put_bytes(bytes, encode(generator(chain, party, i).point()));
    }
    return to_hex(crypto::sha256(bytes));
}

}  // namespace

TEST_CASE("msm: Straus and Pippenger at every width", "[zk]") {
    Terms terms = edges();
    for (std::size_t count = 0; count < 40; ++count) {
        const std::span<const Scalar> scalars(terms.scalars);
        const std::span<const Point> points(terms.points);
        if (count % 8 == 0) {
            const Point expected = plain(scalars, points);
            CHECK(straus(scalars, points) == expected);
            CHECK(multiply_vartime(scalars, points) == expected);
            for (int width = 4; width <= 15; ++width) {
                CHECK(pippenger(scalars, points, width) == expected);
            }
        }
        terms.add(random_scalar(), random_point());
    }
    CHECK(multiply_vartime({}, {}).is_identity());
    CHECK(pippenger({}, {}, 4).is_identity());
}

TEST_CASE("msm: many points go to the buckets, few do not, and neither way matters", "[zk]") {
    Terms terms;
    for (int i = 0; i < 600; ++i) terms.add(random_scalar(), random_point());
    const int width = pippenger_width(600);
    CHECK(pippenger_cost(600, width) < straus_cost(600));
    CHECK(pippenger_cost(1, pippenger_width(1)) > straus_cost(1));
    CHECK(straus(terms.scalars, terms.points) == multiply_vartime(terms.scalars, terms.points));
    Point total;
    for (const Point& point : terms.points) total += point;
    CHECK(sum(terms.points) == total);
}

TEST_CASE("msm: tables of the generators, narrow and wide", "[zk]") {
    Terms terms = edges();
    for (const int width : {kNarrowWidth, kWideWidth}) {
        const FixedTable table(terms.points, width);
        BucketPass pass(std::size_t{1} << (width - 1), 0);
        for (std::size_t i = 0; i < terms.points.size(); ++i) {
            table.add_to(pass, 0, i, terms.scalars[i]);
        }
        const std::vector<Point> buckets = pass.sums();
        CHECK(weighted_sums(buckets, buckets.size())[0] == plain(terms.scalars, terms.points));
    }
    CHECK(fixed_width(130) == kNarrowWidth);
    CHECK(fixed_width(2050) == kWideWidth);
    for (const std::size_t count : {std::size_t{4}, std::size_t{300}}) {
        FixedSum fixed(count);
        Terms all;
        for (std::size_t i = 0; i < count; ++i) {
            const Generator g = i % 5 == 0   ? value_generator()
                                : i % 5 == 1 ? blinding_generator()
                                             : generator(i % 2 == 0 ? Chain::kG : Chain::kH, i % 7,
                                                         i % kChainLength);
            all.add(random_scalar(), g.point());
            fixed.add(all.scalars.back(), g);
        }
        CHECK(fixed.total() == multiply_vartime(all.scalars, all.points));
    }
}

TEST_CASE("msm: tables for secrets", "[zk]") {
    const Point p = random_point();
    const SecretTable table(p);
    for (const Scalar& scalar : {Scalar(), Scalar::from_u64(1), -Scalar::from_u64(1),
                                 Scalar::from_u64(8), random_scalar()}) {
        CHECK(table.multiply(scalar, kScalarBits) == plain({&scalar, 1}, {&p, 1}));
    }
    const std::vector<AffineNiels> multiples = multiples_of({&p, 1});
    for (std::int16_t digit = -8; digit <= 8; ++digit) {
        const Scalar scalar = Scalar::from_i128(digit);
        CHECK(add(Point(), pick(multiples.data(), digit)) == plain({&scalar, 1}, {&p, 1}));
    }
}

TEST_CASE("generators: dalek's chains", "[zk]") {
    CHECK(text(generator(Chain::kG, 0, 0).point()) ==
          "fc3b25801422672a6a8d3adb5d8457d4301fe92324b4fc56ae934c8713ddfe2d");
    CHECK(text(generator(Chain::kG, 0, 1).point()) ==
          "ae817fdef62f713dd169dc8a26406f68be0bd3cd53652614636b0801567c4264");
    CHECK(text(generator(Chain::kH, 0, 63).point()) ==
          "1626c3a94a56343cf2916ba68e2e4a49b280a29dc73264473e342cc3df4e8263");
    CHECK(chain_digest(Chain::kG, 0) ==
          "3babce78c1f3555815324758c5e2bf5799d1bef062f5506c6a51cec2b8bfface");
    CHECK(chain_digest(Chain::kH, 1) ==
          "7af04d10e595373f74171ec60f8abb226bfae53180805da6dc73504caa533fc8");
    CHECK(chain_digest(Chain::kG, 63) ==
          "7441d87e8217180fbcafedb183980853ee2ef545a301ac1f455fec04036ccac8");
    CHECK(chain_digest(Chain::kH, 63) ==
          "d6d626388a31ef993974eb3980c99ff2c4168f884ef4881fc245580387eb366f");
}
