#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "loopback.hpp"
#include "probe_plan.hpp"
#include "probe_watch.hpp"
#include "program.hpp"

using namespace overlord;
using namespace overlord::ctl;
using namespace overlord::ctl::probe;

namespace {

constexpr OptionSpec kKnown[] = {
    {"--system", "x", ""},   {"--service", "x", ""},    {"--unit", "x", ""},
    {"--group", "x", ""},    {"--required", "x", ""},   {"--nil", "x", ""},
    {"--interval", "x", ""}, {"--timeout", "x", ""},    {"--count", "x", ""},
    {"--file", "x", ""},     {"--latency-as", "x", ""}, {"--segregated", "x", ""}};

Result<Plan> plan_of(const std::vector<std::string>& words) {
    const Result<Options> options = Options::parse(kKnown, words);
    REQUIRE(options);
    return read_plan(*options);
}

std::string refusal(const std::vector<std::string>& words) {
    const Result<Plan> plan = plan_of(words);
    REQUIRE_FALSE(plan);
    return plan.error().message;
}

nlohmann::json parsed(const std::string& line) {
    INFO(line);
    nlohmann::json json = nlohmann::json::parse(line);
    CHECK(json["specversion"] == "1.0");
    CHECK(json["subject"] == "production_system");
    CHECK(parse_rfc3339(json["time"].get<std::string>()));
    return json;
}

// An address where nobody listens: a port that was just given back.
std::string closed_address() {
    Listener listener;
    return listener.address();
}

Reach answered(TimeNs started, TimeNs finished) {
    return {true, started, finished, finished};
}
Reach refused(TimeNs started, TimeNs finished) {
    return {false, started, finished, finished};
}

}  // namespace

TEST_CASE("options: what is not known or lacks its value is named", "[ctl]") {
    const auto message = [](std::vector<std::string> words) {
        const Result<Options> options = Options::parse(kKnown, words);
        REQUIRE_FALSE(options);
        return options.error().message;
    };
    CHECK(message({"--sytem", "x"}) == "option --sytem is not known (did you mean --system?)");
    CHECK(message({"--count"}) == "option --count needs a value: --count x");
    const Result<Options> options = Options::parse(
        kKnown, std::vector<std::string>{"a", "--count=3", "-", "--unit", "b", "--", "--count"});
    REQUIRE(options);
    CHECK(options->operands() == std::vector<std::string>{"a", "-", "--count"});
    CHECK(options->value("--count") == "3");
}

TEST_CASE("options: durations are exact and bounded", "[ctl]") {
    CHECK(*parse_duration("250ms") == 250'000'000);
    CHECK(*parse_duration("1s") == kSecondNs);
    CHECK(*parse_duration("2h") == 2 * kHourNs);
    for (const char* bad : {"", "s", "0s", "1", "1.5s", "-1s", "1w", "99999999d", "1 s"}) {
        INFO(bad);
        CHECK_FALSE(parse_duration(bad));
    }
}

TEST_CASE("probe: a plan is read from options", "[ctl]") {
    const Result<Plan> plan = plan_of({"--system", "s", "--service", "tcp:[::1]:443=web", "--group",
                                       "gw=primary@10.0.0.1:80,10.0.0.2:80", "--required", "2",
                                       "--nil", "itil=incident"});
    REQUIRE(plan);
    CHECK(plan->services.at(0).name == "web");
    CHECK(plan->services.at(0).address.host == "::1");
    CHECK(plan->groups.at(0).name == "gw");
    CHECK(plan->groups.at(0).required == 2);
    CHECK(plan->groups.at(0).endpoints.at(0).name == "primary");
    CHECK(plan->groups.at(0).endpoints.at(1).name == "10.0.0.2:80");
    CHECK(plan->nil_reports.at(0).level == "itil");
    CHECK(plan->source.substr(0, 2) == "//");
}

