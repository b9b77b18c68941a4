#include "overlord/zk/stream_tag.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {
namespace {

const Hash kProofKey = crypto::sha256(as_bytes("test proof key"));
const TagSubject kSubject{"overlords.example.org/site1", "production_system",
                          R"({"control":"telecoms.uptime","mode":"slot"})"};

std::string code_of(const PointBytes& key, const TagSubject& subject, const StreamTag& tag) {
    const Status verified = verify_stream_tag(key, subject, tag);
    return verified ? "" : verified.error().code;
}

}  // namespace

TEST_CASE("stream tag: it is the key's and the subject's, and no other is accepted", "[zk]") {
    REQUIRE(crypto::initialize());
    const PointBytes key = stream_key(kProofKey, kSubject.origin);
    const StreamTag tag = make_stream_tag(kProofKey, kSubject);
    CHECK(code_of(key, kSubject, tag).empty());
    CHECK(make_stream_tag(kProofKey, kSubject).point == tag.point);
    CHECK(make_stream_tag(kProofKey, kSubject).proof != tag.proof);
    CHECK(stream_tag_of(to_bytes(tag)) == tag);
    CHECK_FALSE(stream_tag_of(Bytes(95)));

    // The same bytes, cut elsewhere, too.
    const TagSubject others[] = {{"overlords.example.org/site2", kSubject.system, kSubject.entry},
                                 {kSubject.origin, "another_system", kSubject.entry},
                                 {kSubject.origin, kSubject.system, "{}"},
                                 {kSubject.origin, "production_system{", kSubject.entry.substr(1)}};
    for (const TagSubject& other : others) {
        CHECK(code_of(key, other, tag) == "zk.tag");
        CHECK(make_stream_tag(kProofKey, other).point != tag.point);
    }
    const Hash another = crypto::sha256(as_bytes("another"));
    CHECK(code_of(stream_key(another, kSubject.origin), kSubject, tag) == "zk.tag");
    CHECK(code_of(key, kSubject, make_stream_tag(another, kSubject)) == "zk.tag");
}

TEST_CASE("stream tag: a second tag of a subject cannot be proved", "[zk][attack]") {
    REQUIRE(crypto::initialize());
    const PointBytes key = stream_key(kProofKey, kSubject.origin);
    const StreamTag tag = make_stream_tag(kProofKey, kSubject);
    StreamTag forged = tag;
    SECTION("another point under the same proof") {
        forged.point = encode(*decode(tag.point) + Point::base());
        CHECK(code_of(key, kSubject, forged) == "zk.tag");
    }
    SECTION("the negative point") {
        forged.point = encode(-*decode(tag.point));
        CHECK(code_of(key, kSubject, forged) == "zk.tag");
    }
    SECTION("a changed byte, wherever") {
        const auto bytes = to_bytes(tag);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            auto changed = bytes;
            changed[i] ^= 1;
            CHECK_FALSE(code_of(key, kSubject, *stream_tag_of(changed)).empty());
        }
    }
    SECTION("identities, which every proof would fit") {
        CHECK(code_of({}, kSubject, tag) == "zk.encoding");
        forged.point = {};
        CHECK(code_of(key, kSubject, forged) == "zk.encoding");
        CHECK(code_of({}, kSubject, StreamTag{}) == "zk.encoding");
    }
    SECTION("what is no canonical encoding") {
        forged.point.fill(0xff);
        CHECK(code_of(key, kSubject, forged) == "zk.encoding");
        forged = tag;
        std::fill_n(forged.proof.begin() + 32, 32, std::uint8_t{0xff});
        CHECK(code_of(key, kSubject, forged) == "zk.encoding");
        std::fill_n(forged.proof.begin(), 32, std::uint8_t{0xff});
        CHECK(code_of(key, kSubject, forged) == "zk.encoding");
    }
}

TEST_CASE("stream tag: generations have names of their own", "[zk]") {
    const PointBytes tag = stream_key(kProofKey, kSubject.origin);
    CHECK(stream_salt(tag, 0) != stream_salt(tag, 1));
    CHECK(stream_salt(tag, 0) != stream_salt(stream_key(kProofKey, "other"), 0));
}

// Made by an implementation in another language (tests/vectors/zk/README.md).
TEST_CASE("stream tag: those of another implementation", "[zk]") {
    REQUIRE(crypto::initialize());
    const Result<std::string> text =
        read_text_file(Path(OVERLORD_SOURCE_DIR) / "tests/vectors/zk/stream_tags.json");
    REQUIRE(text);
    const nlohmann::json vectors = nlohmann::json::parse(*text);
    REQUIRE(vectors.size() == 3);
    for (const nlohmann::json& one : vectors) {
        const auto field = [&](const char* name) { return one.at(name).get<std::string>(); };
        const Hash proof_key = *hash_from_hex(field("proof_key"));
        const std::string origin = field("origin"), system = field("system"),
                          entry = field("entry");
        const TagSubject subject{origin, system, entry};
        const PointBytes key = stream_key(proof_key, origin);
        CHECK(to_hex(key) == field("key"));
        const StreamTag tag = make_stream_tag(proof_key, subject);
        CHECK(to_hex(tag.point) == field("tag"));
        StreamTag theirs;
        theirs.point = tag.point;
        const Bytes proof = *from_hex(field("proof"));
        REQUIRE(proof.size() == theirs.proof.size());
        std::copy(proof.begin(), proof.end(), theirs.proof.begin());
        CHECK(code_of(key, subject, theirs).empty());
        const auto generation = one.at("generation").get<std::uint32_t>();
        const Hash salt = stream_salt(tag.point, generation);
        CHECK(to_hex(salt) == field("salt"));
        CHECK(to_hex(stream_id(salt, {system, entry, one.at("slot_ns").get<DurationNs>()})) ==
              field("stream"));
    }
}

}  // namespace overlord::zk
