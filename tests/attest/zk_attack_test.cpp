// Attacks on zero-knowledge verification, each by somebody who runs the log and has its keys: made,
// and refused with the code that names it.
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/range_proof.hpp"
#include "zk_check.hpp"

using namespace overlord;
using namespace overlord::attest;
using zk_log::Example;
using zk_log::Opening;
using zk_log::Stream;

namespace {

// The entry at `index`, changed and written again.
template <class Entry, class Change>
void change_entry(Example& example, std::size_t index, Change change) {
    const Result<ZkEntry> parsed = parse_zk_entry(example.entries[index]);
    REQUIRE(parsed);
    Entry entry = std::get<Entry>(*parsed);
    change(entry);
    example.entries[index] = compose(entry);
}

template <class Change>
void change_slot(Example& example, const Stream& stream, zk::SlotNumber slot, Change change) {
    change_entry<SlotEntry>(example, example.slot_at(stream, slot), change);
}

void erase_entry(Example& example, std::size_t index) {
    example.entries.erase(example.entries.begin() + static_cast<std::ptrdiff_t>(index));
}

// A log whose first stream is not honest: `bad` gives what each of its twelve slots commits to, and
// the range proofs are what a forger can make: of zeros, under the true blindings.
template <class Bad>
Example with_openings(Bad bad) {
    Example example;
    example.fill();
    Stream& forged = example.streams.front();
    Stream made(example.origin, example.system, forged.control(), Example::kBegin);
    for (zk::SlotNumber n = Example::kBegin; n < Example::kBegin + 12; ++n) {
        const std::size_t at = example.slot_at(made, n);
        const Opening opening = made.open(bad(n - Example::kBegin),
                                          zk::Scalar::from_u64(60'000'000));
        example.entries[at] = compose(made.slot(opening, {0, 60'000'000}));
    }
    for (zk::SlotNumber first = Example::kBegin; first < Example::kBegin + 12; first += 4) {
        example.entries[example.range_at(made, first)] = compose(made.range(first, 4));
    }
    forged = std::move(made);
    return example;
}

zk::Scalar minus(std::uint64_t value) {
    return -zk::Scalar::from_u64(value);
}

constexpr zk::SlotNumber kMiddle = Example::kBegin + 6;

}  // namespace

