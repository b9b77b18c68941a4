// From the text of a rule to the verdict: what nobody sends makes a control fail by log time.
#include <fstream>
#include <random>
#include <sstream>

#include "machine.hpp"
#include "overlord/evaluate/evaluator.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

constexpr TimeNs kNoon = 1'769'688'000 * kSecondNs;

const std::string kPack =
    ":- module(watch, [watch_compliant/1, beating/2, tested/2, busy/2]).\n"
    ":- telemetry(beat(service:string)).\n"
    ":- telemetry(drill(passed:bool)).\n"
    ":- measure(silence, age(beat), [by(service)]).\n"
    ":- measure(untested, age(drill, passed), [in(d)]).\n"
    ":- measure(load, count(beat), tumbling(1, min), [lateness(5, s)]).\n"
    ":- control('watch.beating', beating/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "beating(S, V) :- measured(S, silence, V), V =< 30.\n"
    ":- control('watch.tested', tested/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "tested(S, V) :- measured(S, untested, V), V \\== none, V < 90.\n"
    ":- control('watch.busy', busy/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "busy(S, V) :- measured(S, load, V), V >= 1.\n"
    "watch_compliant(S) :- beating(S, _), tested(S, _), busy(S, _).\n";

std::string sent(const std::string& pack, const std::string& kind, TimeNs time,
                 const std::string& data) {
    static int number = 0;
    return R"({"specversion":"1.0","id":"e)" + std::to_string(number++) +
           R"(","source":"//s","type":")" + pack + "." + kind + R"(","subject":"s","time":")" +
           format_rfc3339(time) + R"(","data":)" + data + "}";
}

evaluate::Config event_clock() {
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    return config;
}

// Feeds the events, lets time pass, and tells each verdict record: when, and of what.
class Watch {
public:
    explicit Watch(const Bundle& bundle)
        : evaluator_(bundle, event_clock(), machine()) {}

    void feed(const std::string& line) {
        tell(evaluator_.process({batch_++, 0, {{evaluate::Item::Kind::kEvent, line, "", ""}}}));
    }
    void advance(TimeNs at) { tell(evaluator_.process({batch_++, at, {}})); }
    [[nodiscard]] const std::string& told() const { return told_; }

private:
    void tell(const evaluate::Outcome& outcome) {
        for (const evaluate::Output& output : outcome.outputs) {
            if (output.kind != evaluate::OutputKind::kVerdict) continue;
            told_ += std::to_string(output.at - kNoon);
            const std::size_t controls = output.body.find("\"controls\"");
            for (std::size_t at = output.body.find("[\"", controls); at != std::string::npos;
                 at = output.body.find("[\"", at + 1)) {
                const std::size_t dot = output.body.find('.', at);
                const std::size_t verdict = output.body.find(',', dot) + 2;
                told_ += " " + output.body.substr(dot + 1, verdict - 3 - dot - 1) + " " +
                         output.body.substr(verdict, output.body.find('"', verdict) - verdict);
            }
            told_ += "\n";
        }
    }
    evaluate::Evaluator evaluator_;
    std::uint64_t batch_ = 0;
    std::string told_;
};

}  // namespace

TEST_CASE("absence: a heartbeat, a test and an interval that are missing change the verdict",
          "[rules]") {
    CHECK(loaded("watch", kPack, [](const Bundle& bundle) {
              Watch watch(bundle);
              watch.feed(sent("watch", "drill", kNoon, "{\"passed\":true}"));
              watch.feed(sent("watch", "beat", kNoon + kSecondNs, "{\"service\":\"a\"}"));
              watch.advance(kNoon + 40 * kSecondNs);
              watch.advance(kNoon + 3 * kMinuteNs);
              watch.advance(kNoon + 91 * kDayNs);
              return watch.told();
          }) ==
          "0 beating unknown tested compliant busy unknown\n"
          "1000000000 beating compliant tested compliant busy unknown\n"
          "31000000001 beating non_compliant tested compliant busy unknown\n"
          "65000000000 beating non_compliant tested compliant busy compliant\n"
          "125000000000 beating non_compliant tested compliant busy non_compliant\n"
          "7776000000000000 beating non_compliant tested non_compliant busy non_compliant\n");
}

