// Which controls are proved in zero knowledge, in which form, and the plan's one spelling.
#include <fstream>
#include <set>
#include <sstream>

#include "machine.hpp"
#include "overlord/rules/proof_plan.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kMeasures =
    ":- telemetry(ping(ms:number, good:integer(0, 5), total:integer(0, 9), signed:integer(-1, 9),\n"
    "    maybe:optional(integer(0, 9)), status:one_of(up, down), flag:bool),\n"
    "    [require([good =< total])]).\n"
    ":- measure(up, availability(ping, status = up, every(1, s)), over(1, d)).\n"
    ":- measure(share, ratio(ping, good, total), over(1, h)).\n"
    ":- measure(unordered_share, ratio(ping, total, good), over(1, h)).\n"
    ":- measure(odd_share, ratio(ping, good - 1, total), over(1, h)).\n"
    ":- measure(signed_share, ratio(ping, signed, total), over(1, h)).\n"
    ":- measure(maybe_share, ratio(ping, maybe, total), over(1, h)).\n"
    ":- measure(worst, max(ping, ms), over(1, h), [lateness(5, s)]).\n"
    ":- measure(least, min(ping, ms), over(1, h)).\n"
    ":- measure(mean, mean(ping, ms), over(1, h)).\n"
    ":- measure(mean_count, mean(ping, total), over(1, h)).\n"
    ":- measure(pings, count(ping, flag), over(1, h)).\n"
    ":- measure(totals, sum(ping, total), over(1, h)).\n"
    ":- measure(slow, percentile(ping, ms, 99.9), over(1, h), [bounds([1, 2.5, 10])]).\n"
    ":- measure(fine, all(ping, flag), over(1, h)).\n"
    ":- measure(latest, last(ping, ms)).\n"
    ":- parameter(most, 5).\n";

std::string pack(const std::string& rule, const std::string& options = ", prove(slot)",
                 const std::string& level = "demo_compliant(S) :- c(S, _).\n") {
    return ":- module(demo, [demo_compliant/1, c/2]).\n" + kMeasures +
           ":- control('demo.c', c/2, [title(\"t\"), basis(target), cites(\"x\")" + options +
           "]).\n" + rule + "\n" + level;
}

// Form, limit, strictness and share of the only control; of a state also why.
std::string form(const std::string& rule) {
    return loaded("demo", pack(rule), [](const Bundle& bundle) {
        const ProofPlan plan = proof_plan(bundle, kMinuteNs);
        if (plan.proved.size() != 1) return std::string("not proved");
        const std::string& entry = plan.proved[0].entry;
        const auto member = [&](const std::string& name) {
            const std::size_t at = entry.find("\"" + name + "\":") + name.size() + 3;
            const bool text = entry[at] == '"';
            const std::size_t from = at + (text ? 1 : 0);
            return entry.substr(from, entry.find_first_of(text ? "\"" : ",}", from) - from);
        };
        return member("form") + " " + member("p") + "/" + member("q") + " " + member("strict") +
               " [" + member("limit") + "] " + member("window_ns") + " " + plan.proved[0].why;
    });
}

bool is_state(const std::string& found) {
    return found.starts_with("state 1/1 false [");
}

std::string conjunction(const std::string& level) {
    const std::string text =
        ":- module(demo, [demo_compliant/1, c/2, d/2]).\n" + kMeasures +
        ":- control('demo.c', c/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
        ":- control('demo.d', d/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
        "c(S, V) :- measured(S, worst, V), V =< 5.\nd(S, V) :- measured(S, least, V), V >= 1.\n";
    return loaded("demo", text + level, [](const Bundle& bundle) {
        const std::string plan = proof_plan(bundle, kMinuteNs).text;
        return plan.substr(plan.find("\"levels\""));
    });
}

}  // namespace