TEST_CASE("attack: a commitment is swapped for another slot's", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    const std::string other = example.entries[example.slot_at(stream, kMiddle + 1)];
    const SlotEntry swapped = std::get<SlotEntry>(*parse_zk_entry(other));
    SECTION("alone: the sums do not follow") {
        change_slot(example, stream, kMiddle, [&](SlotEntry& slot) { slot.bad = swapped.bad; });
        example.seal();
        CHECK(refusal(example) == "zk.sum");
    }
    SECTION("with sums that follow: the range proof is about the one before") {
        zk::Point sum;
        for (zk::SlotNumber n = Example::kBegin; n < Example::kBegin + 12; ++n) {
            change_slot(example, stream, n, [&](SlotEntry& slot) {
                if (n == kMiddle) slot.bad = swapped.bad;
                sum += *zk::decode(slot.bad);
                slot.bad_sum = zk::encode(sum);
            });
        }
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("after the attestation was signed: another root") {
        example.seal();
        change_slot(example, stream, kMiddle, [&](SlotEntry& slot) { slot.bad = swapped.bad; });
        CHECK(refusal(example) == "zk.root");
    }
}

TEST_CASE("attack: another window", "[attest][attack]") {
    Example example;
    example.fill();
    example.seal();
    ZkStatement& uptime = example.document.statements.front();
    SECTION("shorter than the measure's") {
        ++uptime.first, --uptime.count;
        example.prove();
        CHECK(refusal(example) == "zk.window");
    }
    SECTION("an older one") {
        --uptime.first;
        example.prove();
        CHECK(refusal(example) == "zk.window");
    }
    SECTION("shorter, by a stream that is said to begin later") {
        uptime.begin = uptime.first += 2;
        uptime.count -= 2;
        example.prove();
        CHECK(refusal(example) == "zk.begin");
    }
    SECTION("of which the proof knows nothing") {
        const ZkStatement before = uptime;
        --uptime.first;
        example.prove();
        uptime = before;
        CHECK(refusal(example) == "zk.proof");
    }
}

TEST_CASE("attack: another policy", "[attest][attack]") {
    Example example;
    example.fill({.uptime = {30'000'000, 60'000'000}});
    example.seal();
    SECTION("a softer limit in the plan: the stream's tag is not of it") {
        std::string& plan = example.document.plan;
        plan.replace(plan.find("\"p\":\"99999\""), 11, "\"p\":\"10000\"");
        CHECK(refusal(example) == "zk.tag");
    }
    SECTION("a softer limit with a stream of its own: the verifier's rules give another plan") {
        std::string plan = zk_log::example_plan();
        plan.replace(plan.find("\"p\":\"99999\""), 11, "\"p\":\"10000\"");
        Example soft;
        soft.plan = *parse_plan(plan);
        soft.streams.front() =
            Stream(soft.origin, soft.system, soft.plan.controls.front(), Example::kBegin);
        soft.fill({.uptime = {30'000'000, 60'000'000}});
        soft.seal();
        soft.document.plan = plan;
        soft.document.statements.front().holds = true;
        soft.prove();
        CHECK(refusal(soft) == "zk.plan");
    }
    SECTION("other rules than those of the attestation") {
        example.document.bundle = Hash{7};
        example.prove();
        CHECK(refusal(example) == "zk.bundle");
    }
    SECTION("a proof made for other rules") {
        const Hash bundle = example.document.bundle;
        example.document.bundle = Hash{7};
        example.prove();
        example.document.bundle = bundle;
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("rules that the verifier does not have") {
        const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
        REQUIRE(zk);
        const Status rules = check_rules(*zk, {std::string(64, 'b'), zk_log::example_plan()});
        REQUIRE_FALSE(rules);
        CHECK(rules.error().code == "zk.bundle");
    }
}

TEST_CASE("attack: a proof from elsewhere is replayed", "[attest][attack]") {
    Example example;
    example.fill();
    example.seal();
    const ZkDocument honest = example.document;
    SECTION("of another log") {
        example.document.origin = "elsewhere.example.org";
        example.prove();
        CHECK(refusal(example) == "zk.origin");
        example.document.origin = honest.origin;
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("of another size") {
        --example.document.size.value;
        example.prove();
        CHECK(refusal(example) == "zk.root");
        example.document.size = honest.size;
        CHECK(refusal(example) == "zk.proof");
        example.document.size.value += 100;
        CHECK(refusal(example) == "zk.size");
        example.document.size.value = 3;
        CHECK(refusal(example) == "zk.size");
    }
    SECTION("of another root") {
        example.document.root = Hash{1};
        example.prove();
        CHECK(refusal(example) == "zk.root");
        example.document.root = honest.root;
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("of another attestation") {
        example.document.attestation = Hash{1};
        example.prove();
        CHECK(refusal(example) == "zk.attestation");
        example.document.attestation = honest.attestation;
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("of another system") {
        example.document.system = "another_system";
        CHECK(refusal(example) == "zk.system");
    }
    SECTION("of another stream of the same system") {
        std::swap(example.document.statements[0].stream, example.document.statements[1].stream);
        CHECK(refusal(example) == "zk.stream");
        std::swap(example.document.statements[0].tag, example.document.statements[1].tag);
        CHECK(refusal(example) == "zk.tag");
    }
    SECTION("the log names another document for this attestation") {
        example.log_document();
        CHECK(refusal(example).empty());
        example.prove();  // proofs are randomised
        CHECK(refusal(example) == "zk.logged");
    }
}

TEST_CASE("attack: a slot without a range proof", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    SECTION("in the middle") {
        erase_entry(example, example.range_at(stream, Example::kBegin + 4));
        example.seal();
        CHECK(refusal(example) == "zk.range_order");
    }
    SECTION("at the end of the window") {
        erase_entry(example, example.range_at(stream, Example::kBegin + 8));
        example.seal();
        CHECK(refusal(example) == "zk.window");
    }
    SECTION("everywhere") {
        for (const int first : {0, 4, 8}) {
            erase_entry(example, example.range_at(
                                     stream, Example::kBegin + static_cast<unsigned>(first)));
        }
        example.seal();
        CHECK(refusal(example) == "zk.window");
    }
    SECTION("with one about fewer bits than the plan says") {
        change_entry<RangeEntry>(example, example.range_at(example.streams[2], Example::kBegin),
                                 [](RangeEntry& range) {
                                     range.bits = 32;
                                     range.proof.resize(zk::range_proof_bytes(32, 8));
                                 });
        example.seal();
        CHECK(refusal(example) == "zk.range_bits");
    }
}

TEST_CASE("attack: a slot makes up for another one", "[attest][attack]") {
    // 50 s of failure in one slot, -50 s in the next: the window's sum is 0 and its proof is true.
    Example example = with_openings([](zk::SlotNumber n) {
        if (n == 6) return zk::Scalar::from_u64(50'000'000);
        return n == 7 ? minus(50'000'000) : zk::Scalar();
    });
    example.seal();
    CHECK(refusal(example) == "zk.range_proof");

    // That is the only check that can find it: the statement itself verifies.
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    REQUIRE(zk);
    std::vector<WindowEnds> ends;
    for (const Stream& stream : example.streams) {
        const ZkStatement& statement = zk->document.statements[ends.size()];
        const auto sums_of = [&](zk::SlotNumber slot) {
            const std::string& text = example.entries[example.slot_at(stream, slot)];
            const SlotEntry entry = std::get<SlotEntry>(*parse_zk_entry(text));
            return SlotSums{entry.bad_sum, entry.total_sum};
        };
        ends.push_back({sums_of(statement.first - 1), sums_of(Example::kBegin + 11)});
    }
    CHECK(check_statements(*zk, ends));
}

TEST_CASE("attack: values around the group's order", "[attest][attack]") {
    SECTION("one failure less than none, mod L") {
        Example example = with_openings([](zk::SlotNumber) { return minus(1); });
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("2^32, one more than a slot can hold") {
        Example example = with_openings([](zk::SlotNumber n) {
            return n == 3 ? zk::Scalar::from_u64(std::uint64_t{1} << 32) : zk::Scalar();
        });
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("a verdict whose value is negative, proved modulo 2^64") {
        Example example;
        example.fill({.uptime = {30'000'000, 60'000'000}});
        example.seal();
        example.document.statements.front().holds = true;
        example.prove();
        CHECK(refusal(example) == "zk.proof");
    }
}

TEST_CASE("attack: leaves that nobody can open cancel each other", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    const zk::Point anything = zk::Point::from_uniform(std::array<std::uint8_t, 64>{5});
    zk::Point sum;
    for (zk::SlotNumber n = Example::kBegin; n < Example::kBegin + 12; ++n) {
        change_slot(example, stream, n, [&](SlotEntry& slot) {
            zk::Point bad = *zk::decode(slot.bad);
            if (n == kMiddle) bad += anything;
            if (n == kMiddle + 1) bad -= anything;
            sum += bad;
            slot.bad = zk::encode(bad);
            slot.bad_sum = zk::encode(sum);
        });
    }
    example.seal();
    CHECK(refusal(example) == "zk.range_proof");
}

TEST_CASE("attack: slots are left out or come twice", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    SECTION("left out") {
        erase_entry(example, example.slot_at(stream, kMiddle));
        example.seal();
        CHECK(refusal(example) == "zk.slot_missing");
    }
    SECTION("left out at the end") {
        erase_entry(example, example.range_at(stream, Example::kBegin + 8));
        erase_entry(example, example.slot_at(stream, Example::kBegin + 11));
        example.seal();
        CHECK(refusal(example) == "zk.window");
    }
    SECTION("the same once more") {
        example.entries.insert(example.entries.begin() + 60,
                               example.entries[example.slot_at(stream, kMiddle)]);
        example.seal();
        CHECK(refusal(example) == "zk.slot_twice");
    }
    SECTION("two for one slot, so that a better one can be chosen later") {
        const std::size_t at = example.slot_at(stream, kMiddle);
        std::string other = example.entries[at];
        example.entries.insert(example.entries.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                               other);
        change_entry<SlotEntry>(example, at, [](SlotEntry& slot) {
            slot.bad_sum = slot.bad = zk::encode(zk::commit(1, zk::Scalar::from_u64(1)));
        });
        example.seal();
        CHECK(refusal(example) == "zk.slot_twice");
    }
    SECTION("a range proof comes twice") {
        example.entries.push_back(example.entries[example.range_at(stream, Example::kBegin)]);
        example.seal();
        CHECK(refusal(example) == "zk.range_order");
    }
    SECTION("in another order") {
        std::swap(example.entries[example.slot_at(stream, kMiddle)],
                  example.entries[example.slot_at(stream, kMiddle + 1)]);
        example.seal();
        CHECK(refusal(example) == "zk.slot_missing");
    }
}

TEST_CASE("attack: commitments that are none", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    SECTION("the identity, which shows its zero") {
        std::string& text = example.entries[example.slot_at(stream, kMiddle)];
        const SlotEntry slot = std::get<SlotEntry>(*parse_zk_entry(text));
        const std::string bad = to_base64(slot.bad);
        text.replace(text.find(bad), bad.size(), to_base64(zk::PointBytes{}));
        example.seal();
        CHECK(refusal(example) == "entry.syntax");
        SlotGroup group{EntryIndex{1}, stream.id(), {}, {slot}, 32, {}};
        group.slots.front().bad = zk::PointBytes{};
        const Status checked = check_groups(example.origin, std::span(&group, 1));
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == "zk.identity");
    }
    SECTION("bytes that no point has") {
        change_slot(example, stream, kMiddle, [](SlotEntry& slot) { slot.bad[31] |= 0x80; });
        example.seal();
        CHECK(refusal(example) == "zk.point");
    }
    SECTION("a sum that is not the one") {
        change_slot(example, stream, kMiddle, [&](SlotEntry& slot) {
            slot.total_sum = zk::encode(*zk::decode(slot.total_sum) + zk::Point::base());
        });
        example.seal();
        CHECK(refusal(example) == "zk.sum");
    }
    SECTION("a first slot whose sums are not its own") {
        change_slot(example, stream, Example::kBegin, [&](SlotEntry& slot) {
            slot.bad_sum = zk::encode(*zk::decode(slot.bad) - zk::Point::base());
        });
        example.seal();
        CHECK(refusal(example) == "zk.sum");
    }
}

namespace {

// The same scalar in another encoding: L more.
void add_order(std::uint8_t* scalar) {
    const std::array<std::uint8_t, 32> order = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
        0,    0x10};
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += scalar[i] + order[i];
        scalar[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
}

}  // namespace

TEST_CASE("attack: proofs in another encoding, changed, or for other slots", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    const std::size_t range = example.range_at(stream, Example::kBegin + 4);
    SECTION("a scalar above the group's order") {
        change_entry<RangeEntry>(example, range, [](RangeEntry& entry) {
            add_order(entry.proof.data() + entry.proof.size() - 32);
        });
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("a scalar above the order in the verdict's proof") {
        example.seal();
        Bytes& proof = example.document.proofs.front().proof;
        add_order(proof.data() + proof.size() - 32);
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("a bit") {
        change_entry<RangeEntry>(example, range, [](RangeEntry& entry) { entry.proof[300] ^= 1; });
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("made for another first slot") {
        RangeEntry other = stream.range(Example::kBegin + 4, 4, Example::kBegin);
        other.first = Example::kBegin + 4;
        example.entries[range] = compose(other);
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
    SECTION("of the slots before, under the right label") {
        RangeEntry other = stream.range(Example::kBegin, 4, Example::kBegin + 4);
        example.entries[range] = compose(other);
        example.seal();
        CHECK(refusal(example) == "zk.range_proof");
    }
}

TEST_CASE("attack: a verdict that does not follow", "[attest][attack]") {
    Example example;
    example.fill({.failover = {1, 2}});
    example.seal();
    REQUIRE(refusal(example).empty());
    SECTION("`holds` is turned around") {
        example.document.statements[1].holds = true;
        CHECK(refusal(example) == "zk.proof");
        example.prove();
        CHECK(refusal(example) == "zk.proof");
    }
    SECTION("the attestation says otherwise than the slots") {
        Example liar;
        liar.fill({.failover = {1, 2}});
        Example honest;
        honest.fill();
        liar.claim = honest.claim;
        liar.seal();
        CHECK(refusal(liar) == "zk.verdict");
    }
    SECTION("a level says otherwise than its controls") {
        std::string& claim = example.claim;
        Example liar;
        liar.fill({.failover = {1, 2}});
        const std::string level = R"("level":"telecoms","verdict":"non_compliant")";
        claim.replace(claim.find(level), level.size(),
                      R"("level":"telecoms","verdict":"compliant")");
        liar.claim = claim;
        liar.seal();
        CHECK(refusal(liar) == "zk.verdict");
    }
    SECTION("the system says otherwise than its levels") {
        Example liar;
        liar.fill({.failover = {1, 2}});
        std::string& claim = liar.claim;
        const std::string end = R"("verdict":"non_compliant","provisional")";
        claim.replace(claim.find(end), end.size(), R"("verdict":"compliant","provisional")");
        liar.seal();
        CHECK(refusal(liar) == "zk.verdict");
    }
}

TEST_CASE("attack: slots of another time stand for those of the attestation", "[attest][attack]") {
    Example example;
    SECTION("a stream that ended before the fault") {
        example.fill();
        example.attested_slots = 12 + 2 + 10;  // its time: the lateness and the age are over
        example.seal();
        CHECK(refusal(example).empty());
        Example later;
        later.fill();
        later.attested_slots = example.attested_slots + 1;
        later.seal();
        CHECK(refusal(later) == "zk.late");
    }
    SECTION("a document that was held back until all was well again") {
        example.fill();
        example.attested_slots = 11;  // the instant is in the last slot
        example.seal();
        CHECK(refusal(example).empty());
        Example waited;
        waited.fill();
        waited.attested_slots = 10;
        waited.seal();
        CHECK(refusal(waited) == "zk.ahead");
    }
    SECTION("an older window than the instant's") {
        example.fill();
        example.seal();
        for (ZkStatement& statement : example.document.statements) --statement.first;
        example.prove();
        CHECK(refusal(example) == "zk.window");
    }
}

TEST_CASE("attack: a slot is committed to before it is over", "[attest][attack]") {
    Example example;
    example.fill();
    const Stream& stream = example.streams.front();
    const auto end = static_cast<TimeNs>((kMiddle + 1) * std::uint64_t{zk_log::kSlotNs});
    SECTION("at its end it may be") {
        change_slot(example, stream, kMiddle, [&](SlotEntry& slot) { slot.at = end; });
        example.seal();
        CHECK(refusal(example).empty());
    }
    SECTION("a nanosecond before it may not") {
        change_slot(example, stream, kMiddle, [&](SlotEntry& slot) { slot.at = end - 1; });
        example.seal();
        CHECK(refusal(example) == "zk.early");
    }
}

TEST_CASE("attack: a second document after one that was not liked", "[attest][attack]") {
    Example example;
    example.fill();
    example.seal();
    example.log_document();
    REQUIRE(refusal(example).empty());
    // The same attestation, and a document that is made behind the first one's entry.
    const tlog::TreeHead now = example.head(example.entries.size());
    example.document.size = now.size;
    example.document.root = now.root;
    example.prove();
    example.log_document();
    CHECK(refusal(example) == "zk.logged");
}

namespace {

// A second stream of the first control, for the time of the first one and better. The document is
// about it.
void add_second_stream(Example& example, std::uint32_t generation) {
    Stream& first = example.streams.front();
    Stream second(example.origin, example.system, first.control(), Example::kBegin, generation);
    for (int n = 0; n < 12; ++n) {
        example.add(compose(second.slot(zk::SlotValues{0, 60'000'000})));
        if (n % 4 == 3) example.add(compose(second.range(second.next() - 4, 4)));
    }
    first = std::move(second);
}

}  // namespace

TEST_CASE("attack: two streams of one control, to show the better one", "[attest][attack]") {
    Example example;
    SECTION("the other one is shown, and the first one went on beside it") {
        example.fill({.uptime = {601, 60'000'000}});
        const std::size_t slot = example.slot_at(example.streams.front(), Example::kBegin + 11);
        const std::string late = example.entries[slot];
        erase_entry(example, slot);
        add_second_stream(example, 1);
        example.add(late);
        example.seal();
        CHECK(refusal(example) == "zk.stream_twice");
    }
    SECTION("the first one ends, and another one says again what it had said") {
        example.fill({.uptime = {601, 60'000'000}});
        add_second_stream(example, 1);
        example.attested_slots = 12;
        example.seal();
        CHECK(refusal(example) == "zk.stream_twice");
    }
    SECTION("the first one is shown, and the other one ran beside it") {
        example.fill();
        const Stream first = example.streams.front();
        add_second_stream(example, 5);
        example.streams.front() = first;
        example.seal();
        CHECK(refusal(example) == "zk.stream_twice");
    }
    SECTION("under a name of another key, which the log has not announced") {
        example.fill();
        example.seal();
        const zk_log::Stream& stream = example.streams.front();
        const Bytes other(32, 0x71);
        ZkStatement& statement = example.document.statements.front();
        statement.tag = zk::make_stream_tag(
            other, {example.origin, example.system, stream.control().text});
        CHECK(refusal(example) == "zk.tag");
        const zk::PointBytes key = zk::stream_key(other, example.origin);
        for (std::size_t i = 0; i < example.streams.size(); ++i) {
            ZkStatement& one = example.document.statements[i];
            one.tag = zk::make_stream_tag(
                other, {example.origin, example.system, example.streams[i].control().text});
            one.stream = zk::stream_id(zk::stream_salt(one.tag.point, 0),
                                       {example.system, example.streams[i].control().text,
                                        zk_log::kSlotNs});
        }
        example.document.stream_key = key;
        example.prove();
        CHECK(refusal(example) == "zk.streams");
    }
    SECTION("under a second key that the log announces") {
        example.fill();
        StreamsEntry second = example.announced();
        second.key = zk::stream_key(Bytes(32, 0x71), example.origin);
        example.add(compose(second));
        example.seal();
        CHECK(refusal(example) == "zk.streams");
    }
    SECTION("the key is announced once it is known which one is better") {
        example.fill();
        std::rotate(example.entries.begin() + 1, example.entries.begin() + 2,
                    example.entries.end());
        example.seal();
        CHECK(refusal(example) == "zk.streams");
    }
    SECTION("the key is not announced at all") {
        example.fill();
        erase_entry(example, 1);
        example.seal();
        CHECK(refusal(example) == "zk.streams");
    }
    SECTION("slots of another length have other names") {
        example.fill();
        StreamsEntry shorter = example.announced();
        shorter.slot_ns /= 2;
        example.entries[1] = compose(shorter);
        example.seal();
        CHECK(refusal(example) == "zk.streams");
    }
}

TEST_CASE("zk: a stream that ended may be followed by another one, which is told", "[attest]") {
    Example example;
    example.fill();
    example.begin_anew();
    example.seal();
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    REQUIRE(zk);
    ZkLogReader reader(*zk, 0);
    for (std::size_t i = 0; i < example.entries.size(); ++i) {
        REQUIRE(reader.see(EntryIndex{i}, example.entries[i]));
    }
    const Result<std::vector<WindowEnds>> ends = reader.finish();
    if (!ends) FAIL(ends.error().message);
    CHECK(check_statements(*zk, *ends));
    CHECK(reader.generations_before(0) == 1);
    CHECK(reader.generations_before(1) == 0);
}
