#include "overlord/tlog/roster.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;
using signer::sample::kOrigin;
using signer::sample::TemporaryDirectory;
using Others = Roster::Others;

namespace {

VerifierKey key(std::uint8_t seed) {
    REQUIRE(crypto::initialize());
    return {kOrigin, SignatureType::kEd25519,
            crypto::SigningKey::from_seed(Bytes(32, seed)).public_key()};
}

Roster example() {
    Roster roster{{{key(1), "file:log.key"}}};
    roster.keys[0].logged = true;
    REQUIRE(roster.add(key(2), "sealed:log-2.sealed", Others::kRetire, 1700000000));
    REQUIRE(roster.add(key(3), "pkcs11:log3", Others::kStay, 0));
    return roster;
}

std::vector<KeyState> states(const Roster& roster) {
    std::vector<KeyState> found;
    for (const RosterKey& entry : roster.keys) found.push_back(entry.state);
    return found;
}

}  // namespace

TEST_CASE("roster: reads back as it was written", "[signer]") {
    const TemporaryDirectory directory;
    const Roster roster = example();
    REQUIRE(write_roster(directory.path / "r", roster));
    CHECK(*read_roster(directory.path / "r") == roster);
    CHECK(read_roster(directory.path / "none").error().code == "io.enoent");
}

TEST_CASE("roster: what a rotation makes of the keys", "[signer]") {
    Roster roster = example();
    using enum KeyState;
    CHECK(states(roster) == std::vector{kRetiring, kActive, kActive});
    CHECK(roster.keys[0].until == 1700000000);
    CHECK(roster.signing() == std::vector{key(3), key(2), key(1)});
    CHECK(roster.newest_active()->key == key(3));
    CHECK(roster.due().size() == 3);
    CHECK(roster.add(key(1), "file:x", Others::kStay, 0).error().code == "keys.known");

    REQUIRE(roster.retire(key(1)));
    REQUIRE(roster.retire(key(3)));
    CHECK(states(roster) == std::vector{kRetired, kActive, kRetired});
    CHECK(roster.signing() == std::vector{key(2)});
    CHECK(roster.retire(key(1)).error().code == "keys.unknown");
    CHECK(roster.retire(key(9)).error().code == "keys.unknown");
    CHECK(roster.retire(key(2)).error().code == "keys.last");
    // A retired key does not come back, and the last active one stays although one retires.
    CHECK(roster.add(key(1), "file:x", Others::kStay, 0).error().code == "keys.known");
    REQUIRE(roster.add(key(4), "file:y", Others::kRetire, 0));
    CHECK(roster.retire(key(4)).error().code == "keys.last");
    CHECK(roster.retire(key(2)));
}

TEST_CASE("roster: any byte changed or missing is damage", "[signer]") {
    const std::string good = format_roster(example());
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        CHECK(parse_roster(bad).error().code == "keys.damaged");
        CHECK(parse_roster(good.substr(0, at)).error().code == "keys.damaged");
    }
}