TEST_CASE("plan: a limit on a share is a ratio, with the rule's own literal", "[plan]") {
    CHECK(form("c(S, V) :- measured(S, up, V), V >= 0.99999.") ==
          "ratio 99999/100000 false [>= 99999r100000] 86400000000000 ");
    CHECK(form("c(S, V) :- measured(S, share, V), ( V == none -> true ; V > 1r3 ).") ==
          "ratio 1/3 true [> 1r3] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, demo:share, V), 0.5 =< V.") ==
          "ratio 1/2 false [>= 1r2] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, up, V), V >= 1.") ==
          "ratio 1/1 false [>= 1] 86400000000000 ");
    CHECK(form("c(S, V) :- measured(S, up, V), V >= 0.") ==
          "ratio 0/1 false [>= 0] 86400000000000 ");
}

TEST_CASE("plan: a limit on an extreme, and `true`, are violations", "[plan]") {
    CHECK(form("c(S, V) :- measured(S, worst, V), V =< 2.5.") ==
          "violations 1/1 false [=< 5r2] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, worst, V), V < 3.") ==
          "violations 1/1 false [< 3] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, least, V), V > -3.") ==
          "violations 1/1 false [> -3] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, fine, V), V == true.") ==
          "violations 1/1 false [== true] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, fine, V), ( V == none -> true ; V = true ).") ==
          "violations 1/1 false [== true] 3600000000000 ");
}

TEST_CASE("plan: means and percentiles are shares of what there could be", "[plan]") {
    CHECK(form("c(S, V) :- measured(S, mean_count, V), V =< 3.") ==
          "ratio 2/3 false [=< 3] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, mean_count, V), V > 4.5.") ==
          "ratio 1/2 true [> 9r2] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, slow, V), V =< 2.5.") ==
          "ratio 999/1000 false [=< 5r2] 3600000000000 ");
    CHECK(is_state(form("c(S, V) :- measured(S, mean_count, V), V =< 9.5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, slow, V), V < 2.5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, slow, V), V =< 2.4.")));
}

TEST_CASE("plan: counts and sums are at most their limit", "[plan]") {
    CHECK(form("c(S, V) :- measured(S, pings, V), V =< 3.") ==
          "sum 3/1 false [=< 3] 3600000000000 ");
    CHECK(form("c(S, V) :- measured(S, totals, V), V < 4294967294.") ==
          "sum 4294967294/1 true [< 4294967294] 3600000000000 ");
    CHECK(is_state(form("c(S, V) :- measured(S, totals, V), V =< 4294967295.")));
    CHECK(is_state(form("c(S, V) :- measured(S, totals, V), V >= 3.")));
    CHECK(is_state(form("c(S, V) :- measured(S, pings, V), V =< -1.")));
}

TEST_CASE("plan: what cannot be counted is the state at the close", "[plan]") {
    // Another function, or the wrong way round.
    CHECK(form("c(S, V) :- measured(S, latest, V), V >= 2.") ==
          "state 1/1 false [>= 2] 0 its measure is no sum over slots");
    CHECK(is_state(form("c(S, V) :- measured(S, mean, V), V =< 5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, worst, V), V >= 5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, least, V), V =< 5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, share, V), V =< 0.5.")));
    // Limits that are no share, and sums that are no counts.
    CHECK(is_state(form("c(S, V) :- measured(S, up, V), V >= 1.5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, up, V), V >= -0.5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, odd_share, V), V >= 0.5.")));
    CHECK(form("c(S, V) :- measured(S, unordered_share, V), V >= 0.5.") ==
          "state 1/1 false [>= 1r2] 0 its kind does not require the one field to be at most the "
          "other");
    CHECK(is_state(form("c(S, V) :- measured(S, signed_share, V), V >= 0.5.")));
    CHECK(is_state(form("c(S, V) :- measured(S, maybe_share, V), V >= 0.5.")));
}

