#include "overlord/zk/slot.hpp"

#include <catch2/catch.hpp>

#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::zk {
namespace {

const Hash kSalt =
    *hash_from_hex("7dd110ade1a2049a5f93d823e39dcf93e3c2c5b02f815b7bdadf56cc155e5f96");
constexpr std::string_view kEntry = R"({"control":"telecoms.uptime","mode":"slot"})";
const StreamName kName{"production_system", kEntry, 60 * kSecondNs};

BlindingInput example_input() {
    const Hash stream = stream_id(kSalt, kName);
    return {stream, 29494837, SlotPart::kBad, 17};
}

}  // namespace

// The number was made by a script of its own (hashlib) from docs/formats/zk.md.
TEST_CASE("slot: names of streams are salted digests of system, plan entry and slot", "[zk]") {
    CHECK(to_hex(stream_id(kSalt, kName)) ==
          "85c9b0f4c5f5d1e9cb9338d5c722ce1a0e7a0276e96174299204b8bc91e4d260");
    const StreamName others[] = {{"production_systen", kEntry, kName.slot_ns},
                                 {kName.system, "{}", kName.slot_ns},
                                 {kName.system, kEntry, kName.slot_ns + 1},
                                 // The same bytes, cut elsewhere.
                                 {"production_system{", kEntry.substr(1), kName.slot_ns}};
    for (const StreamName& other : others) {
        CHECK(stream_id(kSalt, other) != stream_id(kSalt, kName));
    }
}

TEST_CASE("slot: blindings come from the day's secret, stream, slot, part and value", "[zk]") {
    REQUIRE(crypto::initialize());
    const Hash day = crypto::sha256(as_bytes("test day secret"));
    Hash key{};
    blinding_key(day, key);
    CHECK(to_hex(key) == "62afcd8ce515d5893c056ef4423204acae542b04f72791a2bf7048e418220df1");
    const WideBlinding wide = wide_blinding(key, example_input());
    CHECK(to_hex(wide) ==
          "db9166d739a848405fc47d1815194ba8abaa2370421e24866168975f9d95efaa"
          "5accc1a58732daff467e7fe588e1d86d83f80c1d0cac14116020bcb8f3834e5d");

    BlindingInput stream = example_input();
    stream.stream[0] ^= 1;
    BlindingInput slot = example_input();
    ++slot.slot;
    BlindingInput part = example_input();
    part.part = SlotPart::kTotal;
    BlindingInput value = example_input();
    ++value.value;
    for (const BlindingInput& other : {stream, slot, part, value}) {
        CHECK(wide_blinding(key, other) != wide);
    }
}

TEST_CASE("slot: the switch hash covers salt, values and blindings", "[zk]") {
    const Hash salt = crypto::sha256(as_bytes("salt"));
    const Hash bad = crypto::sha256(as_bytes("r_bad"));
    const Hash total = crypto::sha256(as_bytes("r_total"));
    const Hash hash = switch_hash(salt, {3, 60}, {bad, total});
    CHECK(to_hex(hash) == "64e755831419dc5b885edfe98303d41350817b2f42f38e335e11cef760969e44");
    CHECK(switch_hash(bad, {3, 60}, {bad, total}) != hash);
    CHECK(switch_hash(salt, {4, 60}, {bad, total}) != hash);
    CHECK(switch_hash(salt, {3, 61}, {bad, total}) != hash);
    CHECK(switch_hash(salt, {3, 60}, {total, bad}) != hash);
}

}  // namespace overlord::zk
