// Verdicts that wait (for, clear_after) and waivers: what is recorded, and when, by log time.
#include "machine.hpp"
#include "overlord/evaluate/evaluator.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

constexpr TimeNs kNoon = 1'769'688'000 * kSecondNs;  // 2026-01-29T12:00:00Z

std::string pack(const std::string& options, const std::string& waivers = "",
                 const std::string& level = "oven_compliant(S) :- cool(S, _).\n") {
    return ":- module(oven, [oven_compliant/1, cool/2]).\n"
           ":- telemetry(heat(celsius:number)).\n:- telemetry(tick(n:integer)).\n"
           ":- measure(heat, last(heat, celsius), [stale_after(1, h)]).\n"
           ":- control('oven.cool', cool/2, [title(\"t\"), basis(target), cites(\"x\")" +
           options + "]).\n" + waivers +
           "cool(S, V) :- measured(S, heat, V), V =< 100.\n" + level;
}

std::string sent(const std::string& type, TimeNs time, const std::string& data) {
    static int number = 0;
    return R"({"specversion":"1.0","id":"e)" + std::to_string(number++) +
           R"(","source":"//s","type":"oven.)" + type + R"(","subject":"s","time":")" +
           format_rfc3339(time) + R"(","data":)" + data + "}";
}

// An oven on the event clock. Between any two events another evaluator may take over from a
// snapshot: what is recorded must not tell.
class Oven {
public:
    enum class Restarts { kNever, kAlways };
    Oven(const Bundle& bundle, Restarts restarts) : bundle_(bundle), restarts_(restarts) {
        config_.clock = evaluate::ClockSource::kEvent;
        evaluator_ = std::make_unique<evaluate::Evaluator>(bundle_, config_, machine());
    }
    void heat(int minute, int celsius) {
        feed(sent("heat", kNoon + minute * kMinuteNs,
                  "{\"celsius\":" + std::to_string(celsius) + "}"));
    }
    void until(int minute) { take(evaluator_->process({0, kNoon + minute * kMinuteNs, {}})); }
    void audit() {
        take(evaluator_->process({0, 0, {{evaluate::Item::Kind::kAudit, "", "", ""}}}));
    }
    [[nodiscard]] std::string claim() const { return evaluator_->claim("s"); }
    // "MINUTE LEVEL [CONTROL]" of each verdict record, and "tick" before one that time alone made.
    [[nodiscard]] const std::string& told() const { return told_; }
    [[nodiscard]] std::vector<prolog::Value> explain() { return evaluator_->explain("s"); }

    // Other rules take over, as a daemon that activates a bundle does it.
    void other_rules(const Bundle& bundle) {
        bundle_ = bundle;
        restart();
        take(evaluator_->process({0, 0, {{evaluate::Item::Kind::kAudit, "", "", "rules"}}}));
    }

private:
    void feed(const std::string& line) {
        take(evaluator_->process({0, 0, {{evaluate::Item::Kind::kEvent, line, "", ""}}}));
    }
    void restart() {
        const evaluate::Snapshot snapshot = evaluator_->snapshot();
        auto next = std::make_unique<evaluate::Evaluator>(bundle_, config_, machine());
        if (!next->restore(snapshot.bytes)) told_ += "not restored\n";
        evaluator_ = std::move(next);
    }
    void take(const evaluate::Outcome& outcome) {
        for (const evaluate::Output& output : outcome.outputs) {
            if (output.kind == evaluate::OutputKind::kTick) told_ += "tick ";
            if (output.kind != evaluate::OutputKind::kVerdict) continue;
            const auto member = [&](const std::string& name) {
                const std::size_t from = output.body.find("\"" + name + "\":\"") + name.size() + 4;
                return output.body.substr(from, output.body.find('"', from) - from);
            };
            const std::size_t controls = output.body.find("\"controls\":[") + 12;
            told_ += std::to_string((output.at - kNoon) / kMinuteNs) + " " + member("verdict") +
                     " " + output.body.substr(controls, output.body.rfind(']') - controls) + "\n";
        }
        if (restarts_ == Restarts::kAlways) restart();
    }

    Bundle bundle_;
    Restarts restarts_;
    evaluate::Config config_;
    std::unique_ptr<evaluate::Evaluator> evaluator_;
    std::string told_;
};

// What a scenario tells, the same with and without restarts.
std::string told(const std::string& text, const std::function<void(Oven&)>& scenario) {
    return loaded("oven", text, [&](const Bundle& bundle) {
        Oven once(bundle, Oven::Restarts::kNever);
        scenario(once);
        Oven often(bundle, Oven::Restarts::kAlways);
        scenario(often);
        return once.told() == often.told() ? once.told() : "restarts show: " + often.told();
    });
}

}  // namespace