TEST_CASE("probe: a mistake in the options is named", "[ctl]") {
    CHECK(contains(refusal({"--service", "tcp:127.0.0.1:1"}), "--system NAME is required"));
    CHECK(contains(refusal({"--system", "s"}), "nothing to watch"));
    CHECK(contains(refusal({"--system", "s", "--service", "udp:1.2.3.4:5"}), "--service udp"));
    CHECK(contains(refusal({"--system", "s", "--service", "tcp:1.2.3.4:99999"}), "HOST:PORT"));
    CHECK(contains(refusal({"--system", "s", "--required", "1"}), "--group before it"));
    CHECK(contains(refusal({"--system", "s", "--nil", "itil"}), "LEVEL=KIND"));
    CHECK(contains(refusal({"--system", "s", "--unit", "a.service", "--timeout", "2s"}),
                   "shorter than --interval"));
    CHECK(contains(
        refusal({"--system", "s", "--service", "tcp:127.0.0.1:1", "--latency-as", "trading.trade"}),
        "--segregated"));
}

TEST_CASE("probe: a plan is read from a file, and its mistakes have a place", "[ctl]") {
    const TemporaryDirectory directory;
    const Path file = directory.path / "probe.toml";
    const auto write = [&](std::string_view text) {
        REQUIRE(write_file_durable(file, as_bytes(text)));
    };
    write(
        "system = \"s\"\ninterval = \"2s\"\nservice = [\"tcp:127.0.0.1:80=web\"]\n"
        "[[group]]\nname = \"gw\"\nendpoints = [\"a@127.0.0.1:1\", \"b@127.0.0.1:2\"]\n"
        "required = 2\n");
    const Result<Plan> plan = plan_of({"--file", file.string(), "--unit", "x.service"});
    REQUIRE(plan);
    CHECK(plan->interval == 2 * kSecondNs);
    CHECK(plan->groups.at(0).endpoints.size() == 2);
    CHECK(plan->groups.at(0).required == 2);
    CHECK(plan->units == std::vector<std::string>{"x.service"});
    const std::pair<const char*, const char*> mistakes[] = {
        {"system = \"s\"\nsevice = []\n", ":2:10: key \"sevice\": is not known"},
        {"system = \n", ":1:"},
        {"interval = \"fast\"\n", ":1:12: key \"interval\": \"fast\" is not a duration"},
        {"unit = \"a\"\n", "expected a list"},
        {"[[group]]\nname = \"gw\"\n", "endpoints is missing"},
        {"[[group]]\nname = \"g\"\nendpoints = [\"x\"]\n", "is not HOST:PORT"},
        {"[[group]]\nname = \"g\"\nendpoints = [\"h:1\"]\nneed = 1\n", "key \"need\""},
    };
    for (const auto& [text, expected] : mistakes) {
        write(text);
        const std::string message = refusal({"--file", file.string()});
        INFO(message);
        CHECK(contains(message, file.string()));
        CHECK(contains(message, expected));
    }
}

TEST_CASE("probe: milliseconds are exact to the nanosecond", "[ctl]") {
    CHECK(milliseconds(0) == "0");
    CHECK(milliseconds(1) == "0.000001");
    CHECK(milliseconds(50'000'000) == "50");
    CHECK(milliseconds(23'456'700) == "23.4567");
    CHECK(milliseconds(1'000'000'000'001) == "1000000.000001");
}