TEST_CASE("plan: services must be followed longer than a slot is open", "[plan]") {
    const std::string rule = "c(S, V) :- measured(S, up, V), V >= 0.5.";
    const auto form_at = [&](DurationNs slot) {
        return loaded("demo", pack(rule), [slot](const Bundle& bundle) {
            return std::string(to_text(proof_plan(bundle, slot).proved.at(0).form));
        });
    };
    CHECK(form_at(kDayNs / 2) == "ratio");
    CHECK(form_at(kDayNs) == "state");
    std::string rare = pack(rule);
    rare.replace(rare.find("every(1, s)"), 11, "every(11, min)");
    CHECK(loaded("demo", rare, [](const Bundle& bundle) {
              return proof_lines(bundle, kMinuteNs).at(0) + proof_lines(bundle, kHourNs).at(0);
          }) == "demo.c: proved in zero knowledge (slot-asserted, state at the close of each slot: "
                "its beats are too far apart for slots)"
                "demo.c: proved in zero knowledge (slot-asserted, ratio)");
}

TEST_CASE("plan: other windows than sliding ones, and excepted time, make it a state", "[plan]") {
    const auto changed = [](const std::string& rule, const std::string& from,
                            const std::string& to) {
        std::string text = pack(rule);
        text.replace(text.find(from), from.size(), to);
        return loaded("demo", text, [](const Bundle& bundle) {
            return proof_lines(bundle, kMinuteNs).at(0);
        });
    };
    const std::string state =
        "demo.c: proved in zero knowledge (slot-asserted, state at the close of each slot: ";
    const std::string up = "c(S, V) :- measured(S, up, V), V >= 0.5.";
    const std::string worst = "c(S, V) :- measured(S, worst, V), V =< 5.";
    CHECK(changed(up, "over(1, d)", "calendar(month)") ==
          state + "its window is no sliding one)");
    CHECK(changed(worst, "max(ping, ms), over(1, h)", "max(ping, ms), tumbling(1, h)") ==
          state + "its window is no sliding one)");
    CHECK(changed(up, "good:integer(0, 5)", "good:integer(0, 5), at:time") ==
          "demo.c: proved in zero knowledge (slot-asserted, ratio)");
    CHECK(changed(up, "total])]).\n:- measure(up, availability(ping, status = up, every(1, s)), "
                      "over(1, d)).",
                  "total])]).\n:- telemetry(works(from:time, to:time)).\n:- measure(up, "
                  "availability(ping, status = up, every(1, s)), over(1, d), [except(works, from, "
                  "to)]).") == state + "it leaves excepted time out)");
}

TEST_CASE("plan: one goal more, one clause more, another value: not the limit alone", "[plan]") {
    for (const std::string rule : {
             "c(S, V) :- measured(S, worst, V), V =< 5, V >= 1.",
             "c(S, V) :- measured(S, worst, V), system(S), V =< 5.",
             "c(S, V) :- measured(S, worst, V), V =< 5.\nc(S, none) :- measured(S, fine, _).",
             "c(S, V) :- measured(S, worst, V), measured(S, least, W), W =< 5.",
             "c(S, 1) :- measured(S, worst, V), V =< 5.",
             "c(S, W) :- measured(S, worst, V), V =< 5, W = V.",
             "c(S, V) :- helper(S, V), V =< 5.\nhelper(S, V) :- measured(S, worst, V).",
             "c(S, V) :- measured(S, worst, V), param(demo, most, M), V =< M.",
             "c(S, V) :- measured(S, worst, V), ( V == none -> false ; V =< 5 ).",
             "c(S, V) :- measured(S, worst, V), ( V == 7 -> true ; V =< 5 ).",
             "c(S, V) :- measured(S, worst, V), ( V =< 5 -> true ; V =< 6 ).",
             "c(S, V) :- measured(S, worst, V), ( V =< 5 ; V == none ).",
             "c(S, V) :- measured(S, worst, V), \\+ V > 5.",
             "c(S, V) :- measured(S, worst, V), V =:= 5.",
             "c(S, V) :- measured(S, fine, V), V == 1.",
         }) {
        INFO(rule);
        const std::string found = form(rule);
        CHECK(is_state(found));
        CHECK(found.ends_with("its rule is more than one limit on one measure"));
    }
}

