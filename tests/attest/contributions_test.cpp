// Event-bound slots: that they are the sums of their events, and attacks on that by somebody who
// runs the log and has its keys, each refused with the code that names it.
#include "overlord/zk/pedersen.hpp"
#include "zk_check.hpp"

using namespace overlord;
using namespace overlord::attest;
using zk_log::Example;
using zk_log::Stream;

namespace {

constexpr std::size_t kBound = 3;  // the event-bound stream of the example

Result<std::vector<ContributionsCheck::Found>> check(const Example& example,
                                                     ContributionsFile file) {
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    if (!zk) return zk.error();
    Result<ContributionsCheck> check = ContributionsCheck::open(*zk, std::move(file));
    if (!check) return check.error();
    ZkLogReader reader(*zk, 0);
    reader.show_slots([&](const SlotEntry& entry) { return check->see(entry); });
    for (std::size_t i = 0; i < example.entries.size(); ++i) {
        const Status seen = reader.see(EntryIndex{i}, example.entries[i]);
        if (!seen) return seen.error();
    }
    const Result<std::vector<WindowEnds>> ends = reader.finish();
    if (!ends) return ends.error();
    if (const Status proven = check_statements(*zk, *ends); !proven) return proven.error();
    return check->finish();
}

// "" where it verifies.
std::string refusal(const Example& example, const ContributionsFile& file) {
    const auto found = check(example, file);
    if (found) return "";
    INFO(found.error().message);
    CHECK_FALSE(found.error().message.empty());
    return found.error().code;
}

Example sealed() {
    Example example;
    example.fill();
    example.seal();
    return example;
}

// A log in which slot `at` of the event-bound stream is made by `slot`, and its entry, sums and
// range proofs are as whoever makes it wants them: all that a verifier of the log sees is right.
template <class MakeSlot>
Example with_slot(std::uint64_t at, MakeSlot slot) {
    Example example;
    example.fill();
    Stream& old = example.streams[kBound];
    Stream made(example.origin, example.system, old.control(), Example::kBegin);
    for (std::uint64_t n = 0; n < 12; ++n) {
        const std::size_t place = example.slot_at(made, Example::kBegin + n);
        example.entries[place] =
            compose(n == at ? slot(made) : made.slot(zk::SlotValues{0, 60}));
    }
    for (zk::SlotNumber first = Example::kBegin; first < Example::kBegin + 12; first += 4) {
        example.entries[example.range_at(made, first)] = compose(made.range(first, 4));
    }
    old = std::move(made);
    example.seal();
    return example;
}

constexpr std::uint64_t kAt = 7;               // in the window, which begins with slot 4
constexpr std::size_t kListed = kAt - 4;       // its place there
const std::vector<zk_log::Event> kHonest = {{71, {0, 20}}, {72, {1, 20}}, {75, {0, 20}}};

}  // namespace

TEST_CASE("contributions: slots that are the sums of their events are shown to be", "[attest]") {
    const Example example = with_slot(kAt, [](Stream& stream) { return stream.slot(kHonest); });
    const ContributionsFile file = example.contributions();
    const auto found = check(example, file);
    if (!found) FAIL(found.error().message);
    REQUIRE(found->size() == 1);
    CHECK(found->front().control == "itil.service_level");
    CHECK(found->front().slots == 8);
    CHECK(found->front().events == 7 * 2 + 3);
}

TEST_CASE("contributions: the file has one spelling", "[attest]") {
    const ContributionsFile file = sealed().contributions();
    const std::string text = compose(file);
    CHECK(looks_like_contributions(text));
    const Result<ContributionsFile> read = parse_contributions(text);
    REQUIRE(read);
    CHECK(*read == file);
    CHECK(compose(*read) == text);
    const auto code = [](const std::string& changed) {
        const Result<ContributionsFile> parsed = parse_contributions(changed);
        return parsed ? std::string("good") : parsed.error().code;
    };
    CHECK(code(text.substr(0, text.size() - 1)) == "contributions.syntax");
    CHECK(code(text + "\n") == "contributions.syntax");
    CHECK(code(text + text.substr(text.rfind("{\"slot\""))) == "contributions.syntax");
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"{\"slot\":", "{\"slot\": "},
             {"\"count\":8", "\"count\":9"},
             {"\"count\":8", "\"count\":7"},
             {"\"first\":", "\"first\":1"},
             {"contributions/v1", "contributions/v2"},
             {"\"events\":[[", "\"events\":[[\"x\","},
             {"\"switch\":\"", "\"switch\":\"A"},
             {",\"streams\":1", ",\"streams\":1,\"x\":1"},
             {",\"streams\":1", ",\"streams\":2"},
         }) {
        INFO(from << " -> " << to);
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        CHECK(code(changed) == "contributions.syntax");
    }
}

