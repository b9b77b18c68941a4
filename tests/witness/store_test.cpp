#include "overlord/witness/store.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::witness;
using namespace overlord::witness::sample;

namespace {

struct Fixture {
    Result<std::unique_ptr<Store>> open(Creation creation, int key = 1) {
        return Store::open({directory.path / "state", creation, {log_key()}}, witness_key(key),
                           clock);
    }
    Path file(const char* name) const { return directory.path / "state" / name; }

    TemporaryDirectory directory;
    FixedClock clock;
    Log log;
};

std::string error_of(const Result<std::unique_ptr<Store>>& opened) {
    return opened ? "opened" : opened.error().code;
}

}  // namespace

TEST_CASE("store: cosigns what extends, and remembers it over a restart", "[witness]") {
    Fixture f;
    const tlog::TreeHead three = f.log.grow_to(3);
    {
        auto store = f.open(Creation::kIfAbsent);
        REQUIRE(store);
        CHECK((*store)->known_logs() == 0);
        const Answer answer = (*store)->add_checkpoint(request(0, {}, sign(three)));
        REQUIRE(answer.status == 200);
        const std::string text = tlog::Note::parse(sign(three))->text;
        const auto cosignature = tlog::find_cosignature(answer.body, text, witness_vkey(1));
        REQUIRE(cosignature);
        CHECK(cosignature->verified.time == 1'767'225'600);
    }
    auto store = f.open(Creation::kRefuse);
    REQUIRE(store);
    CHECK((*store)->known_logs() == 1);
    const tlog::TreeHead seven = f.log.grow_to(7);
    const Answer behind = (*store)->add_checkpoint(request(0, {}, sign(seven)));
    CHECK(behind.status == 409);
    CHECK(behind.content_type == "text/x.tlog.size");
    CHECK(behind.body == "3\n");
    CHECK((*store)->add_checkpoint(request(3, f.log.consistency(3), sign(seven))).status == 200);
    CHECK((*store)->add_checkpoint(request(3, f.log.consistency(3), sign(seven))).body == "7\n");
}

TEST_CASE("store: gives out the cosigned checkpoint, without the lines of strangers",
          "[witness]") {
    Fixture f;
    auto store = f.open(Creation::kIfAbsent);
    REQUIRE(store);
    tlog::Note note = *tlog::Note::parse(sign(f.log.grow_to(2)));
    for (int i = 0; i < 99; ++i)
        note.signatures.push_back({"stranger", static_cast<std::uint32_t>(i), Bytes(64)});
    REQUIRE((*store)->add_checkpoint(request(0, {}, note.to_text())).status == 200);
    const std::string hex = origin_hex(tlog::sample::kLogName);
    const Result<std::string> shown = (*store)->checkpoint(hex);
    REQUIRE(shown);
    CHECK(tlog::Note::parse(*shown)->signatures.size() == 2);
    const tlog::VerifierKey witness = witness_vkey(1);
    CHECK(tlog::open_checkpoint(*shown, log_key(), std::span(&witness, 1))->note.verified.size() ==
          2);
    CHECK((*store)->checkpoint("00").error().code == "witness.unknown");
    store = Error{"", ""};
    CHECK(f.open(Creation::kRefuse));  // what it wrote it can read
}

TEST_CASE("store: every refusal has its status", "[witness]") {
    Fixture f;
    auto store = f.open(Creation::kIfAbsent);
    REQUIRE(store);
    const tlog::TreeHead three = f.log.grow_to(3);
    REQUIRE((*store)->add_checkpoint(request(0, {}, sign(three))).status == 200);
    CHECK((*store)->add_checkpoint("").status == 400);
    CHECK((*store)->add_checkpoint(request(9, {}, sign(three))).status == 400);
    CHECK((*store)->add_checkpoint(request(3, {}, sign(three, 7))).status == 403);
    tlog::KeySigner other("other.example", tlog::sample::counting_key(9));
    const std::string strange = *tlog::sign_checkpoint({"other.example", three, {}}, other);
    CHECK((*store)->add_checkpoint(request(0, {}, strange)).status == 404);
    Log forked("fork ");
    CHECK((*store)->add_checkpoint(request(3, {}, sign(forked.grow_to(3)))).status == 422);
    const tlog::TreeHead longer = forked.grow_to(5);
    CHECK((*store)->add_checkpoint(request(3, forked.consistency(3), sign(longer))).status == 422);
    // None of them changed anything.
    CHECK((*store)->add_checkpoint(request(3, {}, sign(three))).status == 200);
}

TEST_CASE("store: a witness that forgot does not start", "[witness]") {
    Fixture f;
    CHECK(error_of(f.open(Creation::kRefuse)) == "witness.state_missing");
    auto store = f.open(Creation::kIfAbsent);
    REQUIRE(store);
    REQUIRE((*store)->add_checkpoint(request(0, {}, sign(f.log.grow_to(3)))).status == 200);
    CHECK(error_of(f.open(Creation::kRefuse)) == "witness.locked");
    store = Error{"", ""};

    CHECK(error_of(f.open(Creation::kRefuse, 2)) == "witness.state_key");
    const Path checkpoint =
        f.file(origin_hex(tlog::sample::kLogName).c_str()) / "checkpoint";
    const std::string good = *read_text_file(checkpoint);
    std::string bad = good;
    bad[good.find('3')] = '2';
    REQUIRE(write_file_durable(checkpoint, as_bytes(bad)));
    CHECK(error_of(f.open(Creation::kRefuse)) == "witness.state_damaged");
    std::filesystem::remove(checkpoint);
    CHECK(error_of(f.open(Creation::kIfAbsent)) == "witness.state_damaged");
    REQUIRE(write_file_durable(checkpoint, as_bytes(good)));
    CHECK(error_of(f.open(Creation::kRefuse)) == "opened");

    const std::string state = *read_text_file(f.file("witness.state"));
    REQUIRE(write_file_durable(f.file("witness.state"), as_bytes(state.substr(0, 30))));
    CHECK(error_of(f.open(Creation::kRefuse)) == "witness.state_damaged");
    std::filesystem::remove(f.file("witness.state"));
    CHECK(error_of(f.open(Creation::kRefuse)) == "witness.state_missing");
}

TEST_CASE("store: after a failed write nothing is cosigned any more", "[witness]") {
    Fixture f;
    auto store = f.open(Creation::kIfAbsent);
    REQUIRE(store);
    const tlog::TreeHead three = f.log.grow_to(3);
    // A file where the directory of the log has to be.
    const Path obstacle = f.file(origin_hex(tlog::sample::kLogName).c_str());
    REQUIRE(write_file_durable(obstacle, as_bytes("x")));
    CHECK((*store)->add_checkpoint(request(0, {}, sign(three))).status == 500);
    std::filesystem::remove(obstacle);
    CHECK((*store)->add_checkpoint(request(0, {}, sign(three))).status == 500);
    store = Error{"", ""};
    auto again = f.open(Creation::kRefuse);
    REQUIRE(again);
    CHECK((*again)->add_checkpoint(request(0, {}, sign(three))).status == 200);
}
