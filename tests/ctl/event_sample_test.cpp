// Drawn events and the event-bound slots that they are to be part of: good samples, and daemons
// that left something out.
#include "event_sample.hpp"

#include <catch2/catch.hpp>

#include "overlord/attest/assemble.hpp"
#include "overlord/tlog/tiles.hpp"
#include "program.hpp"
#include "zk_log.hpp"

using namespace overlord;
using namespace overlord::ctl;
using zk_log::Event;
using zk_log::Example;
using zk_log::kSlotNs;
using zk_log::Stream;

namespace {

constexpr std::size_t kBound = 3;  // itil.service_level
constexpr zk::SlotNumber kSlot = Example::kBegin + 7;
constexpr std::uint64_t kDrawn = 72;

// A log whose event-bound stream has these events in one slot, and a sample in which one of them
// was drawn.
struct Drawn {
    explicit Drawn(const std::vector<Event>& events, std::optional<zk::SlotValues> said = {}) {
        example.fill();
        Stream& old = example.streams[kBound];
        Stream stream(example.origin, example.system, old.control(), Example::kBegin);
        for (zk::SlotNumber n = Example::kBegin; n < Example::kBegin + 12; ++n) {
            const std::size_t place = example.slot_at(stream, n);
            example.entries[place] = compose(n == kSlot ? stream.slot(events, said)
                                                        : stream.slot(zk::SlotValues{0, 60}));
        }
        old = std::move(stream);
        example.write_log(directory.path / "log");
        Result<tlog::TileReader> reader =
            tlog::TileReader::open(directory.path / "log", example.head(example.entries.size()));
        REQUIRE(reader);
        fill_sample(*reader);
    }

    void fill_sample(tlog::TileReader& tiles) {
        const Stream& made = example.streams[kBound];
        const auto entry = [&](zk::SlotNumber slot) {
            return *attest::find_slot_entry(tiles, made.id(), slot);
        };
        BoundStream stream{{made.id(), made.tag(), made.generation(), example.system,
                            made.control().text, kSlotNs},
                           entry(Example::kBegin), entry(Example::kBegin + 11), {}, {}};
        ShownSlot slot;
        slot.entry = entry(kSlot);
        slot.shown = made.events({kSlot, 1}).slots[0];
        slot.proof = made.prove_events({kSlot, 1}, example.origin);
        slot.ranges = made.event_ranges(kSlot);
        for (const Event& event : made.events_of(kSlot)) {
            if (event.record != kDrawn) continue;
            slot.opened.push_back({event.record, event.values, event.r_bad.encode(),
                                   event.r_total.encode()});
        }
        stream.slots = {slot};
        sample.streams = {stream};
        sample.naming = *attest::find_streams_entry(tiles);
        ground = {example.origin, tiles.head(), 0};
    }

    [[nodiscard]] DrawnEvent event() const {
        return {kDrawn, static_cast<TimeNs>(kSlot) * kSlotNs,
                R"({"specversion":"1.0","id":"e","source":"//s","type":"itil.service_level",)"
                R"("subject":")" + example.system + R"(","time":")" +
                    format_rfc3339(static_cast<TimeNs>(kSlot) * kSlotNs) + R"(","data":{}})"};
    }

    // What the rules say that the drawn event adds, in this slot; "" or the code of the refusal.
    [[nodiscard]] std::string judged(const std::vector<zk::SlotValues>& expected,
                                     zk::SlotNumber slot = kSlot) {
        const ExpectContributions expect = [&](DurationNs slot_ns, std::span<const DrawnEvent>) {
            CHECK(slot_ns == kSlotNs);
            std::vector<ExpectedContribution> of_event;
            for (const zk::SlotValues& values : expected) {
                of_event.push_back({example.streams[kBound].control().text, slot, values});
            }
            return Result<std::vector<std::vector<ExpectedContribution>>>({of_event});
        };
        const DrawnEvent drawn = event();
        const Result<EventSample> read = parse_event_sample(to_json(sample));
        REQUIRE(read);
        report = {};
        const Status good =
            check_event_sample(*read, ground, std::span(&drawn, 1), expect, report);
        return good ? "" : good.error().code;
    }
    [[nodiscard]] bool told(const std::string& text) const {
        return std::any_of(report.findings.begin(), report.findings.end(), [&](const auto& one) {
            return one.text.find(text) != std::string::npos;
        });
    }

    TemporaryDirectory directory;
    Example example;
    EventSample sample;
    EventGround ground;
    attest::Report report;
};

const std::vector<Event> kEvents = {{71, {0, 20}}, {kDrawn, {1, 20}}, {75, {0, 20}}};

}  // namespace

TEST_CASE("event sample: a drawn event counts in its slot as the rules say", "[ctl]") {
    Drawn drawn(kEvents);
    CHECK(drawn.judged({{1, 20}}) == "");
    CHECK(drawn.told("1 times an event that was drawn counts"));
    CHECK(drawn.told("1 slots of 1 event-bound streams are the sums"));
}

TEST_CASE("event sample: without rules it says what was not checked", "[ctl]") {
    Drawn drawn(kEvents);
    const DrawnEvent event = drawn.event();
    attest::Report report;
    REQUIRE(check_event_sample(drawn.sample, drawn.ground, std::span(&event, 1), {}, report));
    CHECK(report.findings.back().text.find("(--rules)") != std::string::npos);
}