TEST_CASE("attack: a slot that is not the sum of its events", "[attest][attack]") {
    SECTION("a bad event is listed and not counted") {
        const Example example = with_slot(
            kAt, [](Stream& stream) { return stream.slot(kHonest, zk::SlotValues{0, 60}); });
        CHECK(refusal(example) == "");  // the slots by themselves are in order
        CHECK(refusal(example, example.contributions()) == "zk.event_sum");
    }
    SECTION("good that no event brought") {
        const Example example = with_slot(
            kAt, [](Stream& stream) { return stream.slot(kHonest, zk::SlotValues{1, 600'000}); });
        CHECK(refusal(example, example.contributions()) == "zk.event_sum");
    }
    SECTION("events where the slot says there were none") {
        const Example example = with_slot(kAt, [](Stream& stream) {
            return stream.slot(std::vector<zk_log::Event>{}, zk::SlotValues{0, 1});
        });
        CHECK(refusal(example, example.contributions()) == "zk.event_sum");
    }
    SECTION("two slots that would make up for each other") {
        Example example;
        example.fill();
        Stream& old = example.streams[kBound];
        Stream made(example.origin, example.system, old.control(), Example::kBegin);
        for (std::uint64_t n = 0; n < 12; ++n) {
            const std::size_t place = example.slot_at(made, Example::kBegin + n);
            const zk::SlotValues said{0, n == 6 ? 59u : n == 7 ? 61u : 60u};
            example.entries[place] = compose(made.slot({{10 * n, {0, 60}}}, said));
        }
        for (zk::SlotNumber first = Example::kBegin; first < Example::kBegin + 12; first += 4) {
            example.entries[example.range_at(made, first)] = compose(made.range(first, 4));
        }
        old = std::move(made);
        example.seal();
        CHECK(refusal(example) == "");
        CHECK(refusal(example, example.contributions()) == "zk.event_sum");
    }
}

TEST_CASE("attack: a contribution is left out", "[attest][attack]") {
    SECTION("of what is shown") {
        const Example example = with_slot(kAt, [](Stream& stream) { return stream.slot(kHonest); });
        ContributionsFile file = example.contributions();
        file.streams[0].slots[kListed].events.erase(
            file.streams[0].slots[kListed].events.begin() + 1);
        CHECK(refusal(example, file) == "zk.bound_switch");
    }
    SECTION("of what the slot is bound to, but not of its sum") {
        const Example example = with_slot(kAt, [](Stream& stream) {
            return stream.slot({kHonest[0], kHonest[2]}, zk::SlotValues{1, 60});
        });
        CHECK(refusal(example, example.contributions()) == "zk.event_sum");
    }
}

TEST_CASE("attack: a contribution is counted twice", "[attest][attack]") {
    SECTION("in what is shown") {
        const Example example = sealed();
        ContributionsFile file = example.contributions();
        auto& events = file.streams[0].slots[kListed].events;
        events.insert(events.begin(), events.front());
        CHECK(refusal(example, file) == "zk.bound_switch");
    }
    SECTION("in the log too") {
        const Example example = with_slot(kAt, [](Stream& stream) {
            return stream.slot({kHonest[0], kHonest[0], kHonest[2]});
        });
        CHECK(refusal(example) == "");
        CHECK(refusal(example, example.contributions()) == "zk.contributions");
    }
}

TEST_CASE("attack: contributions of another slot, stream or kind of thing", "[attest][attack]") {
    const Example example = sealed();
    ContributionsFile file = example.contributions();
    std::vector<SlotEvents>& slots = file.streams[0].slots;
    SECTION("the lists of two slots are swapped") {
        std::swap(slots[1].events, slots[2].events);
        CHECK(refusal(example, file) == "zk.bound_switch");
    }
    SECTION("with their switch hashes") {
        std::swap(slots[1], slots[2]);
        std::swap(slots[1].slot, slots[2].slot);
        CHECK(refusal(example, file) == "zk.bound_switch");
    }
    SECTION("an event of another slot has another number") {
        ++slots[1].events[0].record;
        CHECK(refusal(example, file) == "zk.bound_switch");
    }
    SECTION("a list that the log has under another stream's name") {
        const Example other = with_slot(kAt, [](Stream& stream) {
            SlotEntry entry = stream.slot(kHonest);
            const SlotEvents shown = stream.events({entry.slot, 1}).slots[0];
            Hash another = entry.stream;
            another[0] ^= 1;
            entry.switch_hash = zk::bound_switch(
                shown.own_switch, zk::contributions_digest(another, entry.slot, shown.events));
            return entry;
        });
        CHECK(refusal(other, other.contributions()) == "zk.bound_switch");
    }
    SECTION("commitments that are none") {
        const Example other = with_slot(kAt, [](Stream& stream) {
            SlotEntry entry = stream.slot(kHonest);
            SlotEvents shown = stream.events({entry.slot, 1}).slots[0];
            shown.events[1].bad = {};
            entry.switch_hash = zk::bound_switch(
                shown.own_switch,
                zk::contributions_digest(entry.stream, entry.slot, shown.events));
            return entry;
        });
        ContributionsFile forged = other.contributions();
        forged.streams[0].slots[kListed].events[1].bad = {};
        CHECK(refusal(other, forged) == "zk.contributions");
    }
}

TEST_CASE("attack: a proof of sums from elsewhere", "[attest][attack]") {
    const Example example = sealed();
    ContributionsFile file = example.contributions();
    StreamEvents& stream = file.streams[0];
    const Stream& made = example.streams[kBound];
    SECTION("of another log") {
        stream.proof = made.prove_events({stream.first, 8}, "overlords.example.org/site2");
        CHECK(refusal(example, file) == "zk.event_sum");
    }
    SECTION("of other slots") {
        stream.proof = made.prove_events({stream.first - 1, 8}, example.origin);
        CHECK(refusal(example, file) == "zk.event_sum");
    }
    SECTION("of fewer slots") {
        stream.proof = made.prove_events({stream.first, 7}, example.origin);
        CHECK(refusal(example, file) == "zk.event_sum");
    }
    SECTION("changed, cut short, or in another encoding") {
        Bytes proof = stream.proof;
        stream.proof[40] ^= 1;
        CHECK(refusal(example, file) == "zk.event_sum");
        stream.proof = proof;
        stream.proof.pop_back();
        CHECK(refusal(example, file) == "zk.encoding");
        stream.proof = proof;
        std::fill(stream.proof.begin() + 32, stream.proof.end(), std::uint8_t{0xff});
        CHECK(refusal(example, file) == "zk.encoding");
    }
}

TEST_CASE("attack: contributions of other statements, or not of all", "[attest][attack]") {
    const Example example = sealed();
    ContributionsFile file = example.contributions();
    SECTION("of another log") {
        file.origin = "overlords.example.org/site2";
        CHECK(refusal(example, file) == "contributions.origin");
    }
    SECTION("of another attestation") {
        file.attestation[0] ^= 1;
        CHECK(refusal(example, file) == "contributions.attestation");
    }
    SECTION("none for an event-bound statement") {
        file.streams.clear();
        CHECK(refusal(example, file) == "zk.contributions");
    }
    SECTION("a shorter window") {
        const Stream& made = example.streams[kBound];
        file.streams[0] = made.events({file.streams[0].first + 1, 7});
        CHECK(refusal(example, file) == "zk.contributions");
    }
    SECTION("a stream that is not event-bound") {
        file.streams[0].stream = example.streams[0].id();
        CHECK(refusal(example, file) == "zk.contributions");
    }
    SECTION("the log has a slot less") {
        CHECK(refusal(example, file) == "");
        const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
        REQUIRE(zk);
        Result<ContributionsCheck> check = ContributionsCheck::open(*zk, file);
        REQUIRE(check);
        for (std::size_t i = 0; i + 20 < example.entries.size(); ++i) {
            const Result<ZkEntry> entry = parse_zk_entry(example.entries[i]);
            if (const auto* slot = std::get_if<SlotEntry>(&*entry)) REQUIRE(check->see(*slot));
        }
        CHECK(check->finish().error().code == "zk.contributions");
    }
}
