// RFC 9496: the vectors of its appendix A, and libdecaf and libsodium on what it has none for.
#include <decaf.h>
#include <sodium.h>

#include "../../src/zk/field.hpp"
#include "../../src/zk/keccak.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

struct DecafPoint {
    decaf_255_point_t point;

    explicit DecafPoint(const PointBytes& bytes) {
        REQUIRE(decaf_255_point_decode(point, bytes.data(), DECAF_TRUE) == DECAF_SUCCESS);
    }
    [[nodiscard]] std::string text() const {
        PointBytes bytes;
        decaf_255_point_encode(bytes.data(), point);
        return to_hex(bytes);
    }
};

std::string decaf_product(const Scalar& scalar, const Point& point) {
    DecafPoint product(encode(point));
    decaf_255_scalar_t factor;
    REQUIRE(decaf_255_scalar_decode(factor, scalar.encode().data()) == DECAF_SUCCESS);
    decaf_255_point_scalarmul(product.point, product.point, factor);
    return product.text();
}

std::array<std::uint8_t, 64> random_64() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return bytes;
}

Point times(const Scalar& scalar, const Point& point) {
    return multiply_vartime({&scalar, 1}, {&point, 1});
}

bool sodium_accepts(ByteView bytes) {
    return crypto_core_ristretto255_is_valid_point(bytes.data()) == 1;
}

}  // namespace

TEST_CASE("ristretto: the first multiples of the base point", "[zk]") {
    const std::string_view multiples[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
        "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
        "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
    };
    Point multiple;
    for (const std::string_view expected : multiples) {
        CHECK(text(multiple) == expected);
        const std::optional<Point> decoded = decode(hex(expected));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == multiple);
        multiple += Point::base();
    }
}

TEST_CASE("ristretto: bad encodings are refused", "[zk]") {
    const std::string_view bad[] = {
        // Not below p.
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // Negative.
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
        "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
        "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
        "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
        "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
        // No square.
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
        "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
        "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
        "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
        "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
        "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
        "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
        // A negative product.
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
        "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
        "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
        "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
        "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
        "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
        "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
        "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
        // y = 0.
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (const std::string_view encoding : bad) {
        CAPTURE(encoding);
        CHECK_FALSE(decode(hex(encoding)));
        CHECK_FALSE(sodium_accepts(hex(encoding)));
    }
    CHECK_FALSE(decode(Bytes(31, 0)));
    CHECK_FALSE(decode(Bytes(33, 0)));
    CHECK_FALSE(decode(Bytes()));
}

TEST_CASE("ristretto: any 32 bytes decode exactly where libsodium says so", "[zk]") {
    int decoded = 0;
    for (int i = 0; i < 4000; ++i) {
        PointBytes bytes;
        crypto::random_bytes(bytes);
        bytes[0] &= 0xfe;
        bytes[31] &= 0x7f;
        const std::optional<Point> point = decode(bytes);
        REQUIRE(point.has_value() == sodium_accepts(bytes));
        if (point) REQUIRE(encode(*point) == bytes);
        decoded += point ? 1 : 0;
    }
    CHECK(decoded > 500);  // a quarter of them, so that both answers were seen
    CHECK(decoded < 3500);
}

TEST_CASE("ristretto: the one-way map is the others'", "[zk]") {
    std::array<std::uint8_t, 64> digest;
    const ByteView coffee = as_bytes("Ristretto is traditionally a short shot of espresso coffee");
    crypto_hash_sha512(digest.data(), coffee.data(), coffee.size());
    CHECK(text(Point::from_uniform(digest)) ==
          "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46");
    for (int i = 0; i < 200; ++i) {
        const std::array<std::uint8_t, 64> bytes = random_64();
        PointBytes expected;
        REQUIRE(crypto_core_ristretto255_from_hash(expected.data(), bytes.data()) == 0);
        CHECK(encode(Point::from_uniform(bytes)) == expected);
        decaf_255_point_t point;
        decaf_255_point_from_hash_uniform(point, bytes.data());
        PointBytes encoded;
        decaf_255_point_encode(encoded.data(), point);
        CHECK(encoded == expected);
    }
}

TEST_CASE("ristretto: sums, differences and products are libdecaf's", "[zk]") {
    std::vector<Point> points = {Point(), Point::base(), -Point::base(), blinding_base()};
    for (int i = 0; i < 16; ++i) points.push_back(random_point());
    for (const Point& a : points) {
        for (const Point& b : points) {
            const DecafPoint first(encode(a));
            const DecafPoint second(encode(b));
            DecafPoint out(encode(a));
            decaf_255_point_add(out.point, first.point, second.point);
            CHECK(text(a + b) == out.text());
            decaf_255_point_sub(out.point, first.point, second.point);
            CHECK(text(a - b) == out.text());
            CHECK((a == b) == (encode(a) == encode(b)));
        }
        CHECK((a - a).is_identity());
        CHECK(a + Point() == a);
    }
    const Scalar one = Scalar::from_u64(1);
    for (const Point& point : points) {
        for (const Scalar& scalar : {Scalar(), one, -one, random_scalar(), random_scalar()}) {
            CHECK(text(times(scalar, point)) == decaf_product(scalar, point));
        }
    }
}

TEST_CASE("ristretto: representatives of one element are equal and encode alike", "[zk]") {
    // (x, y) + (i, 0) = (i y, i x): a point of order four between them.
    for (int i = 0; i < 20; ++i) {
        const Point a = random_point();
        const Point turned(field::multiply(a.y(), field::kSqrtMinusOne),
                           field::multiply(a.x(), field::kSqrtMinusOne), a.z(),
                           field::negate(a.t()));
        const Point opposite(field::negate(a.x()), field::negate(a.y()), a.z(), a.t());
        for (const Point& other : {turned, opposite}) {
            CHECK(a == other);
            CHECK(encode(a) == encode(other));
            CHECK((a - other).is_identity());
        }
        CHECK_FALSE(a == a + Point::base());
    }
}

TEST_CASE("ristretto: the base of blindings is the map of SHA3-512 of the base", "[zk]") {
    CHECK(Point::from_uniform(sha3_512(encode(Point::base()))) == blinding_base());
}

TEST_CASE("pedersen: commitments are what their bases make and add up", "[zk]") {
    const Scalar r = random_scalar();
    const Scalar s = random_scalar();
    CHECK(commit(5, r) + commit(7, s) == commit(12, r + s));
    CHECK(commit(9, r) - commit(9, r) == commit(0, Scalar()));
    CHECK(commit(0, Scalar()).is_identity());
    const Scalar minus_one = -Scalar::from_u64(1);
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{8},
                                      std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        for (const Scalar& blinding : {Scalar(), minus_one, r}) {
            const Point expected =
                times(Scalar::from_u64(value), Point::base()) + times(blinding, blinding_base());
            CHECK(commit(value, blinding) == expected);
            CHECK(commit(Scalar::from_u64(value), blinding) == expected);
        }
    }
    CHECK(commit(minus_one, minus_one) == -(Point::base() + blinding_base()));
}