TEST_CASE("event sample: an event that the slot left out cannot be shown", "[ctl][attack]") {
    // The list in the log is without it; so is the sum. Nothing but drawing it tells.
    Drawn drawn({{71, {0, 20}}, {75, {0, 20}}});
    CHECK(drawn.judged({{1, 20}}) == "sample.contribution");
    drawn.sample.streams[0].slots.clear();
    CHECK(drawn.judged({{1, 20}}) == "sample.contribution");
}

TEST_CASE("event sample: a contribution that does not follow from its event", "[ctl][attack]") {
    Drawn good(kEvents);
    CHECK(good.judged({{0, 20}}) == "sample.contribution");
    CHECK(good.judged({{1, 21}}) == "sample.contribution");
    CHECK(good.judged({}) == "sample.contribution");  // by the rules it counts nowhere
    CHECK(good.judged({{1, 20}}, kSlot + 1) == "sample.contribution");
    SECTION("whatever is said of it") {
        good.sample.streams[0].slots[0].opened[0].values.bad = 0;
        CHECK(good.judged({{0, 20}}) == "sample.slot");
    }
    SECTION("the opening of another event") {
        good.sample.streams[0].slots[0].opened[0].record = 71;
        CHECK(good.judged({{1, 20}}) == "sample.slot");
    }
}

TEST_CASE("event sample: a slot whose list or sum is another one", "[ctl][attack]") {
    SECTION("a contribution is left out of what is shown") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].slots[0].shown.events.pop_back();
        CHECK(drawn.judged({{1, 20}}) == "zk.bound_switch");
    }
    SECTION("a contribution of another slot") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].slots[0].shown =
            drawn.example.streams[kBound].events({kSlot - 1, 1}).slots[0];
        CHECK(drawn.judged({{1, 20}}) == "sample.slot");
    }
    SECTION("the slot counts less than its events") {
        Drawn drawn(kEvents, zk::SlotValues{0, 60});
        CHECK(drawn.judged({{1, 20}}) == "zk.event_sum");
    }
    SECTION("a proof made for another log") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].slots[0].proof =
            drawn.example.streams[kBound].prove_events({kSlot, 1}, "another.example/log");
        CHECK(drawn.judged({{1, 20}}) == "zk.event_sum");
    }
    SECTION("another stream's name") {
        Drawn drawn(kEvents);
        ++drawn.sample.streams[0].generation;
        CHECK(drawn.judged({{1, 20}}) == "sample.slot");
    }
    SECTION("a tag of another key, with a name that follows from it") {
        Drawn drawn(kEvents);
        BoundStream& stream = drawn.sample.streams[0];
        stream.tag = zk::make_stream_tag(
            Bytes(32, 0x71), {drawn.example.origin, stream.system, stream.entry});
        CHECK(drawn.judged({{1, 20}}) == "sample.slot");
    }
    SECTION("another entry than the one in which the log announced its key") {
        Drawn drawn(kEvents);
        drawn.sample.naming = drawn.sample.streams[0].first;
        CHECK(drawn.judged({{1, 20}}) == "sample.slot");
    }
    SECTION("a later slot as the first, so that earlier events would be outside") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].first = drawn.sample.streams[0].last;
        CHECK(drawn.judged({{1, 20}}) == "sample.slot");
    }
}

TEST_CASE("event sample: a contribution that takes away what an event added", "[ctl][attack]") {
    // The event is listed as it is, and so is a number below zero: the slot counts nothing bad.
    Drawn drawn({{71, {0, 20}}, {kDrawn, {1, 20}}, {75, {1, 20}, true}});
    CHECK(drawn.judged({{1, 20}}) == "zk.event_range");
    SECTION("with fewer proofs") {
        drawn.sample.streams[0].slots[0].ranges.clear();
        CHECK(drawn.judged({{1, 20}}) == "zk.event_range");
    }
    SECTION("with proofs of another slot") {
        drawn.sample.streams[0].slots[0].ranges =
            drawn.example.streams[kBound].event_ranges(kSlot - 1);
        CHECK(drawn.judged({{1, 20}}) == "zk.event_range");
    }
}

TEST_CASE("event sample: what cannot be shown is said, and how often", "[ctl]") {
    SECTION("an erased slot") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].slots.clear();
        drawn.sample.streams[0].erased = {kSlot};
        CHECK(drawn.judged({{1, 20}}) == "");
        CHECK(drawn.told("1 times the slot is said to be erased"));
    }
    SECTION("a slot that is not closed yet") {
        Drawn drawn(kEvents);
        drawn.sample.streams[0].slots.clear();
        CHECK(drawn.judged({{1, 20}}, Example::kBegin + 12) == "");
        CHECK(drawn.told("1 times no stream with the event's slot is shown"));
    }
    SECTION("a slot with more events than there is room for is all bad") {
        Drawn drawn(
            std::vector<Event>{{kDrawn, {zk::kSlotValueMax, zk::kSlotValueMax}}});
        CHECK(drawn.judged({{1, 20}}) == "");
        CHECK(drawn.told("all of it is bad"));
    }
}

TEST_CASE("event sample: a file that is none is refused", "[ctl]") {
    const std::string good = to_json(Drawn(kEvents).sample);
    CHECK(parse_event_sample(good));
    for (const char* name : {"\"stream\"", "\"tag\"", "\"naming\"",
                             "\"switch\"", "\"opened\"", "\"r_bad\"",
                             "\"events\"", "\"proof\"", "\"format\"", "\"first\""}) {
        std::string changed = good;
        changed.replace(changed.find(name), 2, "\"_");
        INFO(name);
        CHECK_FALSE(parse_event_sample(changed));
    }
    CHECK_FALSE(parse_event_sample("[]"));
    CHECK_FALSE(parse_event_sample(""));
}
