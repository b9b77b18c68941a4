// Explanations: they agree with the verdict, whatever the rule does, and name what decided.
#include <catch2/catch.hpp>

#include "bundle.hpp"

using namespace overlord::prolog;

namespace {

// Rules with every construct that the language has.
constexpr const char* kOdd = R"(:- module(odd,
    [odd_cut/2, odd_not/2, odd_all/2, odd_ways/2, odd_either/2, odd_soft/2, odd_deep/2, odd_loop/2,
     odd_search/2, odd_throws/2, odd_list/2, odd_clauses/2, odd_other/2, odd_windows/2,
     odd_compliant/1]).
:- telemetry(tick(n:number)).
:- measure(n, last(tick, n), [unit("ms")]).
:- measure(m, last(tick, n)).
:- measure(t, count(tick), tumbling(5, min)).
:- measure(c, count(tick), calendar(month)).

:- control('odd.cut', odd_cut/2, [title("Cut"), basis(target), cites(["x"])]).
odd_cut(S, V) :- measured(S, n, V), small(V), !, V < 3.
odd_cut(_, 100).
small(V) :- V < 10.
small(_).

:- control('odd.not', odd_not/2, [title("Not"), basis(target), cites(["x"])]).
odd_not(S, V) :- measured(S, n, V), \+ small_one(V).
small_one(V) :- V < 2.

:- control('odd.all', odd_all/2, [title("All"), basis(target), cites(["x"])]).
odd_all(S, V) :- measured(S, n, V), forall(member(X, [1, 2, 3]), X < V).

:- control('odd.ways', odd_ways/2, [title("Ways"), basis(target), cites(["x"])]).
odd_ways(S, V) :- measured(S, n, V), member(X, [20, 9, 40]), V > X.

:- control('odd.either', odd_either/2, [title("Either"), basis(target), cites(["x"])]).
odd_either(S, V) :- measured(S, n, V), ( V < 2 ; V > 8, V =\= 9 ).

:- control('odd.soft', odd_soft/2, [title("Soft"), basis(target), cites(["x"])]).
odd_soft(S, V) :- measured(S, n, V), ( member(X, [1, 5]), X > V *-> X < 5 ; V =< 7 ).

:- control('odd.deep', odd_deep/2, [title("Deep"), basis(target), cites(["x"])]).
odd_deep(S, V) :- measured(S, n, V), down(V).
down(0).
down(N) :- N > 0, M is N - 1, down(M).

:- control('odd.loop', odd_loop/2, [title("Loop"), basis(target), cites(["x"])]).
odd_loop(S, V) :- measured(S, n, V), V > 5, round_and_round(V).
round_and_round(V) :- round_and_round(V).

:- control('odd.search', odd_search/2, [title("Search"), basis(target), cites(["x"])]).
odd_search(S, V) :-
    measured(S, n, V), V > 5, between(1, 10000, A), between(1, 10000, B), A * B < 0.

:- control('odd.throws', odd_throws/2, [title("Throws"), basis(target), cites(["x"])]).
odd_throws(S, V) :- measured(S, n, V), X = V, X / (V - 4) > 0.

:- control('odd.list', odd_list/2, [title("List"), basis(target), cites(["x"])]).
odd_list(S, V) :- measured(S, n, V), maplist(below(V), [1, 2, 4]).
below(V, X) :- X < V.

:- control('odd.clauses', odd_clauses/2, [title("Clauses"), basis(target), cites(["x"])]).
odd_clauses(S, V) :- measured(S, n, V), class(V, good).
class(V, good) :- V > 5, V < 7.
class(V, good) :- V =:= 1.
class(_, bad).

:- control('odd.other', odd_other/2, [title("Other"), basis(target), cites(["x"])]).
odd_other(S, V) :-
    measured(S, m, V),
    ( V == none -> true ; once(small(V)), findall(X, member(X, [V]), [_]), V < 4 ).

:- control('odd.windows', odd_windows/2, [title("Windows"), basis(target), cites(["x"])]).
odd_windows(S, V) :- measured(S, t, V), measured(S, c, W), V + W < 3.

odd_compliant(S) :- odd_cut(S, _).
)";

class Session final : public AnswerSink {
public:
    std::string text;
    bool solution(const std::string& solution, bool) override {
        text += solution + ".\n";
        return false;
    }
    void bindings_json(const std::string&) override {}
    void output(const std::string& written) override { text += written; }
    void failed() override { text += "false.\n"; }
    void missing(const std::string& reason) override { text += "% unknown: " + reason + "\n"; }
    void error(const std::string& message) override { text += message + "\n"; }
};

FakeHost& host() {
    static FakeHost instance;
    return instance;
}