TEST_CASE("waiting: a rule that fails for less than for(...) changes no verdict", "[rules]") {
    CHECK(told(pack(", for(5, min)"), [](Oven& oven) {
              oven.heat(0, 90);
              oven.heat(1, 110);
              oven.heat(4, 120);
              oven.heat(5, 95);  // a break: four minutes
              oven.heat(6, 130);
              oven.heat(10, 140);
              oven.until(20);
          }) ==
          "0 compliant [\"oven.cool\",\"compliant\",\"90\",\"\"]\n"
          "tick 11 non_compliant [\"oven.cool\",\"non_compliant\",\"140\",\"\"]\ntick ");
}

TEST_CASE("waiting: clear_after holds a verdict until the rule has held for long enough",
          "[rules]") {
    CHECK(told(pack(", clear_after(10, min)"), [](Oven& oven) {
              oven.heat(0, 110);
              oven.heat(1, 90);
              oven.heat(10, 110);  // a break: nine minutes
              oven.heat(11, 80);
              oven.until(30);
              oven.heat(31, 110);
          }) ==
          "0 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\"]\n"
          "tick 21 compliant [\"oven.cool\",\"compliant\",\"80\",\"\"]\n"
          "tick 31 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\"]\n");
}

TEST_CASE("waiting: unknown comes at once and breaks both", "[rules]") {
    CHECK(told(pack(", for(30, min), clear_after(10, min)"), [](Oven& oven) {
              oven.heat(0, 110);  // seen for the first time: nothing is known yet
              oven.until(20);
              oven.heat(25, 110);
              oven.until(31);
              oven.until(90);     // stale at 85
              oven.heat(91, 90);  // holds, and was non-compliant before
              oven.until(102);
          }) ==
          "0 unknown [\"oven.cool\",\"unknown\",\"110\",\"fails since 2026-01-29T12:00:00Z, which "
          "counts at 2026-01-29T12:30:00Z\"]\n"
          "tick tick 30 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\"]\n"
          "tick tick 85 unknown [\"oven.cool\",\"unknown\",\"\",\"stale since "
          "2026-01-29T13:25:00Z\"]\n"
          "tick tick 101 compliant [\"oven.cool\",\"compliant\",\"90\",\"\"]\ntick ");
}

TEST_CASE("waiting: a level's own rule is not asked while a control of it waits", "[rules]") {
    const std::string stricter = "oven_compliant(S) :- cool(S, V), V > 50.\n";
    CHECK(told(pack(", for(5, min)", "", stricter), [](Oven& oven) {
              oven.heat(0, 90);
              oven.heat(1, 110);
              oven.heat(2, 40);  // the rule holds again, the level's own does not
              oven.heat(3, 120);
          }) ==
          "0 compliant [\"oven.cool\",\"compliant\",\"90\",\"\"]\n"
          "2 non_compliant [\"oven.cool\",\"compliant\",\"40\",\"\"]\n"
          "3 unknown [\"oven.cool\",\"compliant\",\"120\",\"fails since 2026-01-29T12:03:00Z, "
          "which counts at 2026-01-29T12:08:00Z\"]\n");
}

TEST_CASE("waiting: claims and why say what is pending", "[rules]") {
    CHECK(loaded("oven", pack(", for(5, min), severity(high)"), [](const Bundle& bundle) {
              Oven oven(bundle, Oven::Restarts::kAlways);
              oven.heat(0, 90);
              oven.heat(1, 110);
              const std::string claim = oven.claim();
              const std::size_t from = claim.find("\"pending\"");
              return claim.substr(from, claim.find('}', from) + 1 - from) + " " +
                     oven.explain().at(0).items.at(10).items.at(3).text;
          }) == "\"pending\":{\"verdict\":\"non_compliant\",\"since\":1769688060000000000,"
                "\"at\":1769688360000000000} pending");
}

TEST_CASE("waiting: other rules let a wait go on, and a shorter one count at once", "[rules]") {
    // Two bundles cannot be loaded in one process; the second one differs in the wait only.
    CHECK(loaded("oven", pack(", for(50, min)"), [](const Bundle& bundle) {
              Bundle shorter = bundle;
              shorter.digest[0] ^= 1;
              shorter.controls.at(0).fails_for = 10 * kMinuteNs;
              Oven oven(bundle, Oven::Restarts::kNever);
              oven.heat(0, 90);
              oven.heat(1, 110);
              oven.until(5);
              oven.other_rules(shorter);
              oven.until(20);
              return oven.told();
          }) ==
          "0 compliant [\"oven.cool\",\"compliant\",\"90\",\"\"]\n"
          "tick tick 11 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\"]\ntick ");
}

