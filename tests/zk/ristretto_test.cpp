// RFC 9496 appendix A: the vectors of ristretto255.
#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

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

TEST_CASE("ristretto: commitments add up", "[zk]") {
    const Scalar r = random_scalar();
    const Scalar s = random_scalar();
    CHECK(commit(5, r) + commit(7, s) == commit(12, r + s));
    CHECK(commit(~std::uint64_t{0}, r) ==
          multiply_vartime(std::array{Scalar::from_u64(~std::uint64_t{0}), r},
                           std::array{Point::base(), blinding_base()}));
}