TEST_CASE("plan: what is not marked is not proved, and says so", "[plan]") {
    const std::string rule = "c(S, V) :- measured(S, worst, V), V =< 5.";
    CHECK(loaded("demo", pack(rule, ""), [](const Bundle& bundle) {
              const ProofPlan plan = proof_plan(bundle, kMinuteNs);
              return plan.text + std::to_string(plan.proved.size());
          }) == "{\"v\":1,\"slot_ns\":60000000000,\"controls\":[{\"control\":\"demo.c\",\"level\":"
                "\"demo\",\"mode\":\"none\",\"why\":\"not marked with prove(slot)\"}],\"levels\":["
                "{\"level\":\"demo\",\"controls\":[\"demo.c\"],\"conjunction\":true}]}0");
    const auto lines = [](const Bundle& bundle) { return proof_lines(bundle, kMinuteNs).at(0); };
    CHECK(loaded("demo", pack(rule, ""), lines) ==
          "demo.c: not proved: not marked with prove(slot)");
    CHECK(loaded("demo", pack(rule), lines) ==
          "demo.c: proved in zero knowledge (slot-asserted, violations)");
}

TEST_CASE("plan: prove(event) is for sums of events, and says of others why not", "[plan]") {
    const auto judged = [](const std::string& rule) {
        return in_a_copy([&] {
            const Loaded result =
                load(machine(), {{"demo.pl", pack(rule, ", prove(event)")}});
            if (!result.bundle) return diagnostics_text(result.diagnostics);
            return proof_lines(*result.bundle, kMinuteNs).at(0) + "\n" +
                   proof_plan(*result.bundle, kMinuteNs).proved.at(0).entry.substr(0, 58);
        });
    };
    const std::string entry =
        "\n{\"control\":\"demo.c\",\"level\":\"demo\",\"mode\":\"event\",\"form\":\"";
    CHECK(judged("c(S, V) :- measured(S, worst, V), V =< 5.") ==
          "demo.c: proved in zero knowledge (event-bound, violations)" + entry);
    CHECK(judged("c(S, V) :- measured(S, fine, V), V == true.") ==
          "demo.c: proved in zero knowledge (event-bound, violations)" + entry);
    CHECK(judged("c(S, V) :- measured(S, share, V), V >= 0.5.") ==
          "demo.c: proved in zero knowledge (event-bound, ratio)" + entry);
    const std::string refused =
        "error[rules.prove_event]: control demo.c cannot be proved as prove(event): ";
    const auto says = [&](const std::string& rule, const std::string& why) {
        const std::string text = judged(rule);
        INFO(text);
        return text.starts_with("demo.pl:") &&
               text.find(refused + why + "; prove(slot) can prove it\n") != std::string::npos;
    };
    CHECK(says("c(S, V) :- measured(S, up, V), V >= 0.5.",
               "what a beat adds to an availability depends on the next one"));
    CHECK(says("c(S, V) :- measured(S, latest, V), V >= 2.", "its measure is no sum over slots"));
    CHECK(says("c(S, V) :- measured(S, odd_share, V), V >= 0.5.",
               "what it sums is no field of type integer(0, MOST)"));
    CHECK(says("c(S, V) :- measured(S, worst, V), V =< 5, V >= 1.",
               "its rule is more than one limit on one measure"));
}

TEST_CASE("plan: a slot closes when the greatest lateness of what is proved has passed", "[plan]") {
    const auto lateness = [](const Bundle& bundle) {
        return std::to_string(proof_plan(bundle, kMinuteNs).lateness);
    };
    CHECK(loaded("demo", pack("c(S, V) :- measured(S, worst, V), V =< 5."), lateness) ==
          "5000000000");
    CHECK(loaded("demo", pack("c(S, V) :- system(S), V = 1."), lateness) == "60000000000");
}