TEST_CASE("waivers: shown beside the verdict, and over by log time", "[rules]") {
    const std::string waivers =
        ":- waiver('oven.cool', s, [owner(\"A. Baker\"), reason(\"thermostat\"),\n"
        "   from(\"2026-01-29T12:10:00Z\"), until(\"2026-01-29T12:20:00Z\")]).\n"
        ":- waiver('oven.cool', other, [owner(\"B\"), reason(\"c\"), until(\"2030-01-01\")]).\n";
    CHECK(told(pack("", waivers), [](Oven& oven) {
              oven.heat(0, 110);
              oven.heat(11, 110);
              oven.heat(12, 90);
              oven.heat(13, 120);
              oven.until(25);
              oven.heat(26, 130);
          }) ==
          "0 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\"]\n"
          "tick 10 non_compliant [\"oven.cool\",\"non_compliant\",\"110\",\"\",\"A. Baker\","
          "\"thermostat\",\"2026-01-29T12:20:00Z\"]\n"
          "12 compliant [\"oven.cool\",\"compliant\",\"90\",\"\"]\n"
          "13 non_compliant [\"oven.cool\",\"non_compliant\",\"120\",\"\",\"A. Baker\","
          "\"thermostat\",\"2026-01-29T12:20:00Z\"]\n"
          "tick 20 non_compliant [\"oven.cool\",\"non_compliant\",\"120\",\"\"]\ntick ");
}

TEST_CASE("waivers: in the claim and in why, until the end of their last day", "[rules]") {
    const std::string waivers =
        ":- waiver('oven.cool', s, [owner(\"A\"), reason(\"b\"), approved_by(\"c\"),\n"
        "   until(\"2026-01-29\")]).\n";
    CHECK(loaded("oven", pack("", waivers), [](const Bundle& bundle) {
              Oven oven(bundle, Oven::Restarts::kAlways);
              oven.heat(0, 110);
              const auto waiver = [&] {
                  const std::string claim = oven.claim();
                  const std::size_t from = claim.find("\"waiver\"");
                  return claim.substr(from, claim.find('}', from) + 1 - from) + "\n";
              };
              std::string text = waiver();
              const prolog::Value notes = oven.explain().at(0).items.at(10);
              for (const prolog::Value& item : notes.items.at(3).items) text += item.text + " ";
              oven.heat(719, 110);
              oven.until(721);
              oven.audit();
              return text + waiver();
          }) ==
          "\"waiver\":{\"owner\":\"A\",\"reason\":\"b\",\"approved_by\":\"c\",\"until\":"
          "1769731200000000000}\nA b 2026-01-30T00:00:00Z \"waiver\":null}\n");
}

TEST_CASE("parameters: a system has its own value where it was given one", "[rules]") {
    const std::string text =
        ":- module(oven, [oven_compliant/1, cool/2]).\n"
        ":- telemetry(heat(celsius:number)).\n"
        ":- parameter(most, 100, [unit(\"C\"), about(\"what the door bears\")]).\n"
        ":- parameter_for(s, most, 200.5).\n"
        ":- measure(heat, last(heat, celsius), [stale_after(1, h)]).\n"
        ":- control('oven.cool', cool/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
        "cool(S, V) :- param(S, most, Most), measured(S, heat, V), V =< Most.\n"
        "oven_compliant(S) :- cool(S, _).\n";
    CHECK(loaded("oven", text, [](const Bundle& bundle) {
              Oven oven(bundle, Oven::Restarts::kAlways);
              oven.heat(0, 150);
              oven.heat(1, 201);
              const std::string claim = oven.claim();
              const std::size_t from = claim.find("\"limit\"");
              const Limit& limit = *bundle.controls.at(0).limit;
              return oven.told() + claim.substr(from, claim.find(',', from) - from) + " " +
                     limit.number.to_text() + " " + limit.of("other").to_text() +
                     (bundle.controls.at(0).exact ? " exact" : "");
          }) ==
          "0 compliant [\"oven.cool\",\"compliant\",\"150\",\"\"]\n"
          "1 non_compliant [\"oven.cool\",\"non_compliant\",\"201\",\"\"]\n"
          "\"limit\":\"=< 401/2\" 100 100");
}