namespace {

using evaluate::Evaluator;
using evaluate::Item;
using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

// An event of the pack in docs/rules/measures.md, in disorder, with gaps and silences.
std::string line_event(Random& random, TimeNs now, std::int64_t& number) {
    const std::string station = "\"station\":\"s" + std::to_string(between(random, 0, 2)) + "\"";
    const TimeNs time = now - (between(random, 0, 4) == 0 ? between(random, 0, kMinuteNs) : 0);
    const auto kind = between(random, 0, 99);
    if (kind < 55) {
        const std::string status = between(random, 0, 9) == 0 ? "down" : "up";
        return sent("line", "beat", time, "{" + station + ",\"status\":\"" + status + "\"}");
    }
    if (kind < 90) {
        number += between(random, 0, 9) == 0 ? 3 : 1;
        const auto tenths = between(random, 0, 50) == 0 ? 150 : between(random, 8, 20);
        return sent("line", "part", time,
                    "{" + station + ",\"number\":" + std::to_string(number) + ",\"seconds\":" +
                        std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "}");
    }
    if (kind < 95) {
        return sent("line", "login", time,
                    "{\"account\":\"a" + std::to_string(between(random, 0, 30)) +
                        "\",\"good\":false}");
    }
    if (kind < 98) {
        const std::string passed = between(random, 0, 1) == 0 ? "true" : "false";
        return sent("line", "drill", time, "{" + station + ",\"passed\":" + passed + "}");
    }
    const TimeNs from = now + between(random, 0, 10) * kMinuteNs;
    return sent("line", "works", now,
                "{\"from\":\"" + format_rfc3339(from) + "\",\"until\":\"" +
                    format_rfc3339(from + 5 * kMinuteNs) + "\",\"state\":\"approved\"}");
}

std::string fed(Evaluator& evaluator, const std::string& line) {
    machine().bind(evaluator);
    std::string text;
    const evaluate::Batch batch{0, 0, {{Item::Kind::kEvent, line, "", ""}}};
    for (const evaluate::Output& output : evaluator.process(batch).outputs) {
        text += std::to_string(output.at) + " " + output.body + "\n";
    }
    return text;
}

// One evaluator lives on, the other one goes through its bytes now and then.
std::string compare_lives(const Bundle& bundle) {
    Random random(7);
    Evaluator whole(bundle, event_clock(), machine());
    auto broken = std::make_unique<Evaluator>(bundle, event_clock(), machine());
    TimeNs now = kNoon + 50 * kHourNs;  // a month ends within the day
    std::int64_t number = 0;
    std::size_t verdicts = 0;
    for (int i = 0; i < 6'000; ++i) {
        now += between(random, 0, i % 500 == 499 ? 3 * kHourNs : 2 * kSecondNs);
        const std::string line = line_event(random, now, number);
        const std::string expected = fed(whole, line);
        if (fed(*broken, line) != expected) return "record " + std::to_string(i) + " differs";
        verdicts += expected.find("\"kind\":\"verdict\"") != std::string::npos ? 1 : 0;
        if (between(random, 0, 99) > 0) continue;
        const evaluate::Snapshot snapshot = broken->snapshot();
        if (snapshot.digest != whole.snapshot().digest) return "another digest";
        broken = std::make_unique<Evaluator>(bundle, event_clock(), machine());
        if (!broken->restore(snapshot.bytes)) return "not restored";
        if (broken->snapshot().bytes != snapshot.bytes) return "another snapshot";
    }
    return verdicts > 50 ? "the same" : "too few verdicts: " + std::to_string(verdicts);
}

}  // namespace

TEST_CASE("absence: measures go through snapshots as if nothing had happened", "[rules]") {
    std::ifstream file(std::string(OVERLORD_SOURCE_DIR) + "/docs/rules/measures.md");
    std::stringstream text;
    text << file.rdbuf();
    const std::size_t start = text.str().find("```prolog\n") + 10;
    const std::string pack = text.str().substr(start, text.str().find("```", start) - start);
    CHECK(loaded("line", pack, compare_lives) == "the same");
}
