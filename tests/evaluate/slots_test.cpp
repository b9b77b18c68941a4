// Slots: each record against a count made from the definition, and what must not change them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "overlord/ledger/record.hpp"
#include "overlord/rules/proof_plan.hpp"
#include "packs.hpp"

namespace overlord::evaluate {

using namespace testing;

namespace {

using Random = std::mt19937_64;
using ledger::SlotMembers;
using Pair = std::pair<std::uint32_t, std::uint32_t>;  // bad, total

constexpr DurationNs kSlot = kMinuteNs;
constexpr std::int64_t kSlotMicros = kSlot / 1'000;
constexpr std::uint64_t kNoonSlot = static_cast<std::uint64_t>(kNoon / kSlot);
constexpr std::uint32_t kPairMax = 4'294'967'295;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

Config with_slots(DurationNs slot = kSlot) {
    Config config;
    config.slot_ns = slot;
    return config;
}

struct Closed {
    TimeNs at = 0;
    SlotMembers members;
};

// What the daemon has to say of slots, read as the ledger reads it.
std::vector<Closed> closed(const Daemon& daemon) {
    std::vector<Closed> found;
    for (const std::string& text : daemon.records()) {
        const std::size_t space = text.find(' ');
        if (!text.substr(space + 1).starts_with("\"kind\":\"slot\"")) continue;
        const TimeNs at = std::stoll(text.substr(0, space));
        const std::string record = ledger::compose({0}, at, text.substr(space + 1), "");
        const auto view = ledger::parse(record);
        REQUIRE(view);
        const auto members = ledger::parse_slot(*view);
        REQUIRE(members);
        found.push_back({at, *members});
    }
    return found;
}

// Control -> slot -> pair of one system. Each slot is there once, and no slot of a stream is
// missing.
using Streams = std::map<std::string, std::map<std::uint64_t, Pair>>;

Streams streams(const Daemon& daemon, const std::string& system = "s") {
    Streams found;
    for (const Closed& one : closed(daemon)) {
        if (one.members.system != system) continue;
        for (const ledger::SlotValue& value : one.members.values) {
            auto& stream = found[value.control];
            for (std::uint64_t i = 0; i < one.members.count; ++i) {
                const std::uint64_t slot = one.members.slot + i;
                REQUIRE((stream.empty() || stream.rbegin()->first + 1 == slot));
                stream[slot] = {value.bad, value.total};
            }
        }
    }
    return found;
}

Pair sum(const std::map<std::uint64_t, Pair>& stream) {
    Pair total{0, 0};
    for (const auto& [slot, pair] : stream) {
        total.first += pair.first;
        total.second += pair.second;
    }
    return total;
}

std::string beat(TimeNs time, const std::string& service, bool up) {
    return line("telecoms.heartbeat", "s", time,
                "{\"service\":\"" + service + "\",\"status\":\"" + (up ? "up" : "down") + "\"}");
}
std::string level(TimeNs time, std::int64_t good, std::int64_t total) {
    return line("itil.service_level", "s", time,
                "{\"service\":\"a\",\"good\":" + std::to_string(good) +
                    ",\"total\":" + std::to_string(total) + "}");
}

// What was told, by definition: from all events that were not late.
class Oracle {
public:
    void beat(TimeNs time, const std::string& service, bool up) {
        services_[service].emplace(time / 1'000, up);  // at equal times by arrival
        begin("telecoms.uptime", time);
    }
    void count(const std::string& control, TimeNs time, std::uint64_t bad, std::uint64_t total) {
        begin(control, time);
        Pair& pair = counts_[control][slot_of(time)];
        pair.first += static_cast<std::uint32_t>(bad);
        pair.second += static_cast<std::uint32_t>(total);
    }
    [[nodiscard]] Pair of(const std::string& control, std::uint64_t slot) const {
        if (control == "telecoms.uptime") return available(static_cast<std::int64_t>(slot));
        const auto found = counts_.find(control);
        if (found == counts_.end()) return {0, 0};
        const auto pair = found->second.find(slot);
        return pair == found->second.end() ? Pair{0, 0} : pair->second;
    }
    [[nodiscard]] std::uint64_t first(const std::string& control) const {
        return first_.at(control);
    }

private:
    static std::uint64_t slot_of(TimeNs time) { return static_cast<std::uint64_t>(time / kSlot); }
    void begin(const std::string& control, TimeNs time) {
        const auto [at, made] = first_.emplace(control, slot_of(time));
        if (!made) at->second = std::min(at->second, slot_of(time));
    }
    [[nodiscard]] Pair available(std::int64_t slot) const {
        const std::int64_t begin = slot * kSlotMicros;
        const std::int64_t end = begin + kSlotMicros;
        std::int64_t good = 0;
        std::int64_t total = 0;
        for (const auto& [name, beats] : services_) {
            total += std::max<std::int64_t>(0, end - std::max(begin, beats.begin()->first));
            for (auto at = beats.begin(); at != beats.end(); ++at) {
                if (!at->second) continue;
                std::int64_t until = at->first + 1'500'000;
                if (std::next(at) != beats.end()) until = std::min(until, std::next(at)->first);
                good += std::max<std::int64_t>(
                    0, std::min(until, end) - std::max(at->first, begin));
            }
        }
        return {static_cast<std::uint32_t>(total - good), static_cast<std::uint32_t>(total)};
    }

    std::map<std::string, std::multimap<std::int64_t, bool>> services_;
    std::map<std::string, std::map<std::uint64_t, Pair>> counts_;
    std::map<std::string, std::uint64_t> first_;
};

const std::vector<std::string> kCounted = {"telecoms.uptime", "telecoms.failover",
                                           "trading.latency", "trading.segregation",
                                           "itil.service_level"};

// A stream of events of system s with disorder, lateness and silences, and what they count.
struct Telling {
    std::vector<std::string> lines;
    std::vector<TimeNs> times;  // log times on the event clock
    Oracle oracle;