Machine& machine() {
    static const bool loaded = [] {
        Limits limits;
        limits.stack_bytes = 256ll * 1024 * 1024;
        Machine& started = shared_machine(limits);
        host().verdicts = {{"s", "compliant"}, {"t", "unknown"}};
        started.bind(host());
        std::vector<SourceFile> packs = shipped_packs();
        packs.push_back({"odd.pl", kOdd});
        const LoadResult result = started.load(packs);
        for (const Diagnostic& one : result.diagnostics)
            if (one.severity == "error") UNSCOPED_INFO(one.file << ":" << one.line << one.text);
        REQUIRE(result.accepted);
        return true;
    }();
    REQUIRE(loaded);
    return shared_machine();
}

std::string ask(const std::string& goal) {
    Session session;
    machine().answer(goal, session);
    return session.text;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void give(const std::string& measure, Value value) {
    host().values[{"s", measure}] = std::move(value);
}

std::string words(Truth truth) {
    switch (truth) {
        case Truth::kTrue:
            return "true";
        case Truth::kFalse:
            return "false";
        case Truth::kMissing:
            return "unknown";
        case Truth::kLimit:
            return "limit";
        case Truth::kError:
            break;
    }
    return "error";
}

std::string explained_outcome(const std::string& pack, const std::string& name) {
    const std::string answer = ask("explain(" + pack + ":" + name +
                                   "(s, _), explanation(_, O, _, _)), functor(O, Outcome, _)");
    const std::size_t at = answer.find("Outcome = ");
    if (at == std::string::npos) return answer;
    return answer.substr(at + 10, answer.find_first_of(",.\n", at + 10) - at - 10);
}

const std::vector<std::string> kOddControls = {"cut",  "not",    "all",    "ways",
                                               "either", "soft", "deep",   "throws",
                                               "list", "clauses", "other"};

}  // namespace

TEST_CASE("explain: the outcome is the verdict's, for every construct and value", "[prolog]") {
    machine();
    std::vector<Value> values = {Value::of_atom("none"), Value::of_string("x")};
    for (int n = 0; n <= 12; ++n) values.push_back(Value::of_integer(n));
    for (const char* fraction : {"1/3", "7/2", "-5/2"}) values.push_back(Value::of_ratio(fraction));
    for (const Value& value : values) {
        give("n", value);
        give("m", value);
        for (const std::string& control : kOddControls) {
            const std::string name = "odd_" + control;
            const Truth truth = machine().control("odd", name, "s").truth;
            CAPTURE(control, value.integer, value.text);
            CHECK(explained_outcome("odd", name) == words(truth));
        }
    }
    host().values.clear();
    for (const std::string& control : kOddControls)
        CHECK(explained_outcome("odd", "odd_" + control) == "unknown");
}

TEST_CASE("explain: the shipped controls, at their limits and beside them", "[prolog]") {
    machine();
    const std::vector<std::pair<std::string, std::string>> controls = {
        {"telecoms", "telecoms_uptime"},       {"telecoms", "telecoms_redundancy"},
        {"telecoms", "telecoms_failover"},     {"trading", "trading_latency"},
        {"trading", "trading_segregation"},    {"gmp", "gmp_batch_record"},
        {"gmp", "gmp_validation"},             {"gmp", "gmp_change_control"},
        {"itil", "itil_incident"},    {"itil", "itil_change"},
        {"itil", "itil_service_level"}};
    std::vector<Value> values = {Value::of_atom("none"),         Value::of_atom("true"),
                                 Value::of_atom("false"),        Value::of_ratio("99999/100000"),
                                 Value::of_ratio("99998/100000"), Value::of_integer(1),
                                 Value::of_integer(2),           Value::of_integer(50),
                                 Value::of_integer(51)};
    for (const Value& value : values) {
        for (const char* measure :
             {"uptime", "redundancy", "failover_ms", "latency_ms", "segregation",
              "batch_records", "validation", "change_control", "response_min",
              "changes_approved", "service_level"})
            give(measure, value);
        for (const auto& [pack, name] : controls) {
            CAPTURE(name, value.text, value.integer);
            CHECK(explained_outcome(pack, name) == words(machine().control(pack, name, "s").truth));
        }
    }
    host().values.clear();
}

TEST_CASE("explain: a limit that is missed, with values and places", "[prolog]") {
    machine();
    give("uptime", Value::of_ratio("4999/5000"));
    const std::string text = ask("explain(telecoms_uptime(s, _))");
    CHECK(contains(text, "telecoms_uptime(s, _) does not hold\n  because: measured 0.9998, "
                         "limit >= 0.99999, short by 0.00019  (telecoms.pl:"));
    CHECK(contains(text, "[+] measured s telecoms:uptime over 365 d = 0.9998"));
    give("n", Value::of_integer(12));
    CHECK(contains(ask("explain(odd_cut(s, _))"),
                   "because: measured 12 ms, limit < 3 ms, over by 9 ms  (odd.pl:12)"));
    give("n", Value::of_integer(3));
    CHECK(contains(ask("explain(odd_cut(s, _))"), "equal is not enough"));
}

