// Contributions of events against vectors that an implementation in another language made.
#include "overlord/zk/contribution.hpp"

#include <nlohmann/json.hpp>

#include "../../src/zk/blinding_prover.hpp"
#include "contribution_vectors.hpp"
#include "overlord/zk/pedersen.hpp"

namespace overlord::zk {
namespace {

using Json = nlohmann::json;

Hash hash_of(const Json& vectors, const char* name) {
    return *hash_from_hex(vectors.at(name).get<std::string>());
}

Scalar blinding(const Hash& key, const ContributionInput& input) {
    return Scalar::from_wide(wide_blinding(key, input));
}

void check_slot(const Json& vectors, const Json& slot) {
    const Hash key = hash_of(vectors, "key");
    const Hash stream = hash_of(vectors, "stream");
    const auto number = slot.at("slot").get<std::uint64_t>();
    const auto bad = slot.at("values").at(0).get<std::uint64_t>();
    const auto total = slot.at("values").at(1).get<std::uint64_t>();
    Scalar r_bad = Scalar::from_wide(
        wide_blinding(key, BlindingInput{stream, number, SlotPart::kBad, bad}));
    Scalar r_total = Scalar::from_wide(
        wide_blinding(key, BlindingInput{stream, number, SlotPart::kTotal, total}));
    CHECK(text(r_bad) == slot.at("rest").at(0));
    CHECK(text(r_total) == slot.at("rest").at(1));
    for (const Json& one : slot.at("contributions")) {
        const auto record = one.at("record").get<std::uint64_t>();
        for (const SlotPart part : {SlotPart::kBad, SlotPart::kTotal}) {
            const auto i = static_cast<std::size_t>(part);
            const auto value = one.at("values").at(i).get<std::uint64_t>();
            const Scalar r = blinding(key, {stream, number, record, part, value});
            CHECK(text(r) == one.at("blindings").at(i));
            CHECK(text(commit(value, r)) == one.at("commitments").at(i));
            (part == SlotPart::kBad ? r_bad : r_total) += r;
        }
    }
    CHECK(text(commit(bad, r_bad)) == slot.at("commitments").at(0));
    CHECK(text(commit(total, r_total)) == slot.at("commitments").at(1));
    const Hash inner = switch_hash(hash_of(vectors, "salt"), {bad, total},
                                   {r_bad.encode(), r_total.encode()});
    CHECK(to_hex(inner) == slot.at("switch"));
    const Hash digest = contributions_digest(stream, number, contributions_of(slot));
    CHECK(to_hex(digest) == slot.at("contributions_digest"));
    CHECK(to_hex(bound_switch(inner, digest)) == slot.at("bound_switch"));
}

}  // namespace

TEST_CASE("contribution: blindings, commitments and digests are those of the vectors", "[zk]") {
    REQUIRE(crypto::initialize());
    const Json vectors = contribution_vectors();
    for (const Json& slot : vectors.at("slots")) check_slot(vectors, slot);
}

TEST_CASE("contribution: what is left of a slot without its events is blinding alone", "[zk]") {
    const Json vectors = contribution_vectors();
    const RemainderSubject subject{"overlords.example.org/site1", hash_of(vectors, "stream"),
                                   vectors.at("slots").at(0).at("slot").get<std::uint64_t>(), 3};
    CHECK(to_hex(label(subject)) == vectors.at("label"));
    std::vector<Point> left;
    for (const Json& slot : vectors.at("slots")) {
        const Result<Remainder> rest = remainder(slot_of(slot), contributions_of(slot));
        REQUIRE(rest);
        left.insert(left.end(), {rest->bad, rest->total});
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        CHECK(text(left[i]) == vectors.at("remainders").at(i));
    }
    const Bytes proof = hex(vectors.at("proof").get<std::string>());
    CHECK(verify_blindings(label(subject), left, proof));
    // Another log, stream, first slot or number of slots is another label.
    RemainderSubject other = subject;
    other.origin = "overlords.example.org/site2";
    CHECK(verify_blindings(label(other), left, proof).error().code == "zk.proof");
    other = subject;
    other.stream[31] ^= 1;
    CHECK(verify_blindings(label(other), left, proof).error().code == "zk.proof");
    other = subject;
    ++other.first;
    CHECK(verify_blindings(label(other), left, proof).error().code == "zk.proof");
    other = subject;
    --other.count;
    CHECK(verify_blindings(label(other), left, proof).error().code == "zk.proof");
}

TEST_CASE("contribution: a list out of order, too long or of no commitments is refused", "[zk]") {
    const Json vectors = contribution_vectors();
    const Json& slot = vectors.at("slots").at(0);
    const auto refused = [&](const std::vector<Contribution>& list) {
        const Result<Remainder> rest = remainder(slot_of(slot), list);
        return !rest && rest.error().code == "zk.contributions";
    };
    std::vector<Contribution> list = contributions_of(slot);
    std::swap(list[0], list[1]);
    CHECK(refused(list));
    list = contributions_of(slot);
    list.insert(list.begin(), list.front());  // counted twice
    CHECK(refused(list));
    list = contributions_of(slot);
    list[1].bad = {};  // the identity
    CHECK(refused(list));
    list = contributions_of(slot);
    list[2].total.fill(0xff);
    CHECK(refused(list));
    list.assign(kContributionsMax + 1, contributions_of(slot).front());
    CHECK(refused(list));
}

TEST_CASE("contribution: another record, slot, stream or value has another blinding", "[zk]") {
    const Hash key = hash_of(contribution_vectors(), "key");
    const ContributionInput input{key, 5, 6, SlotPart::kBad, 7};
    const std::string one = text(blinding(key, input));
    ContributionInput other = input;
    other.stream[0] ^= 1;
    CHECK(text(blinding(key, other)) != one);
    other = input;
    other.slot = 6;
    CHECK(text(blinding(key, other)) != one);
    other = input;
    other.record = 5;
    CHECK(text(blinding(key, other)) != one);
    other = input;
    other.part = SlotPart::kTotal;
    CHECK(text(blinding(key, other)) != one);
    other = input;
    other.value = 8;
    CHECK(text(blinding(key, other)) != one);
}

TEST_CASE("contribution: a digest is of one list in one slot of one stream", "[zk]") {
    const Json vectors = contribution_vectors();
    const Hash stream = hash_of(vectors, "stream");
    const std::vector<Contribution> list = contributions_of(vectors.at("slots").at(0));
    const Hash digest = contributions_digest(stream, 1, list);
    CHECK(contributions_digest(stream, 2, list) != digest);
    CHECK(contributions_digest(digest, 1, list) != digest);
    CHECK(contributions_digest(stream, 1, std::span(list).first(2)) != digest);
    std::vector<Contribution> other = list;
    ++other[0].record;
    CHECK(contributions_digest(stream, 1, other) != digest);
    other = list;
    std::swap(other[0].bad, other[0].total);
    CHECK(contributions_digest(stream, 1, other) != digest);
}

}  // namespace overlord::zk
