// From the text of a rule to the verdict: what nobody sends makes a control fail by log time.
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

std::string sent(const std::string& type, TimeNs time, const std::string& data) {
    static int number = 0;
    return R"({"specversion":"1.0","id":"e)" + std::to_string(number++) +
           R"(","source":"//s","type":"watch.)" + type + R"(","subject":"s","time":")" +
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
              watch.feed(sent("drill", kNoon, "{\"passed\":true}"));
              watch.feed(sent("beat", kNoon + kSecondNs, "{\"service\":\"a\"}"));
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

TEST_CASE("absence: a bundle's measures go through a snapshot", "[rules]") {
    CHECK(loaded("watch", kPack, [](const Bundle& bundle) -> std::string {
              using evaluate::Evaluator;
              Evaluator evaluator(bundle, event_clock(), machine());
              for (int i = 0; i < 500; ++i) {
                  const TimeNs time = kNoon + i * kSecondNs;
                  const std::string line =
                      i % 50 == 0 ? sent("drill", time, "{\"passed\":false}")
                                  : sent("beat", time, "{\"service\":\"s" + std::to_string(i % 7) +
                                                            "\"}");
                  (void)evaluator.process({0, 0, {{evaluate::Item::Kind::kEvent, line, "", ""}}});
              }
              const evaluate::Snapshot snapshot = evaluator.snapshot();
              Evaluator other(bundle, event_clock(), machine());
              if (!other.restore(snapshot.bytes)) return "not restored";
              return other.snapshot().bytes == snapshot.bytes ? "the same" : "another";
          }) == "the same");
}
