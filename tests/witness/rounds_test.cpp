#include "rounds.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::witness;
using namespace overlord::witness::sample;

namespace {

tlog::Policy two_of_three() {
    std::string text;
    for (int n = 1; n <= 3; ++n)
        text += "witness W" + std::to_string(n) + " " + witness_vkey(n).to_text() + "\n";
    return *tlog::Policy::parse(text + "group G 2 W1 W2 W3\nquorum G\n");
}

tlog::Cosignature cosignature(int n, const Round& round, std::uint64_t time = 1) {
    const tlog::KeySigner key = witness_key(n);
    return {tlog::cosign(round.text, {key.verifier().name, key.key()}, time),
            {witness_vkey(n), time}};
}

tlog::TreeHead head_of(std::uint64_t size) {
    return {{size}, tlog::root_of(tlog::sample::leaves(size))};
}

}  // namespace

TEST_CASE("rounds: a quorum gives the checkpoint out, a later witness adds to it", "[witness]") {
    const tlog::Policy policy = two_of_three();
    Rounds rounds(policy);
    CHECK(rounds.newest() == nullptr);
    const Round round = rounds.begin(head_of(3), sign(head_of(3)));
    CHECK_FALSE(rounds.add(round.number, cosignature(1, round)));
    CHECK_FALSE(rounds.add(round.number, cosignature(1, round, 2)));  // the same one again
    CHECK_FALSE(rounds.reached());
    const std::optional<Cosigned> reached = rounds.add(round.number, cosignature(3, round));
    REQUIRE(reached);
    CHECK(reached->head == head_of(3));
    CHECK(rounds.reached());
    const std::vector<tlog::VerifierKey> keys = policy.witness_keys();
    CHECK(tlog::open_checkpoint(reached->note, log_key(), keys)->note.verified.size() == 3);
    const std::optional<Cosigned> more = rounds.add(round.number, cosignature(2, round));
    REQUIRE(more);
    CHECK(tlog::open_checkpoint(more->note, log_key(), keys)->note.verified.size() == 4);
}

TEST_CASE("rounds: a quorum that comes late counts until a later one is there", "[witness]") {
    const tlog::Policy policy = two_of_three();
    Rounds rounds(policy);
    const Round first = rounds.begin(head_of(3), sign(head_of(3)));
    const Round second = rounds.begin(head_of(5), sign(head_of(5)));
    const Round third = rounds.begin(head_of(6), sign(head_of(6)));
    CHECK_FALSE(rounds.add(first.number, cosignature(1, first)));
    CHECK_FALSE(rounds.add(third.number, cosignature(1, third)));
    REQUIRE(rounds.add(second.number, cosignature(2, second)) == std::nullopt);
    REQUIRE(rounds.add(second.number, cosignature(1, second)));
    CHECK_FALSE(rounds.add(first.number, cosignature(2, first)));  // overtaken
    const std::optional<Cosigned> newest = rounds.add(third.number, cosignature(2, third));
    REQUIRE(newest);
    CHECK(newest->head.size.value == 6);
}

TEST_CASE("rounds: only the last ones are kept open", "[witness]") {
    const tlog::Policy policy = two_of_three();
    Rounds rounds(policy);
    const Round first = rounds.begin(head_of(1), sign(head_of(1)));
    for (std::uint64_t size = 2; size <= Rounds::kOpenMax + 1; ++size)
        rounds.begin(head_of(size), sign(head_of(size)));
    CHECK_FALSE(rounds.add(first.number, cosignature(1, first)));
    CHECK_FALSE(rounds.add(first.number, cosignature(2, first)));
    CHECK(rounds.newest()->head.size.value == Rounds::kOpenMax + 1);
}
