// Which numbers rules compare a measure with: a value that grows with time is looked at again when
// it crosses one of them, and now and then where rules do anything else with it.
#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

// What is known of the measures of a pack whose control has this body, and of these other clauses.
std::string known_of(const std::string& body, const std::string& more = "",
                     const std::string& level = "oven_compliant(S) :- cool(S, _).\n") {
    const std::string text =
        ":- module(oven, [oven_compliant/1, cool/2]).\n"
        ":- telemetry(heat(celsius:number)).\n"
        ":- parameter(most, 9).\n:- parameter_for(s1, most, 11).\n:- parameter(word, x).\n"
        ":- measure(since, age(heat), [in(s)]).\n:- measure(hours, age(heat), [in(h)]).\n"
        ":- control('oven.cool', cool/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
        "cool(S, V) :- " +
        body + ".\n" + more + level;
    return loaded("oven", text, [](const Bundle& bundle) {
        static const char* const operations[] = {"=<", "<", ">=", ">", "=:="};
        std::string known;
        for (const Measure& measure : bundle.measures) {
            if (!measure.free && measure.limits.empty()) continue;
            known += (known.empty() ? "" : ", ") + measure.name;
            for (const Limit& limit : measure.limits)
                known += std::string(" ") + operations[static_cast<int>(limit.op)] + " " +
                         limit.number.to_text();
            if (measure.free) known += " free";
        }
        return known;
    });
}

}  // namespace

TEST_CASE("thresholds: comparisons with literals and parameters, on all ways", "[rules]") {
    CHECK(known_of("measured(S, since, V), V =< 5") == "since =< 5");
    CHECK(known_of("measured(S, since, V), V \\== none, V < 5, V > 1.5") == "since > 3/2 < 5");
    CHECK(known_of("measured(S, since, V), ( V == none -> true ; 5 >= V )") == "since =< 5");
    CHECK(known_of("measured(S, since, V), \\+ V > 5") == "since > 5");
    CHECK(known_of("measured(S, since, V), param(S, most, Most), V =< Most") ==
          "since =< 9 =< 11");
    CHECK(known_of("measured(S, since, V), V =\\= 5") == "since =:= 5");
    CHECK(known_of("measured(S, since, 5), V = yes") == "since =:= 5");
    CHECK(known_of("measured(S, since, V), V =< 5, measured(S, hours, H), H =< 1") ==
          "since =< 5, hours =< 1");
    CHECK(known_of("helper(S), V = yes", "helper(S) :- measured(S, since, V), V =< 7.\n") ==
          "since =< 7");
}

TEST_CASE("thresholds: of any other use nothing is known", "[rules]") {
    CHECK(known_of("measured(S, since, V), W is V * 2, W =< 5") == "since free");
    CHECK(known_of("measured(S, since, V), V * 2 =< 5") == "since free");
    CHECK(known_of("measured(S, since, V), measured(S, hours, H), V =< H") ==
          "since free, hours free");
    CHECK(known_of("helper(S, V), V =< 5", "helper(S, V) :- measured(S, since, V).\n") ==
          "since free");
    CHECK(known_of("findall(W, measured(S, since, W), Ws), length(Ws, V)") == "since free");
    // What a rule does with the value that a control tells is another use.
    CHECK(known_of("measured(S, since, V), V =< 5", "",
                   "oven_compliant(S) :- cool(S, V), V =< 3.\n") == "since free");
    // A parameter that is no number for some systems.
    CHECK(known_of("measured(S, since, V), param(S, word, W), V \\== W") == "since free");
}
