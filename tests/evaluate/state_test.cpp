#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "packs.hpp"

namespace overlord::evaluate {

using namespace testing;

namespace {

using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

std::string random_event(Random& random, TimeNs time, std::int64_t systems = 5) {
    const std::string system = "s" + std::to_string(between(random, 0, systems - 1));
    switch (between(random, 0, 7)) {
        case 0:
        case 1:
            return heartbeat(time, between(random, 0, 9) == 0 ? "down" : "up", system);
        case 2:
            return redundancy(time, static_cast<int>(between(random, 2, 5)), system);
        case 3:
            return failover(time, std::to_string(between(random, 1, 60)), system);
        case 4:
            return trade(time, "0." + std::to_string(between(random, 1, 99)), true, system);
        case 5:
            return trade(time, "1.5", between(random, 0, 9) > 0, system);
        case 6:
            return "broken" + std::to_string(time);
        default:
            break;
    }
    const std::string id = std::to_string(between(random, 0, 9));
    const TimeNs reported = time - between(random, 0, 20) * kMinuteNs;
    return incident(time, id, reported, between(random, 0, 2) == 0 ? 0 : time, system);
}

// A stream with equal times, disorder, lateness and silences.
std::vector<std::string> stream(std::uint64_t seed, int length) {
    Random random(seed);
    std::vector<std::string> lines;
    TimeNs now = kNoon;
    for (int i = 0; i < length; ++i) {
        const auto kind = between(random, 0, 99);
        if (kind < 60) now += between(random, 0, 300'000'000);
        if (kind == 99) now += between(random, 0, 3 * kHourNs);
        const TimeNs back = kind >= 90 ? between(random, 0, 90 * kSecondNs) : 0;
        lines.push_back(random_event(random, now - back));
    }
    return lines;
}

void feed_in_batches(Daemon& daemon, const std::vector<std::string>& lines, std::size_t size) {
    for (std::size_t at = 0; at < lines.size(); at += size) {
        const auto end = std::min(lines.size(), at + size);
        (void)daemon.feed({lines.begin() + static_cast<std::ptrdiff_t>(at),
                           lines.begin() + static_cast<std::ptrdiff_t>(end)});
    }
}

}  // namespace

TEST_CASE("state: on the event clock grouping changes no record and no digest", "[evaluate]") {
    const std::vector<std::string> lines = stream(1, 4'000);
    Daemon one(ClockSource::kEvent);
    feed_in_batches(one, lines, 1);
    for (const std::size_t size : {std::size_t{7}, std::size_t{1000}}) {
        Daemon other(ClockSource::kEvent);
        feed_in_batches(other, lines, size);
        CHECK(other.records() == one.records());
        CHECK(other.evaluator().snapshot().digest == one.evaluator().snapshot().digest);
    }
    CHECK(one.records().size() > 4'500);
    REQUIRE_FALSE(one.states().empty());
}

TEST_CASE("state: a restored evaluator goes on as if nothing had happened", "[evaluate]") {
    const ClockSource clock = GENERATE(ClockSource::kEvent, ClockSource::kWall);
    const std::vector<std::string> lines = stream(2, 2'000);
    Daemon whole(clock);
    Daemon broken(clock);
    Random random(3);
    TimeNs at = kNoon + 20 * kHourNs;  // on the wall clock: nearly everything is late, and judged
    for (const std::string& text : lines) {
        at += between(random, 1, 80'000'000);
        (void)whole.feed({text}, at);
        (void)broken.feed({text}, at);
        if (between(random, 0, 39) == 0) broken.restart();
        if (clock == ClockSource::kWall && between(random, 0, 9) == 0) {
            at += between(random, 0, kMinuteNs);
            (void)whole.advance(at);
            (void)broken.advance(at);
        }
    }
    CHECK(broken.records() == whole.records());
    // A snapshot finishes the digests under way, and the next outcome hands them out.
    CHECK(broken.evaluator().snapshot().digest == whole.evaluator().snapshot().digest);
    for (Daemon* daemon : {&broken, &whole}) (void)daemon->feed({lines.back()}, at);
    REQUIRE(broken.states().size() == whole.states().size());
    for (std::size_t i = 0; i < whole.states().size(); ++i) {
        CHECK(broken.states()[i].records == whole.states()[i].records);
        CHECK(broken.states()[i].digest == whole.states()[i].digest);
    }
}

TEST_CASE("state: advances without a record change no later record", "[evaluate]") {
    Daemon quiet(ClockSource::kWall);
    Daemon nervous(ClockSource::kWall);
    Random random(4);
    TimeNs now = kNoon;
    for (int i = 0; i < 1'500; ++i) {
        const TimeNs next = now + between(random, 1, i % 50 == 0 ? kHourNs : kSecondNs);
        const std::string text = random_event(random, next - between(random, 0, kSecondNs));
        while (between(random, 0, 1) == 0 && now + 1 < next) {
            now = between(random, now + 1, next - 1);
            (void)nervous.advance(now);
        }
        now = next;
        (void)nervous.feed({text}, now);
        (void)quiet.feed({text}, now);
    }
    CHECK(nervous.records() == quiet.records());
    CHECK(nervous.evaluator().snapshot().digest == quiet.evaluator().snapshot().digest);
    const std::string last = random_event(random, now);
    (void)nervous.feed({last}, now + 1);
    (void)quiet.feed({last}, now + 1);
    REQUIRE(nervous.states().size() == quiet.states().size());
    for (std::size_t i = 0; i < quiet.states().size(); ++i) {
        CHECK(nervous.states()[i].digest == quiet.states()[i].digest);
    }
}

TEST_CASE("state: more events than are retained are restored as they were", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    for (int i = 0; i < 2'345; ++i) (void)daemon.feed({trade(kNoon + i, "0.5")});
    const Snapshot before = daemon.evaluator().snapshot();
    daemon.restart();
    const Snapshot after = daemon.evaluator().snapshot();
    CHECK(after.digest == before.digest);
    CHECK(after.bytes == before.bytes);
    (void)daemon.feed({trade(kNoon + 3'000, "0.5")});
    daemon.restart();
}

TEST_CASE("state: a digest is given at each multiple of 100,000 records exactly", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    std::vector<std::string> lines(1'000, trade(kNoon, "0.5"));
    for (int i = 0; i < 201; ++i) (void)daemon.feed(lines, kNoon + i + 1);
    REQUIRE(daemon.states().size() == 2);
    CHECK(daemon.states()[0].records == 100'000);
    CHECK(daemon.states()[1].records == 200'000);
    CHECK(daemon.states()[0].digest != daemon.states()[1].digest);
}

// The hour turns again and again before every system is digested, so that up to two digests are
// under way, and a third one finishes the first at once. A snapshot finishes all of them at once.
// Measures fall asleep at other instants in the one than in the other.
TEST_CASE("state: digests that overlap are those of one after the other", "[evaluate]") {
    Daemon overlapping(ClockSource::kEvent);
    Daemon one_by_one(ClockSource::kEvent);
    Random random(6);
    TimeNs now = kNoon;
    for (int i = 0; i < 2'400; ++i) {
        now += between(random, 1, i < 1'200 ? 30 * kSecondNs : 120 * kSecondNs);
        const std::string text = random_event(random, now, 200);
        (void)overlapping.feed({text});
        (void)one_by_one.feed({text});
        (void)one_by_one.evaluator().snapshot();
    }
    CHECK(overlapping.states().size() + 1 < one_by_one.states().size());  // two under way
    (void)overlapping.evaluator().snapshot();
    for (Daemon* daemon : {&overlapping, &one_by_one}) (void)daemon->feed({trade(now, "0.5")});
    CHECK(overlapping.records() == one_by_one.records());
    REQUIRE(overlapping.states().size() == one_by_one.states().size());
    for (std::size_t i = 0; i < one_by_one.states().size(); ++i) {
        CHECK(overlapping.states()[i].records == one_by_one.states()[i].records);
        CHECK(overlapping.states()[i].at == one_by_one.states()[i].at);
        CHECK(overlapping.states()[i].digest == one_by_one.states()[i].digest);
    }
}

TEST_CASE("state: a snapshot that is cut, changed or foreign is refused", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed(stream(5, 300));
    const Snapshot snapshot = daemon.evaluator().snapshot();
    const auto restores = [&](const Bytes& bytes, Config config = {}) {
        config.clock = config.systems_max == 1 ? ClockSource::kWall : ClockSource::kEvent;
        Evaluator other(packs().bundle, config, *packs().machine);
        const Status status = other.restore(bytes);
        return status ? std::string() : status.error().code;
    };
    CHECK(restores(snapshot.bytes).empty());
    Config wall;
    wall.systems_max = 1;
    CHECK(restores(snapshot.bytes, wall) == "state.clock");
    for (std::size_t size = 0; size < snapshot.bytes.size(); size += 97) {
        const ByteView cut = ByteView(snapshot.bytes).first(size);
        CHECK_FALSE(restores(Bytes(cut.begin(), cut.end())).empty());
    }
}

TEST_CASE("state: other rules take over what both declare alike, and judge anew", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed(stream(5, 300));
    const Snapshot snapshot = daemon.evaluator().snapshot();
    rules::Bundle bundle = packs().bundle;
    bundle.digest[0] ^= 1;
    const auto changed =
        std::find_if(bundle.measures.begin(), bundle.measures.end(),
                     [](const rules::Measure& m) { return m.name == "latency_ms"; });
    REQUIRE(changed != bundle.measures.end());
    changed->window *= 2;  // another window is another measure: it starts anew
    Config config;
    config.clock = ClockSource::kEvent;
    Evaluator other(bundle, config, *packs().machine);
    REQUIRE(other.restore(snapshot.bytes));
    CHECK(other.records() == snapshot.records);
    CHECK(other.systems() == daemon.evaluator().systems());

    const std::string system = other.systems().front();
    const auto read = [&](Evaluator& evaluator, std::string_view pack, std::string_view name) {
        prolog::Value value;
        std::string reason;
        evaluator.measured(system, pack, name, value, reason);
        return value.text + "/" + std::to_string(value.integer) + "/" + reason;
    };
    CHECK(read(other, "trading", "latency_ms") !=
          read(daemon.evaluator(), "trading", "latency_ms"));
    CHECK(read(other, "trading", "segregation") ==
          read(daemon.evaluator(), "trading", "segregation"));
    CHECK(read(other, "telecoms", "uptime") == read(daemon.evaluator(), "telecoms", "uptime"));
}

TEST_CASE("state: the levels of a system are those of the settings in force", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed(compliant_day(kNoon));
    (void)daemon.feed(compliant_day(kNoon, "other"));
    daemon.audit();
    REQUIRE(daemon.verdict() == "compliant");
    const std::string other = daemon.verdict("other");
    const auto levels = [&] { return daemon.evaluator().levels("s"); };
    const auto restarted_with = [&](std::vector<std::string> names) {
        Config config;
        if (!names.empty()) config.levels = {{"s", std::move(names)}};
        daemon.take_over(packs().bundle, config);
        const std::size_t before = daemon.records().size();
        (void)daemon.feed_items({{Item::Kind::kStart, "\"engine\":\"e\"", "", ""}});
        daemon.restart();  // nothing of it is lost on the way
        return daemon.records().size() - before;
    };
    const std::size_t start_and_two = restarted_with({"itil", "common"});
    CHECK(levels() == std::vector<std::string>{"itil", "common"});
    CHECK(start_and_two == 3);  // a verdict of each level that it answers for, and of no other
    CHECK(daemon.verdict() == "unknown");
    CHECK(daemon.verdict("other") == other);
    CHECK(restarted_with({"itil", "common"}) == 1);  // the same again changes nothing
    CHECK(restarted_with({}) == 5);
    CHECK(levels().size() == 4);
    CHECK(daemon.verdict() == "compliant");
    CHECK(daemon.control("common.clock-sync") == "no such control");
}

}  // namespace overlord::evaluate