TEST_CASE("probe: events are CloudEvents with ordered ids", "[ctl]") {
    EventWriter writer("//host/probe", "production_system", 1769690232790123456);
    const std::string first = writer.heartbeat(5, "a \"b\"", true, {true, 10, 20});
    const std::string second = writer.failover(7, {"primary", "backup", 23'000'001, 1});
    CHECK(first.find('\n') == std::string::npos);
    CHECK(parsed(first)["id"] == "1769690232790123456-0000000001");
    CHECK(parsed(first)["id"].get<std::string>() < parsed(second)["id"].get<std::string>());
    CHECK(parsed(first)["data"]["service"] == "a \"b\"");
    CHECK(parsed(first)["data"]["clock"]["error_max_us"] == 20);
    CHECK(contains(second, "\"duration_ms\":23.000001,"));
    CHECK(parsed(writer.redundancy(1, "g", 3, 1))["data"]["healthy"] == 3);
    CHECK(contains(writer.trade(1, "x", 820'000, true), "\"latency_ms\":0.82,\"segregated\":true"));
    const nlohmann::json nil = parsed(writer.nil_report("itil", "incident", 0, kSecondNs));
    CHECK(nil["type"] == "itil.nil_report");
    CHECK(nil["data"]["to"] == "1970-01-01T00:00:01Z");
}

TEST_CASE("probe: a listener answers, a closed port does not", "[ctl]") {
    Listener listener;
    const std::vector<HostPort> addresses = {*parse_host_port(listener.address()),
                                             *parse_host_port(closed_address()),
                                             {"no-such-host.invalid", "1"}};
    const std::vector<Reach> reaches = reach_all(addresses, kSecondNs, system_clock());
    REQUIRE(reaches.size() == 3);
    CHECK(reaches[0].answered);
    CHECK_FALSE(reaches[1].answered);
    CHECK_FALSE(reaches[2].answered);
    for (const Reach& reach : reaches) CHECK(reach.finished >= reach.started);
    CHECK(unit_is_active("there-is-no-such-unit.service") != true);
}

TEST_CASE("probe: a failover runs from the first failed attempt until another answers", "[ctl]") {
    GroupWatch group({"a", "b", "c"});
    const std::vector<Reach> all_up = {answered(100, 110), answered(100, 111), answered(100, 112)};
    CHECK_FALSE(group.observe(all_up));
    const std::vector<Reach> all_down = {refused(200, 205), refused(200, 205), refused(200, 205)};
    CHECK_FALSE(group.observe(all_down));
    const std::vector<Reach> c_up = {refused(300, 305), refused(300, 305), answered(300, 320)};
    const auto failover = group.observe(c_up);
    REQUIRE(failover);
    CHECK(failover->from_system == "a");
    CHECK(failover->to_system == "c");
    CHECK(failover->duration == 320 - 200);
    CHECK(failover->unseen == 320 - 110);
    CHECK_FALSE(group.observe(c_up));
    // The old one coming back changes nothing: what serves goes on serving.
    CHECK_FALSE(group.observe(
        {std::vector<Reach>{answered(400, 401), refused(400, 401), answered(400, 402)}}));
    // A slow refusal counts: who waited for it had no service until then.
    const auto back = group.observe(
        {std::vector<Reach>{answered(500, 501), refused(500, 501), refused(500, 900)}});
    REQUIRE(back);
    CHECK(back->to_system == "a");
    CHECK(back->duration == 400);
}

TEST_CASE("probe: a round tells of services, groups and failovers", "[ctl]") {
    Listener web;
    Listener primary;
    Listener backup;
    const Result<Plan> plan =
        plan_of({"--system", "production_system", "--service", "tcp:" + web.address() + "=web",
                 "--service", "tcp:" + closed_address() + "=gone", "--group",
                 "gw=primary@" + primary.address() + ",backup@" + backup.address(), "--latency-as",
                 "trading.trade", "--segregated", "true", "--nil", "itil=incident"});
    REQUIRE(plan);
    Watch watch(*plan, system_clock());
    std::vector<std::string> lines = watch.round();
    REQUIRE(lines.size() == 4);
    CHECK(parsed(lines[0])["data"]["status"] == "up");
    CHECK(parsed(lines[1])["type"] == "trading.trade");
    CHECK(parsed(lines[2])["data"]["status"] == "down");
    CHECK(parsed(lines[3])["data"]["healthy"] == 2);
    primary.close();
    lines = watch.round();
    REQUIRE(lines.size() == 5);
    CHECK(parsed(lines[3])["data"]["healthy"] == 1);
    const nlohmann::json failover = parsed(lines[4]);
    CHECK(failover["type"] == "telecoms.failover");
    CHECK(failover["data"]["from_system"] == "primary");
    CHECK(failover["data"]["to_system"] == "backup");
    CHECK(watch.nil_reports(Watch::Due::kByInterval).empty());
    CHECK(watch.nil_reports(Watch::Due::kNow).size() == 1);
}