TEST_CASE("explain: what holds is a proof tree down to the measures", "[prolog]") {
    machine();
    give("n", Value::of_integer(1));
    const std::string text = ask("explain(odd_clauses(s, V))");
    CHECK(contains(text, "odd_clauses(s, 1) holds"));
    CHECK(contains(text, "[+] odd:class(1, good)"));
    CHECK(contains(text, "V =:= 1, that is 1 =:= 1"));
    CHECK_FALSE(contains(text, "because"));
}

TEST_CASE("explain: the condition that comes nearest", "[prolog]") {
    machine();
    give("n", Value::of_integer(8));
    CHECK(contains(ask("explain(odd_clauses(s, _))"), "because: 8 < 7 does not hold, over by 1"));
    CHECK(contains(ask("explain(odd_ways(s, _))"),
                   "because: measured 8 ms, limit > 9 ms, short by 1 ms"));
    give("n", Value::of_integer(3));
    CHECK(contains(ask("explain(odd_all(s, _))"), "3 ms < 3 ms"));
    CHECK(contains(ask("explain(odd_list(s, _))"), "because: 4 < 3 does not hold, over by 1"));
    give("n", Value::of_integer(1));
    CHECK(contains(ask("explain(odd_not(s, _))"), "because: small_one(1) holds and must not"));
    give("n", Value::of_integer(9));
    CHECK(contains(ask("explain(odd_either(s, _))"), "measured 9 ms, limit =\\= 9 ms"));
}

TEST_CASE("explain: evidence that is missing says so, with the way to it", "[prolog]") {
    machine();
    host().values.clear();
    const std::string text = ask("explain(odd_compliant(s))");
    CHECK(contains(text, "odd_compliant(s) is unknown: no n observed"));
    CHECK(contains(text, "[?] odd:odd_cut(s, _)"));
    CHECK(contains(text, "[?] measured s odd:n: no n observed"));
}

TEST_CASE("explain: rules without an end are bounded", "[prolog]") {
    machine();
    give("n", Value::of_integer(6));
    CHECK(contains(ask("explain(odd_loop(s, _))"), "call each other too deep"));
    CHECK(contains(ask("explain(odd_search(s, _))"), "takes more steps than an explanation may"));
    give("n", Value::of_integer(5));
    CHECK(contains(ask("explain(odd_loop(s, _))"), "equal is not enough"));
    CHECK(contains(ask("explain(odd_search(s, _))"), "equal is not enough"));
}

TEST_CASE("explain: a goal that may not be asked is not explained either", "[prolog]") {
    machine();
    CHECK(contains(ask("explain(shell(ls))"), "shell/1 is not among the predicates"));
    CHECK(contains(ask("explain((true, halt))"), "halt/0 is not among the predicates"));
    CHECK(contains(ask("explain(zko_gate:forget_everything)"), "is not exported by a pack"));
    CHECK(contains(ask("explain(G)"), "not a variable"));
    CHECK(contains(ask("G = shell(ls), explain(G)"), "shell/1 is not among the predicates"));
    CHECK(contains(ask("explain(nosuch(1))"), "nosuch/1 is not defined"));
    CHECK(contains(ask("explain(control('no.such', s))"), "ERROR"));
    CHECK(contains(ask("explain(control('odd.cut', nobody))"), "Unknown system: nobody"));
}

TEST_CASE("explain: JSON with the same facts", "[prolog]") {
    machine();
    give("uptime", Value::of_ratio("4999/5000"));
    const std::string json = ask("explain_json(telecoms_uptime(s, _))");
    CHECK(contains(json, R"("outcome":"false","because":"measured 0.9998, limit >= 0.99999)"));
    CHECK(contains(json, R"("left":"0.9998","operator":">=","right":"0.99999","gap":"0.00019")"));
    CHECK(contains(json, R"("measure":"telecoms:uptime","window":"over 365 d")"));
    CHECK(contains(json, R"("file":"telecoms.pl","line":)"));
}

TEST_CASE("explain: units that a field's name gives, and other windows", "[prolog]") {
    machine();
    give("latency_ms", Value::of_integer(3));
    CHECK(contains(ask("explain(trading_latency(s, _))"),
                   "because: measured 3 ms, limit =< 1 ms, over by 2 ms"));
    give("t", Value::of_integer(7));
    CHECK(contains(ask("explain(odd_windows(s, _))"),
                   "measured s odd:t of the last whole 5 min = 7"));
    give("c", Value::of_integer(7));
    CHECK(contains(ask("explain(odd_windows(s, _))"),
                   "measured s odd:c since the month began = 7"));
}
