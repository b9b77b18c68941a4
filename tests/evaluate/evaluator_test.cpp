#include <algorithm>
#include <catch2/catch.hpp>

#include "packs.hpp"

namespace overlord::evaluate {

using namespace testing;

namespace {

constexpr TimeNs kLast = kNoon + 149 * kSecondNs + 20'001;  // of compliant_day
const std::vector<std::string> kLevels = {"telecoms", "trading", "gmp", "itil"};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

Daemon compliant() {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed(compliant_day(kNoon));
    daemon.audit();
    return daemon;
}

}  // namespace

TEST_CASE("evaluator: a compliant system is compliant on all four levels", "[evaluate]") {
    Daemon daemon = compliant();
    CHECK(daemon.verdict() == "compliant");
    CHECK(daemon.evaluator().levels("s").size() == 4);
    const std::string claim = daemon.evaluator().claim("s");
    CHECK(has(claim, "\"id\":\"telecoms.uptime\""));
    CHECK(has(claim, "\"value\":\"23\",\"limit\":\"=< 50\",\"unit\":\"ms\",\"observations\":1"));
    CHECK(has(claim, "\"value\":\"41/50\""));
    CHECK(has(claim, "\"basis\":\"target\",\"severity\":\"medium\",\"status\":\"stable\","
                     "\"unverified\":[]"));
    CHECK(has(claim, "\"unverified\":[\"ITU-T G.841 (10/98), switch completion [clause not "
                     "verified]\"]"));
    CHECK(has(claim, "\"verdict\":\"compliant\",\"provisional\":true}"));
    CHECK(has(daemon.evaluator().explanation("s"), "\"file\":\"telecoms.pl\",\"line\":"));
    CHECK(daemon.evaluator().claim("nobody").empty());
}

TEST_CASE("evaluator: each violation makes its control, level and system non-compliant",
          "[evaluate]") {
    struct Case {
        std::string bad;
        std::string control;
        std::string value;
    };
    const TimeNs at = kLast + kSecondNs + 1;
    const std::vector<Case> cases = {
        {failover(at, "50.000000001"), "telecoms.failover", "50000000001/1000000000"},
        {redundancy(at, 3), "telecoms.redundancy", "1"},
        {heartbeat(at, "down"), "telecoms.uptime", ""},
        {trade(at, "1.0000001"), "trading.latency", "10000001/10000000"},
        {trade(at, "0.5", false), "trading.segregation", "false"},
        {line("trading.access", "s", at,
              "{\"actor\":\"a\",\"actor_side\":\"x\",\"resource\":\"r\",\"resource_side\":\"y\","
              "\"decision\":\"allow\"}"),
         "trading.segregation", "false"},
        {line("gmp.batch", "s", at, "{\"id\":\"b2\",\"input\":\"i\"}"), "gmp.batch_record",
         "false"},
        {line("gmp.validation", "s", at, "{\"item\":\"x\",\"status\":\"rejected\"}"),
         "gmp.validation", "false"},
        {line("gmp.change", "s", at,
              "{\"id\":\"c\",\"request\":\"q\",\"approval\":\"a\",\"requester\":\"ann\","
              "\"approver\":\"ann\"}"),
         "gmp.change_control", "false"},
        {incident(at, "i2", at - 15 * kMinuteNs - 1, at), "itil.incident_response",
         "900000000001/60000000000"},
        {line("itil.change", "s", at, "{\"id\":\"c\",\"cab_approved\":false}"),
         "itil.change_approved", "false"},
        {line("itil.service_level", "s", at, "{\"service\":\"a\",\"good\":3599,\"total\":3600}"),
         "itil.service_level", "7199/7200"},
    };
    for (const Case& one : cases) {
        Daemon daemon = compliant();
        (void)daemon.feed({one.bad});
        if (one.control == "telecoms.uptime") (void)daemon.feed({heartbeat(at + kSecondNs)});
        daemon.audit();
        INFO(one.bad << " " << daemon.evaluator().explanation("s"));
        CHECK(daemon.control(one.control) == "non_compliant");
        CHECK(daemon.verdict() == "non_compliant");
        const std::string verdict = daemon.last("verdict");
        CHECK(has(verdict, "\"verdict\":\"non_compliant\",\"was\":\"compliant\""));
        CHECK(has(verdict, "[\"" + one.control + "\",\"non_compliant\",\"" + one.value));
    }
}

TEST_CASE("evaluator: values exactly at their limits comply", "[evaluate]") {
    Daemon daemon = compliant();
    const TimeNs at = kLast + kSecondNs;
    (void)daemon.feed({failover(at, "50"), trade(at + 1, "1.0"),
                       incident(at + 2, "i2", at - 15 * kMinuteNs, at), redundancy(at + 3, 4)});
    daemon.audit();
    CHECK(daemon.verdict() == "compliant");
    CHECK(has(daemon.evaluator().claim("s"), "\"value\":\"15\""));
}

TEST_CASE("evaluator: a slow trade is forgiven when its pane leaves the window", "[evaluate]") {
    Daemon daemon = compliant();
    const TimeNs at = kLast + kSecondNs;
    (void)daemon.feed({trade(at, "9")});
    daemon.audit();
    CHECK(daemon.control("trading.latency") == "non_compliant");
    const TimeNs pane_end = (at / (10 * kSecondNs) + 1) * 10 * kSecondNs;
    (void)daemon.advance(pane_end + kHourNs - 1);
    CHECK(daemon.control("trading.latency") == "non_compliant");
    (void)daemon.advance(pane_end + kHourNs);
    CHECK(daemon.control("trading.latency") == "compliant");
    CHECK(has(daemon.last("verdict"), "[\"trading.latency\",\"compliant\",\"none\",\"\"]"));
}

TEST_CASE("evaluator: an unanswered incident breaks its limit by a tick, to the nanosecond",
          "[evaluate]") {
    Daemon daemon = compliant();
    const TimeNs reported = kLast + kSecondNs;
    const Outcome outcome = daemon.feed({incident(reported, "i9", reported)});
    CHECK(outcome.next_due <= reported + 15 * kMinuteNs + 1);
    (void)daemon.advance(reported + 15 * kMinuteNs);
    CHECK(daemon.control("itil.incident_response") == "compliant");
    (void)daemon.advance(reported + kHourNs);
    CHECK(daemon.control("itil.incident_response") == "non_compliant");
    const std::string due = std::to_string(reported + 15 * kMinuteNs + 1) + " ";
    const auto& records = daemon.records();
    const auto tick = std::find(records.begin(), records.end(), due + "\"kind\":\"tick\"");
    REQUIRE(tick != records.end());
    CHECK(has(*(tick + 1), due + "\"kind\":\"verdict\",\"system\":\"s\",\"level\":\"itil\""));

    (void)daemon.feed({incident(reported + kHourNs + 1, "i9", reported, reported + kHourNs)});
    daemon.audit();
    CHECK(daemon.control("itil.incident_response") == "non_compliant");  // an hour late, in 30 d
}

TEST_CASE("evaluator: heartbeats that stop break uptime in the microsecond that follows",
          "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    std::vector<std::string> beats;
    for (int i = 0; i < 100; ++i) {
        (void)daemon.feed({heartbeat(kNoon + i * kSecondNs)}, kNoon + i * kSecondNs);
    }
    CHECK(daemon.control("telecoms.uptime") == "compliant");
    // 99 s + 1.5 s are good. G / (G + x) < 99999/100000 first at x = G/99999 + 1 us.
    const TimeNs good = 100'500'000;
    const TimeNs breaks = kNoon + (good + good / 99'999 + 1) * 1'000;
    (void)daemon.advance(breaks - 1);
    CHECK(daemon.control("telecoms.uptime") == "compliant");
    CHECK(daemon.last("tick").empty());
    (void)daemon.advance(breaks + kHourNs);
    CHECK(daemon.control("telecoms.uptime") == "non_compliant");
    CHECK(daemon.last("tick") == std::to_string(breaks) + " \"kind\":\"tick\"");
}

TEST_CASE("evaluator: redundancy goes stale after its hour", "[evaluate]") {
    Daemon daemon = compliant();
    const TimeNs reported = kNoon + 7'001;
    (void)daemon.advance(reported + kHourNs);
    CHECK(daemon.control("telecoms.redundancy") == "compliant");
    (void)daemon.advance(reported + kHourNs + 1);
    CHECK(daemon.control("telecoms.redundancy") == "unknown");
    CHECK(has(daemon.last("verdict"), "stale since " + format_rfc3339(reported + kHourNs)));
}

TEST_CASE("evaluator: what was never observed is unknown, and said", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed({failover(kNoon, "23")});
    CHECK(daemon.verdict() == "unknown");
    CHECK(daemon.control("telecoms.failover") == "compliant");
    // The first verdicts are recorded, one a level, and say why they are unknown.
    const auto of_level = [&](const std::string& level) {
        for (const std::string& record : daemon.records()) {
            if (has(record, "\"kind\":\"verdict\"") && has(record, "\"level\":\"" + level + "\"")) {
                return record;
            }
        }
        return std::string();
    };
    CHECK(has(of_level("itil"), "\"verdict\":\"unknown\",\"was\":\"unknown\""));
    CHECK(has(of_level("telecoms"),
              "[\"telecoms.uptime\",\"unknown\",\"\",\"no heartbeat observed\"]"));
    CHECK(has(daemon.evaluator().system_verdict("s").detail, "no "));
    CHECK(daemon.evaluator().system_verdict("t").truth == prolog::Truth::kError);
}

TEST_CASE("evaluator: a nil report makes an empty kind compliant with value none", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed({line("itil.nil_report", "s", kNoon,
                            "{\"kind\":\"incident\",\"from\":\"2026-01-28T00:00:00Z\","
                            "\"to\":\"2026-01-29T00:00:00Z\"}")});
    CHECK(daemon.control("itil.incident_response") == "compliant");
    CHECK(has(daemon.last("verdict"), "[\"itil.incident_response\",\"compliant\",\"none\",\"\"]"));
}

TEST_CASE("evaluator: records of events name their checks", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed({failover(kNoon, "23"), failover(kNoon, "51"), heartbeat(kNoon)});
    const auto& records = daemon.records();
    CHECK(has(records[0],
              "\"kind\":\"event\",\"checks\":[[\"telecoms_failover_event\","
              "\"compliant\"]],\"event\":"));
    CHECK(std::any_of(records.begin(), records.end(), [](const std::string& record) {
        return has(record, "[[\"telecoms_failover_event\",\"non_compliant\"]]");
    }));
    CHECK(daemon.last("event") == std::to_string(kNoon) + " \"kind\":\"event\",\"event\":");
}

TEST_CASE("evaluator: rejects say why and move no clock", "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    (void)daemon.feed({heartbeat(kNoon)});
    const auto code = [&](const std::string& text) {
        const Outcome outcome = daemon.feed({text});
        REQUIRE(outcome.outputs.size() == 1);
        CHECK(outcome.outputs[0].at == kNoon);
        CHECK(outcome.outputs[0].item == 0);
        return outcome.outputs[0].code;
    };
    CHECK(code("not json") == "json.syntax");
    CHECK(code(line("telecoms.nothing", "s", kNoon, "{}")) == "schema.unknown_type");
    CHECK(code(line("telecoms.failover", "s", kNoon, "{}")) == "schema.missing_field");
    const auto level = [](const std::string& good) {
        return line("itil.service_level", "s", kNoon,
                    R"({"service":"mail","good":)" + good + R"(,"total":3600})");
    };
    CHECK(code(level("3601")) == "schema.value");  // a surplus would hide another service's lack
    CHECK(code(heartbeat(kNoon + 366 * kDayNs + 1)) == "time.jump");
    CHECK(daemon.feed({heartbeat(kNoon + 366 * kDayNs)}).outputs[0].code.empty());
}

TEST_CASE("evaluator: time limits on the wall clock are exact", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    const auto first = [&](const std::string& text, TimeNs at) {
        return daemon.feed({text}, at).outputs.front();
    };
    CHECK(first(heartbeat(kNoon + 5 * kSecondNs), kNoon).code.empty());
    CHECK(first(heartbeat(kNoon + 5 * kSecondNs + 2), kNoon + 1).code == "time.future");
    const Output kept = first(heartbeat(kNoon + 2 - kMinuteNs), kNoon + 2);
    CHECK_FALSE(has(kept.body, "late"));
    const Output late = first(failover(kNoon + 2 - kMinuteNs, "23"), kNoon + 3);
    CHECK(has(late.body, "\"kind\":\"event\",\"late\":true,\"checks\":["));
    CHECK(daemon.control("telecoms.failover") == "unknown");
}

TEST_CASE("evaluator: a nil report about a kind that its pack does not have is rejected",
          "[evaluate]") {
    Daemon daemon(ClockSource::kEvent);
    const auto report = [&](const std::string& kind) {
        return daemon
            .feed({line("itil.nil_report", "s", kNoon,
                        "{\"kind\":\"" + kind +
                            "\",\"from\":\"2026-01-28T12:00:00Z\","
                            "\"to\":\"2026-01-29T12:00:00Z\"}")})
            .outputs[0]
            .code;
    };
    CHECK(report("incidents") == "schema.value");
    CHECK(report("failover") == "schema.value");  // another pack's
    CHECK(report("") == "schema.value");
    CHECK(daemon.evaluator().systems().empty());
    CHECK(report("incident").empty());
    CHECK(daemon.control("itil.incident_response") == "compliant");
}

TEST_CASE("evaluator: systems beyond the limit are rejected", "[evaluate]") {
    Config config;
    config.systems_max = 2;
    config.levels = {{"b", {"gmp"}}};
    Daemon daemon(ClockSource::kEvent, config);
    (void)daemon.feed({heartbeat(kNoon, "up", "a"), heartbeat(kNoon, "up", "b")});
    CHECK(daemon.feed({heartbeat(kNoon, "up", "c")}).outputs[0].code == "system.limit");
    CHECK(daemon.evaluator().levels("b") == std::vector<std::string>{"gmp"});
    CHECK(daemon.evaluator().systems() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("evaluator: what only levels on request read is followed on request", "[evaluate]") {
    Config config;
    config.levels = {{"asks", {"telecoms", "telecoms_ops"}}};
    Daemon daemon(ClockSource::kEvent, config);
    for (const TimeNs at : {kNoon, kNoon + kSecondNs, kNoon + 2 * kSecondNs}) {
        for (const char* system : {"asks", "plain"})
            (void)daemon.feed({heartbeat(at, "up", system), redundancy(at, 4, system)});
    }
    const auto missing = [&](const std::string& system, const std::string& pack,
                             const std::string& name) {
        prolog::Value value;
        std::string reason;
        (void)daemon.evaluator().measured(system, pack, name, value, reason);
        return reason;
    };
    CHECK(daemon.evaluator().levels("plain").size() == 4);
    CHECK(daemon.control("telecoms.error-budget", "plain") == "no such control");
    CHECK(missing("plain", "telecoms_ops", "up_1_h") == "no level of the system reads it");
    CHECK(missing("plain", "telecoms", "redundancy").empty());
    CHECK(daemon.control("telecoms.error-budget", "asks") == "compliant");
    CHECK(missing("asks", "telecoms_ops", "up_1_h").empty());
    // Asked for no longer, it is forgotten.
    rules::Bundle other = packs().bundle;
    other.digest[0] ^= 1;
    daemon.take_over(std::move(other), {});
    CHECK(missing("asks", "telecoms_ops", "up_1_h") == "no level of the system reads it");
}

TEST_CASE("evaluator: levels for every system that has none of its own", "[evaluate]") {
    Config config;
    config.levels = {{"*", {"telecoms", "telecoms_ops"}}, {"own", {"gmp"}}, {"empty", {}}};
    Daemon daemon(ClockSource::kEvent, config);
    for (const char* system : {"own", "empty", "other", "*"})
        (void)daemon.feed({heartbeat(kNoon, "up", system)});
    using Levels = std::vector<std::string>;
    CHECK(daemon.evaluator().levels("own") == Levels{"gmp"});
    for (const char* system : {"empty", "other", "*"})
        CHECK(daemon.evaluator().levels(system) == Levels{"telecoms", "telecoms_ops"});
    Config silent;
    silent.levels = {{"empty", {}}};
    Daemon plain(ClockSource::kEvent, silent);
    (void)plain.feed({heartbeat(kNoon, "up", "empty")});
    CHECK(plain.evaluator().levels("empty").size() == 4);
}

TEST_CASE("evaluator: a system is judged at most every 100 ms, then by a tick", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    (void)daemon.feed({failover(kNoon, "23")}, kNoon);
    CHECK(daemon.control("telecoms.failover") == "compliant");
    (void)daemon.feed({failover(kNoon + 1, "99")}, kNoon + 1);
    CHECK(daemon.control("telecoms.failover") == "compliant");
    const Outcome outcome = daemon.feed({failover(kNoon + 2, "23")}, kNoon + 2);
    CHECK(outcome.next_due == kNoon + 100'000'000);
    (void)daemon.advance(kNoon + 100'000'000);
    CHECK(daemon.control("telecoms.failover") == "non_compliant");
    CHECK(daemon.last("tick") == std::to_string(kNoon + 100'000'000) + " \"kind\":\"tick\"");
}

TEST_CASE("evaluator: an audit brings every system up to date", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    (void)daemon.feed({failover(kNoon, "23"), failover(kNoon, "23", "t")}, kNoon);
    (void)daemon.feed({failover(kNoon + 1, "99"), failover(kNoon + 1, "99", "t")}, kNoon + 1);
    const Outcome outcome = daemon.feed_items({{Item::Kind::kAudit, "x", "", "query"}}, kNoon + 2);
    REQUIRE(outcome.outputs.size() == 3);
    CHECK(outcome.outputs[0].body == "\"kind\":\"audit\",\"reason\":\"query\",\"text\":\"x\"");
    CHECK(daemon.verdict("s") == "non_compliant");
    CHECK(daemon.verdict("t") == "non_compliant");
}

TEST_CASE("evaluator: a note becomes a record and judges nothing", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    (void)daemon.feed({failover(kNoon, "23")}, kNoon);
    (void)daemon.feed({failover(kNoon + 1, "99")}, kNoon + 1);
    const Outcome outcome =
        daemon.feed_items({{Item::Kind::kNote, "\"kind\":\"restart\",\"x\":1", "", ""}}, kNoon + 2);
    REQUIRE(outcome.outputs.size() == 1);
    CHECK(outcome.outputs[0].kind == OutputKind::kNote);
    CHECK(outcome.outputs[0].item == 0);
    CHECK(outcome.outputs[0].at == kNoon + 2);
    CHECK(outcome.outputs[0].body == "\"kind\":\"restart\",\"x\":1");
    CHECK(daemon.control("telecoms.failover") == "compliant");  // as before, not judged anew
    CHECK(outcome.next_due == kNoon + 100'000'000);
}

TEST_CASE("evaluator: start, stop and rejects of others become records", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    (void)daemon.feed_items({{Item::Kind::kStart, "\"engine\":\"e\"", "", ""},
                             {Item::Kind::kReject, "", "framing.too_long", "a \"reason\""},
                             {Item::Kind::kStop, "", "", ""}},
                            kNoon);
    const std::string at = std::to_string(kNoon) + " ";
    CHECK(
        daemon.records() ==
        std::vector<std::string>{
            at + "\"kind\":\"start\",\"engine\":\"e\"",
            at +
                "\"kind\":\"reject\",\"code\":\"framing.too_long\",\"reason\":\"a \\\"reason\\\"\"",
            at + "\"kind\":\"stop\""});
}

TEST_CASE("evaluator: silence of a minute, and any downtime, is one gap record", "[evaluate]") {
    Daemon daemon(ClockSource::kWall);
    const auto gaps = [&] {
        return std::count_if(
            daemon.records().begin(), daemon.records().end(),
            [](const std::string& record) { return has(record, "\"kind\":\"gap\""); });
    };
    const auto start = [&](TimeNs at) {
        (void)daemon.feed_items({{Item::Kind::kStart, "\"engine\":\"e\"", "", ""}}, at);
    };
    start(kNoon);
    (void)daemon.feed({failover(kNoon, "23")}, kNoon + 1);
    (void)daemon.feed({failover(kNoon, "23")}, kNoon + 60 * kSecondNs);
    CHECK(gaps() == 0);
    const TimeNs heard = kNoon + 60 * kSecondNs;
    (void)daemon.feed({failover(heard, "23")}, heard + 60 * kSecondNs);
    REQUIRE(gaps() == 1);
    CHECK(has(daemon.last("gap"), "\"from\":" + std::to_string(heard) +
                                      ",\"to\":" + std::to_string(heard + 60 * kSecondNs)));
    daemon.restart();
    start(heard + 62 * kSecondNs);
    CHECK(gaps() == 2);
    (void)daemon.feed({failover(heard, "23")}, heard + 100 * kSecondNs);
    CHECK(gaps() == 2);  // what the restart accounted for counts once
}

}  // namespace overlord::evaluate