    Telling(std::uint64_t seed, int length) {
        Random random(seed);
        TimeNs now = kNoon + between(random, 0, kSlot);
        for (int i = 0; i < length; ++i) {
            const std::int64_t what = between(random, 0, 199);
            if (what < 180) now += between(random, 0, 3 * kSecondNs);
            if (what == 199) now += between(random, 0, 10 * kMinuteNs);
            // Out of order, often over a border; now and then late.
            const TimeNs back = what % 7 == 0 ? between(random, 0, 65 * kSecondNs) : 0;
            add(random, now - back);
        }
    }

private:
    void add(Random& random, TimeNs time) {
        times.push_back(times.empty() ? time : std::max(times.back(), time));
        const bool late = time < times.back() - kMinuteNs;
        switch (between(random, 0, 5)) {
            case 0: {
                const std::int64_t ms = between(random, 1, 60);
                lines.push_back(failover(time, std::to_string(ms)));
                if (!late) oracle.count("telecoms.failover", time, ms > 50 ? 1 : 0, 1);
                return;
            }
            case 1: {
                const bool slow = between(random, 0, 3) == 0;
                const bool apart = between(random, 0, 9) > 0;
                lines.push_back(trade(time, slow ? "1.000000001" : "1", apart));
                if (late) return;
                oracle.count("trading.latency", time, slow ? 1 : 0, 1);
                return oracle.count("trading.segregation", time, apart ? 0 : 1, 1);
            }
            case 2: {
                const std::int64_t total = between(random, 0, 50);
                const std::int64_t good = between(random, 0, total);
                lines.push_back(level(time, good, total));
                const std::int64_t bad = total - good;
                if (!late) {
                    oracle.count("itil.service_level", time, static_cast<std::uint64_t>(bad),
                                 static_cast<std::uint64_t>(total));
                }
                return;
            }
            default: {
                const std::string service(1, static_cast<char>('a' + between(random, 0, 3)));
                const bool up = between(random, 0, 9) > 0;
                lines.push_back(beat(time, service, up));
                if (!late) oracle.beat(time, service, up);
                return;
            }
        }
    }
};

void feed_each(Daemon& daemon, const Telling& telling) {
    for (const std::string& text : telling.lines) (void)daemon.feed({text});
}

void check_against(const Oracle& oracle, const Daemon& daemon) {
    const Streams found = streams(daemon);
    for (const std::string& control : kCounted) {
        INFO(control);
        REQUIRE(found.contains(control));
        const auto& stream = found.at(control);
        CHECK(stream.begin()->first == oracle.first(control));
        for (const auto& [slot, pair] : stream) {
            INFO("slot " << slot);
            CHECK(pair == oracle.of(control, slot));
        }
    }
}

}  // namespace

TEST_CASE("slots: what is recorded is what a count from the definition gives", "[slots]") {
    const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 9));
    const Telling telling(seed, 1'500);
    Daemon daemon(ClockSource::kEvent, with_slots());
    feed_each(daemon, telling);
    // Far enough for every slot to close that something was counted in.
    (void)daemon.advance(telling.times.back() + 5 * kMinuteNs);
    check_against(telling.oracle, daemon);
    // A slot closes with the instant at which nothing more can come, and not before.
    for (const Closed& one : closed(daemon)) {
        const auto end = static_cast<std::int64_t>(one.members.slot + one.members.count) * kSlot;
        CHECK(one.at == end + kMinuteNs);
    }
}

TEST_CASE("slots: grouping of events changes no record on the event clock", "[slots]") {
    const Telling telling(11, 2'000);
    Daemon one(ClockSource::kEvent, with_slots());
    feed_each(one, telling);
    CHECK(closed(one).size() > 20);
    for (const std::size_t size : {std::size_t{7}, std::size_t{400}}) {
        Daemon other(ClockSource::kEvent, with_slots());
        for (std::size_t at = 0; at < telling.lines.size(); at += size) {
            const std::size_t end = std::min(telling.lines.size(), at + size);
            (void)other.feed({telling.lines.begin() + static_cast<std::ptrdiff_t>(at),
                              telling.lines.begin() + static_cast<std::ptrdiff_t>(end)});
        }
        CHECK(other.records() == one.records());
        CHECK(other.evaluator().snapshot().digest == one.evaluator().snapshot().digest);
    }
}

TEST_CASE("slots: a restored evaluator closes the same slots", "[slots]") {
    const ClockSource clock = GENERATE(ClockSource::kEvent, ClockSource::kWall);
    const Telling telling(12, 1'500);
    Daemon whole(clock, with_slots());
    Daemon broken(clock, with_slots());
    Random random(4);
    TimeNs at = kNoon;
    for (std::size_t i = 0; i < telling.lines.size(); ++i) {
        at = std::max(at + 1, telling.times[i]);
        if (clock == ClockSource::kWall && between(random, 0, 9) == 0) {
            (void)whole.advance(at);
            (void)broken.advance(at++);
        }
        (void)whole.feed({telling.lines[i]}, at);
        (void)broken.feed({telling.lines[i]}, at);
        if (between(random, 0, 29) == 0) broken.restart();
    }
    CHECK(closed(broken).size() > 20);
    CHECK(broken.records() == whole.records());
    CHECK(broken.evaluator().snapshot().digest == whole.evaluator().snapshot().digest);
    REQUIRE(broken.states().size() == whole.states().size());
    for (std::size_t i = 0; i < whole.states().size(); ++i) {
        CHECK(broken.states()[i].digest == whole.states()[i].digest);
    }
}

// As pipeline/record_feed.hpp does it: time comes from ticks, slots and batches alone.
TEST_CASE("slots: who has only the records comes to the same records", "[slots]") {
    const Telling telling(13, 1'500);
    Daemon live(ClockSource::kWall, with_slots());
    struct Fed {
        TimeNs at;
        std::vector<std::string> lines;
    };
    std::vector<Fed> fed;
    Random random(5);
    TimeNs at = kNoon;
    for (std::size_t i = 0; i < telling.lines.size();) {
        if (between(random, 0, 4) == 0) {
            at += between(random, 1, between(random, 0, 200) == 0 ? kHourNs : kSecondNs);
            (void)live.advance(at);
        }
        at = std::max(at + 1, telling.times[i]);
        const std::size_t many = std::min<std::size_t>(
            static_cast<std::size_t>(between(random, 1, 4)), telling.lines.size() - i);
        Fed batch{at, {}};
        for (std::size_t n = 0; n < many; ++n) batch.lines.push_back(telling.lines[i++]);
        (void)live.feed(batch.lines, batch.at);
        fed.push_back(batch);
    }
    const TimeNs end = at + 3 * kDayNs;
    (void)live.advance(end);
    Daemon replay(ClockSource::kWall, with_slots());
    std::size_t next = 0;
    for (const std::string& record : live.records()) {
        const TimeNs when = std::stoll(record);
        for (; next < fed.size() && fed[next].at < when; ++next) {
            (void)replay.feed(fed[next].lines, fed[next].at);
        }
        const bool moves = record.find(" \"kind\":\"tick\"") != record.npos ||
                           record.find(" \"kind\":\"slot\"") != record.npos;
        if (moves) (void)replay.advance(when);
    }
    for (; next < fed.size(); ++next) (void)replay.feed(fed[next].lines, fed[next].at);
    CHECK(closed(live).size() > 30);
    CHECK(replay.records() == live.records());
    (void)replay.advance(end);
    CHECK(replay.evaluator().snapshot().digest == live.evaluator().snapshot().digest);
}

TEST_CASE("slots: where edges agree the sums are the measure's own value", "[slots]") {
    const std::uint64_t seed = GENERATE(range<std::uint64_t>(21, 25));
    Random random(seed);
    Daemon daemon(ClockSource::kEvent, with_slots());
    std::vector<std::string> lines;
    for (int i = 0; i < 20 * 60; ++i) {
        const TimeNs time = kNoon + i * kSecondNs + between(random, 0, 999'999'999);
        if (between(random, 0, 19) > 0) {
            lines.push_back(beat(time, i % 2 == 0 ? "a" : "b", between(random, 0, 29) > 0));
        }
        if (i % 30 == 0) lines.push_back(level(time, between(random, 990, 1'000), 1'000));
        if (i % 30 == 1) lines.push_back(failover(time, seed % 2 == 0 ? "50" : "50.0001"));
    }
    for (const std::string& text : lines) (void)daemon.feed({text});
    const TimeNs end = kNoon + 20 * kMinuteNs;
    (void)daemon.advance(end);
    const auto measured = [&](const std::string& pack, const std::string& name) {
        prolog::Value value;
        std::string reason;
        const auto found = daemon.evaluator().measured("s", pack, name, value, reason);
        REQUIRE(found == prolog::Host::Found::kYes);
        return value;
    };
    const prolog::Value uptime = measured("telecoms", "uptime");
    const prolog::Value share = measured("itil", "service_level");
    const bool kept = daemon.control("telecoms.failover") == "compliant";
    (void)daemon.advance(end + kMinuteNs);
    const Streams found = streams(daemon);
    const auto ratio = [](const Pair& pair) {
        return Number::ratio(pair.second - pair.first, pair.second).to_text();
    };
    CHECK(ratio(sum(found.at("telecoms.uptime"))) == uptime.text);
    CHECK(ratio(sum(found.at("itil.service_level"))) == share.text);
    CHECK((sum(found.at("telecoms.failover")).first == 0) == kept);
    CHECK(kept == (seed % 2 == 0));
}

TEST_CASE("slots: a state is the verdict in force at the close", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    (void)daemon.feed({redundancy(kNoon + kSecondNs, 4)});
    (void)daemon.advance(kNoon + 119 * kSecondNs);
    CHECK(closed(daemon).empty());
    (void)daemon.feed({redundancy(kNoon + 119 * kSecondNs + kSecondNs / 2, 3)});
    // The slot of noon closes two minutes after noon: the group has one spare unit by then.
    (void)daemon.advance(kNoon + 2 * kMinuteNs);
    (void)daemon.feed({redundancy(kNoon + 121 * kSecondNs, 4)});
    (void)daemon.advance(kNoon + 3 * kMinuteNs);
    const Streams found = streams(daemon);
    const auto& spare = found.at("telecoms.redundancy");
    CHECK(spare.at(kNoonSlot) == Pair{1, 1});
    CHECK(spare.at(kNoonSlot + 1) == Pair{0, 1});
    // Unknown is not compliant; what was never observed is not counted.
    CHECK(found.at("gmp.validation").at(kNoonSlot) == Pair{1, 1});
    CHECK_FALSE(found.contains("telecoms.uptime"));
    CHECK_FALSE(found.contains("itil.service_level"));
}

TEST_CASE("slots: a year of silence is few records, and every slot is in one", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    for (int i = 0; i < 180; ++i) (void)daemon.feed({heartbeat(kNoon + i * kSecondNs)});
    (void)daemon.feed({redundancy(kNoon + 180 * kSecondNs, 4)});
    const std::size_t before = closed(daemon).size();
    const TimeNs later = kNoon + 366 * kDayNs;
    (void)daemon.feed({redundancy(later, 4)});
    const std::vector<Closed> all = closed(daemon);
    CHECK(all.size() - before < 40);
    const Streams found = streams(daemon);
    const auto& uptime = found.at("telecoms.uptime");
    const std::uint64_t last = static_cast<std::uint64_t>((later - kMinuteNs) / kSlot) - 1;
    CHECK(uptime.rbegin()->first == last);
    CHECK(uptime.size() == last - kNoonSlot + 1);
    // 180 beats cover until 180.5 s; then it is down until it leaves the window of 365 days, with
    // the first pane of six hours that begins behind its cover.
    CHECK(uptime.at(kNoonSlot) == Pair{0, 60'000'000});
    CHECK(uptime.at(kNoonSlot + 3) == Pair{59'500'000, 60'000'000});
    CHECK(uptime.at(kNoonSlot + 4) == Pair{60'000'000, 60'000'000});
    const TimeNs leaves = kNoon + 365 * kDayNs + 6 * kHourNs;
    const auto gone = static_cast<std::uint64_t>((leaves - kMinuteNs) / kSlot) - 1;
    CHECK(uptime.at(gone - 1) == Pair{60'000'000, 60'000'000});
    CHECK(uptime.at(gone) == Pair{0, 0});
    CHECK(uptime.at(last) == Pair{0, 0});
    // An hour after it was heard of the redundancy is unknown.
    CHECK(found.at("telecoms.redundancy").at(kNoonSlot + 60) == Pair{0, 1});
    CHECK(found.at("telecoms.redundancy").at(kNoonSlot + 63) == Pair{1, 1});
}

TEST_CASE("slots: a busy year before a year of silence still makes a bounded number of records",
          "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    TimeNs now = kNoon;
    // Something in every pane of every window.
    for (int i = 0; i < 365 * 4; ++i) {
        now += 6 * kHourNs;
        (void)daemon.feed({heartbeat(now), level(now, 1, 1), failover(now, "1"), trade(now)});
    }
    const std::size_t before = closed(daemon).size();
    (void)daemon.feed({redundancy(now + 366 * kDayNs, 4)});
    const std::size_t made = closed(daemon).size() - before;
    CHECK(made > 10);
    CHECK(made < 6'000);  // panes of the windows, not the 527,040 slots
    CHECK(streams(daemon).at("telecoms.uptime").size() > 1'000'000);
}

TEST_CASE("slots: several systems close the same stretch, in the order they were first seen",
          "[slots]") {
    Config config = with_slots();
    config.proved_systems_max = 2;
    Daemon daemon(ClockSource::kEvent, config);
    for (int i = 0; i < 30; ++i) {
        const TimeNs time = kNoon + i * kSecondNs;
        (void)daemon.feed({heartbeat(time, "up", "first"), heartbeat(time, "up", "second"),
                           heartbeat(time, "up", "third")});
    }
    (void)daemon.feed({heartbeat(kNoon + kHourNs, "up", "second")});
    const std::vector<Closed> all = closed(daemon);
    REQUIRE(all.size() >= 4);
    REQUIRE(all.size() % 2 == 0);
    for (std::size_t i = 0; i < all.size(); i += 2) {
        CHECK(all[i].members.system == "first");
        CHECK(all[i + 1].members.system == "second");
        CHECK(all[i].members.slot == all[i + 1].members.slot);
        CHECK(all[i].members.count == all[i + 1].members.count);
        CHECK(all[i].at == all[i + 1].at);
    }
    CHECK(streams(daemon, "third").empty());
}

TEST_CASE("slots: what has no place in 32 bits proves nothing good", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    for (int i = 0; i < 4; ++i) {
        (void)daemon.feed({level(kNoon + i, 1'000'000'000, 1'000'000'000)});
    }
    (void)daemon.feed({level(kNoon + kMinuteNs, 294'967'295, 294'967'295)});
    for (int i = 0; i < 4; ++i) {
        (void)daemon.feed({level(kNoon + kMinuteNs, 1'000'000'000, 1'000'000'000)});
    }
    for (int i = 0; i < 5; ++i) {
        (void)daemon.feed({level(kNoon + 2 * kMinuteNs, 1'000'000'000, 1'000'000'000)});
    }
    (void)daemon.feed({level(kNoon + 2 * kMinuteNs, 0, 0)});
    (void)daemon.advance(kNoon + 5 * kMinuteNs);
    const Streams found = streams(daemon);
    const auto& share = found.at("itil.service_level");
    CHECK(share.at(kNoonSlot) == Pair{0, 4'000'000'000});
    CHECK(share.at(kNoonSlot + 1) == Pair{0, kPairMax});
    CHECK(share.at(kNoonSlot + 2) == Pair{kPairMax, kPairMax});
}

TEST_CASE("slots: too many services for a slot prove nothing good", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    for (int second = 0; second < 61; ++second) {
        for (int service = 0; service < 72; ++service) {
            (void)daemon.feed(
                {beat(kNoon + second * kSecondNs, "s" + std::to_string(service), true)});
        }
    }
    (void)daemon.advance(kNoon + 2 * kMinuteNs);
    CHECK(streams(daemon).at("telecoms.uptime").at(kNoonSlot) == Pair{kPairMax, kPairMax});
}

TEST_CASE("slots: of an event-bound control a record names each event and what it added",
          "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    (void)daemon.feed({failover(kNoon, "60"), trade(kNoon), failover(kNoon + kSecondNs, "50"),
                       level(kNoon + kSecondNs, 9, 10), level(kNoon + kSecondNs, 3, 3)});
    (void)daemon.feed({failover(kNoon + kMinuteNs, "51")});
    (void)daemon.feed({failover(kNoon + kMinuteNs - 1, "52")});  // out of order: of the slot before
    (void)daemon.advance(kNoon + 4 * kMinuteNs);
    std::map<std::uint64_t, std::vector<std::string>> failovers;
    std::vector<std::uint32_t> levels;
    for (const Closed& one : closed(daemon)) {
        for (const ledger::SlotValue& value : one.members.values) {
            const bool bound = value.control == "telecoms.failover" ||
                               value.control == "itil.service_level";
            CHECK(value.events.has_value() == bound);
            if (!bound) continue;
            for (const ledger::Contribution& event : *value.events) {
                const std::string& record = daemon.records().at(event.record);
                CHECK(record.find(" \"kind\":\"event\"") != std::string::npos);
                if (value.control == "itil.service_level") {
                    levels.insert(levels.end(), {event.bad, event.total});
                } else {
                    failovers[one.members.slot].push_back(std::to_string(event.bad) + "/" +
                                                          std::to_string(event.total));
                }
            }
        }
    }
    const std::vector<std::string> first = {"1/1", "0/1", "1/1"};
    CHECK(failovers[kNoonSlot] == first);
    CHECK(failovers[kNoonSlot + 1] == std::vector<std::string>{"1/1"});
    CHECK(failovers.size() == 2);
    CHECK(levels == std::vector<std::uint32_t>{1, 10, 0, 3});
}

TEST_CASE("slots: more events than a slot has room for say that all was bad", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    constexpr std::size_t kRoom = 4'096;
    std::vector<std::string> events(kRoom, failover(kNoon, "1"));
    (void)daemon.feed(events);
    events.assign(kRoom + 2, failover(kNoon + kMinuteNs, "1"));
    (void)daemon.feed(events);
    daemon.restart();
    (void)daemon.advance(kNoon + 4 * kMinuteNs);
    const auto all = streams(daemon);
    const auto& stream = all.at("telecoms.failover");
    CHECK(stream.at(kNoonSlot) == Pair{0, kRoom});
    CHECK(stream.at(kNoonSlot + 1) == Pair{kPairMax, kPairMax});
    for (const Closed& one : closed(daemon)) {
        if (one.members.slot != kNoonSlot + 1) continue;
        const auto& values = one.members.values;
        const auto found = std::find_if(values.begin(), values.end(), [](const auto& value) {
            return value.control == "telecoms.failover";
        });
        REQUIRE((found != values.end() && found->events && found->events->size() == 1));
        CHECK(found->events->front().bad == kPairMax);
    }
}

TEST_CASE("slots: a nil report begins the streams of what did not happen", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    (void)daemon.feed({line("telecoms.nil_report", "s", kNoon,
                            "{\"kind\":\"failover\",\"from\":\"2026-01-29T11:00:00Z\",\"to\":"
                            "\"2026-01-29T12:00:00Z\"}")});
    (void)daemon.advance(kNoon + 2 * kMinuteNs);
    CHECK(streams(daemon).at("telecoms.failover").at(kNoonSlot) == Pair{0, 0});
    CHECK_FALSE(streams(daemon).contains("telecoms.uptime"));
}

TEST_CASE("slots: a late event counts nowhere and begins nothing", "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    (void)daemon.feed({redundancy(kNoon + 10 * kMinuteNs, 4)});
    (void)daemon.feed({failover(kNoon + 9 * kMinuteNs - 1, "60")});
    (void)daemon.advance(kNoon + 13 * kMinuteNs);
    CHECK_FALSE(streams(daemon).contains("telecoms.failover"));
    (void)daemon.feed({failover(kNoon + 12 * kMinuteNs, "60")});  // to the nanosecond not late
    (void)daemon.advance(kNoon + 15 * kMinuteNs);
    CHECK(streams(daemon).at("telecoms.failover").begin()->first == kNoonSlot + 12);
    CHECK(streams(daemon).at("telecoms.failover").at(kNoonSlot + 12) == Pair{1, 1});
}

namespace {

Item start_item() {
    return {Item::Kind::kStart, "\"engine\":\"e\"", "", ""};
}

// The packs with another limit on uptime, as far as the plan is concerned.
rules::Bundle other_limit() {
    rules::Bundle bundle = packs().bundle;
    for (rules::Control& control : bundle.controls) {
        if (control.id == "telecoms.uptime") control.limit->number = Number::ratio(9, 10);
        control.exact = control.limit;
    }
    bundle.digest[0] ^= 1;
    return bundle;
}

std::vector<Closed> since(const Daemon& daemon, std::size_t first) {
    std::vector<Closed> all = closed(daemon);
    return {all.begin() + static_cast<std::ptrdiff_t>(first), all.end()};
}

std::optional<Pair> value_of(const Closed& one, const std::string& control) {
    for (const ledger::SlotValue& value : one.members.values) {
        if (value.control == control) return Pair{value.bad, value.total};
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("slots: switched on, they begin after the start, and know who is silent already",
          "[slots]") {
    Daemon daemon(ClockSource::kWall);
    (void)daemon.feed({beat(kNoon, "a", true), beat(kNoon, "b", true)}, kNoon + 1);
    const TimeNs last = kNoon + 10 * kMinuteNs - kSecondNs / 2;
    (void)daemon.feed({beat(last, "a", true)}, last + 1);
    daemon.take_over(packs().bundle, with_slots());
    CHECK(daemon.evaluator().next_due() > last + kDayNs);  // no slot closes yet
    const TimeNs started = last + kSecondNs / 4;
    (void)daemon.feed_items({start_item()}, started);
    CHECK(closed(daemon).empty());
    const TimeNs border = kNoon + 10 * kMinuteNs;
    (void)daemon.feed({beat(border + 200'000'000, "a", true)}, border + kSecondNs);
    (void)daemon.advance(border + 2 * kMinuteNs);
    const Streams found = streams(daemon);
    const auto& uptime = found.at("telecoms.uptime");
    // The beat before the border covers 1 s of the slot, and the next one goes on from 0.2 s.
    CHECK(uptime.begin()->first == kNoonSlot + 10);
    CHECK(uptime.at(kNoonSlot + 10) == Pair{118'300'000, 120'000'000});
    CHECK(found.at("telecoms.redundancy").begin()->first == kNoonSlot + 10);
    // Nothing was observed of this one before or since.
    CHECK_FALSE(found.contains("telecoms.failover"));
}

TEST_CASE("slots: a start with the settings that there were goes on with the streams", "[slots]") {
    Daemon daemon(ClockSource::kWall, with_slots());
    (void)daemon.feed({heartbeat(kNoon), failover(kNoon, "60")}, kNoon + 1);
    daemon.restart();
    (void)daemon.feed_items({start_item()}, kNoon + 10 * kMinuteNs);
    const Streams found = streams(daemon);
    CHECK(found.at("telecoms.uptime").begin()->first == kNoonSlot);
    CHECK(found.at("telecoms.uptime").size() == 9);
    CHECK(found.at("telecoms.failover").at(kNoonSlot) == Pair{1, 1});
    // They close before the start that shows how late it is.
    CHECK(daemon.records().back().find("\"kind\":\"start\"") != std::string::npos);
}

TEST_CASE("slots: under other rules a stream of the same entry goes on, another one begins",
          "[slots]") {
    const ClockSource clock = GENERATE(ClockSource::kEvent, ClockSource::kWall);
    Daemon daemon(clock, with_slots());
    (void)daemon.feed({heartbeat(kNoon), failover(kNoon + 1, "60")}, kNoon + 1);
    const TimeNs busy = kNoon + 150 * kSecondNs;
    (void)daemon.feed({heartbeat(busy), failover(busy, "60"), failover(busy, "20")}, busy);
    const std::size_t before = closed(daemon).size();
    REQUIRE(before == 1);
    const std::string old_plan = closed(daemon)[0].members.plan;
    daemon.take_over(other_limit(), with_slots());
    // Overdue, but not before the record that brings the rules in.
    if (clock == ClockSource::kWall) (void)daemon.advance(kNoon + 4 * kMinuteNs);
    CHECK(closed(daemon).size() == before);
    const TimeNs from = daemon.evaluator().now_ns();
    (void)daemon.feed_items({{Item::Kind::kAudit, "rules", "", "rules"}}, from + 1);
    (void)daemon.feed({failover(kNoon + 5 * kMinuteNs, "70")}, kNoon + 5 * kMinuteNs);
    (void)daemon.feed({redundancy(kNoon + 9 * kMinuteNs, 4)}, kNoon + 9 * kMinuteNs);
    const std::vector<Closed> after = since(daemon, before);
    const std::int64_t first_new = from / kSlot + 1;
    std::uint64_t next = kNoonSlot + 1;
    std::uint32_t violations = 0;
    for (const Closed& one : after) {
        CHECK(one.members.plan != old_plan);
        CHECK(one.members.slot == next);
        next += one.members.count;
        const auto kept = value_of(one, "telecoms.failover");
        REQUIRE(kept);
        violations += kept->first * static_cast<std::uint32_t>(one.members.count);
        const bool begun = static_cast<std::int64_t>(one.members.slot) >= first_new;
        CHECK(value_of(one, "telecoms.uptime").has_value() == begun);
    }
    CHECK(next >= kNoonSlot + 8);
    CHECK(violations == 2);  // the one that was open, and the new one
}

TEST_CASE("slots: open sums of events of a level that is not asked for any more are passed over",
          "[slots]") {
    Daemon daemon(ClockSource::kEvent, with_slots());
    (void)daemon.feed({heartbeat(kNoon), failover(kNoon + 1, "60"), failover(kNoon + 2, "20")});
    Config gmp_only = with_slots();
    gmp_only.levels = {{"s", {"gmp"}}};
    daemon.take_over(packs().bundle, gmp_only);
    (void)daemon.feed_items({start_item()});
    (void)daemon.feed({failover(kNoon + 9 * kMinuteNs, "70")});
    for (const Closed& one : closed(daemon)) CHECK_FALSE(value_of(one, "telecoms.failover"));
    daemon.take_over(packs().bundle, with_slots());
    (void)daemon.feed_items({start_item()});
    const std::size_t before = closed(daemon).size();
    (void)daemon.feed({failover(kNoon + 20 * kMinuteNs, "20")});
    const std::vector<Closed> after = since(daemon, before);
    REQUIRE_FALSE(after.empty());
    CHECK(value_of(after.back(), "telecoms.failover") == Pair{0, 0});
}

TEST_CASE("slots: longer ones are other slots", "[slots]") {
    Daemon daemon(ClockSource::kWall, with_slots());
    (void)daemon.feed({heartbeat(kNoon)}, kNoon + 1);
    (void)daemon.advance(kNoon + 5 * kMinuteNs);
    const std::size_t before = closed(daemon).size();
    CHECK(before == 2);  // the slot of noon, and three of silence
    daemon.take_over(packs().bundle, with_slots(kHourNs));
    (void)daemon.feed_items({start_item()}, kNoon + 10 * kMinuteNs);
    (void)daemon.advance(kNoon + 2 * kHourNs + kMinuteNs);
    const std::vector<Closed> after = since(daemon, before);
    REQUIRE(after.size() == 1);
    CHECK(after[0].members.slot == static_cast<std::uint64_t>(kNoon / kHourNs) + 1);
    CHECK(after[0].at == kNoon + 2 * kHourNs + kMinuteNs);
    CHECK(value_of(after[0], "telecoms.uptime") == Pair{3'600'000'000, 3'600'000'000});
}

TEST_CASE("slots: switched off, there are none", "[slots]") {
    Daemon daemon(ClockSource::kWall, with_slots());
    (void)daemon.feed({heartbeat(kNoon)}, kNoon + 1);
    daemon.take_over(packs().bundle, {});
    (void)daemon.feed_items({start_item()}, kNoon + kMinuteNs);
    (void)daemon.advance(kNoon + kHourNs);
    CHECK(closed(daemon).empty());
    daemon.restart();
}

}  // namespace overlord::evaluate