TEST_CASE("plan: a level is a conjunction when its rule is all its controls, in its own order",
          "[plan]") {
    const std::string no =
        "\"levels\":[{\"level\":\"demo\",\"controls\":[\"demo.c\",\"demo.d\"],\"conjunction\":"
        "false}]}";
    CHECK(conjunction("demo_compliant(S) :- d(S, _), c(S, _).\n") ==
          "\"levels\":[{\"level\":\"demo\",\"controls\":[\"demo.d\",\"demo.c\"],\"conjunction\":"
          "true}]}");
    CHECK(conjunction("demo_compliant(S) :- c(S, _).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- c(S, _), d(S, _), c(S, _).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- c(S, V), d(S, V).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- c(S, 4), d(S, _).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- c(S, _), d(S, _), system(S).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- ( c(S, _), d(S, _) ; system(S) ).\n") == no);
    CHECK(conjunction("demo_compliant(S) :- c(S, _), d(S, _).\ndemo_compliant(x).\n") == no);
    CHECK(conjunction("demo_compliant(x) :- c(x, _), d(x, _).\n") == no);
}

TEST_CASE("plan: an entry names what its measure means, and nothing else of the pack", "[plan]") {
    const std::string rule = "c(S, V) :- measured(S, worst, V), V =< 5.";
    const auto entry = [](const Bundle& bundle) {
        return proof_plan(bundle, kMinuteNs).proved.at(0).entry;
    };
    const std::string text = pack(rule);
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string other = text;
        const std::size_t at = other.find(from);
        REQUIRE(at != std::string::npos);
        return loaded("demo", other.replace(at, from.size(), to), entry);
    };
    const std::string before = loaded("demo", text, entry);
    CHECK(changed("title(\"t\")", "title(\"another\")") == before);
    CHECK(changed("[lateness(5, s)]", "[provisional_below(9), lateness(5, s)]") == before);
    CHECK(changed(":- parameter(most, 5)", ":- parameter(most, 6)") == before);
    CHECK(changed("max(ping, ms)", "max(ping, ms, status = up)") != before);
    CHECK(changed("max(ping, ms)", "max(ping, ms * 2)") != before);
    CHECK(changed("over(1, h), [lateness(5, s)]", "over(2, h), [lateness(5, s)]") != before);
    CHECK(changed("lateness(5, s)", "lateness(6, s)") != before);
    const std::string other_field = changed("signed:integer(-1, 9)", "signed:number");
    CHECK(other_field.starts_with("{\"control\""));
    CHECK(other_field != before);
    CHECK(changed("V =< 5", "V =< 6") != before);
    CHECK(changed("V =< 5", "V < 5") != before);
}

TEST_CASE("plan: of the packs that ship every core control is proved", "[plan]") {
    const auto files = read_rules(std::string(OVERLORD_SOURCE_DIR) + "/rules");
    REQUIRE(files.has_value());
    const auto plan_of = [](std::vector<prolog::SourceFile> packs) {
        return in_a_copy([&] {
            const Loaded result = load(machine(), std::move(packs));
            if (!result.bundle) return diagnostics_text(result.diagnostics);
            const ProofPlan made = proof_plan(*result.bundle, kMinuteNs);
            return made.text + "\n" + std::to_string(made.proved.size());
        });
    };
    std::vector<prolog::SourceFile> core = files.value();
    std::erase_if(core, [](const prolog::SourceFile& file) {
        static const std::set<std::string> names = {"gmp.pl", "itil.pl", "overlords.pl",
                                                    "telecoms.pl", "trading.pl"};
        return !names.contains(file.name);
    });
    const std::string plan = plan_of(core);
    std::ifstream in(std::string(OVERLORD_SOURCE_DIR) + "/tests/vectors/proof_plan/shipped.json");
    std::stringstream golden;
    golden << in.rdbuf();
    CHECK(plan == golden.str() + "12");
    CHECK(plan_of(files.value()).ends_with("\n12"));  // and none of the catalogue
}
