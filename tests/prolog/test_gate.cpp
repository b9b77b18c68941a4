// Broken rule files: each is refused with a code and a place, and leaves nothing behind.
#include <catch2/catch.hpp>

#include "bundle.hpp"

using namespace overlord::prolog;

namespace {

const std::string kHeader = ":- module(demo, [demo_compliant/1, limit/2]).\n";
const std::string kBody =
    ":- telemetry(ping(ms:number, status:one_of(up, down), at:optional(time), "
    "names:list(string))).\n"
    ":- measure(slowest, max(ping, ms), over(1, h)).\n"
    ":- control('demo.limit', limit/2, [title(\"t\"), basis(target), cites(\"c\")]).\n"
    "limit(S, V) :- measured(S, slowest, V), V =< 5.\n"
    "demo_compliant(S) :- limit(S, _).\n";

LoadResult load(const std::string& text, const std::string& name = "demo.pl") {
    return shared_machine().load({{name, text}});
}

std::string summary(const LoadResult& result) {
    std::string text;
    for (const Diagnostic& diagnostic : result.diagnostics)
        text += diagnostic.file + ":" + std::to_string(diagnostic.line) + ":" +
                std::to_string(diagnostic.column) + ": " + diagnostic.severity + "[" +
                diagnostic.code + "]: " + diagnostic.text + "\n";
    return text;
}

bool noted(const LoadResult& result, const std::string& code, int line, int column) {
    for (const Diagnostic& diagnostic : result.diagnostics)
        if (diagnostic.code == code && (line == 0 || diagnostic.line == line) &&
            (column == 0 || diagnostic.column == column))
            return true;
    return false;
}

struct Broken {
    std::string name;
    std::string text;  // after the good pack, so that its first line is line 7
    std::string code;
    int line = 7;
    int column = 0;
};

const std::vector<Broken> kBroken = {
    // Text that is no Prolog.
    {"an unclosed list", "p(S) :- X = [1, 2, measured(S, slowest, X).", "rules.syntax"},
    {"a missing dot", "p(S) :- system(S)\nq(S) :- system(S).", "rules.syntax", 0},
    {"an unclosed string", "p(S) :- S = \"abc.", "rules.syntax"},
    {"an unclosed comment", "/* p(S) :- system(S).", "rules.syntax", 0},
    {"a quasi quotation", "p(S) :- S = {|string(S)||hello|}.", "rules.syntax", 0},
    {"a number as a clause", "42.", "rules.syntax"},
    {"a string as a clause", "\"text\".", "rules.syntax"},
    {"a variable as a clause", "X.", "rules.singleton"},
    {"a variable as a head", "X :- system(X).", "rules.syntax"},
    {"a clause of another module", "lists:append(a, b).", "rules.forbidden"},
    {"a zero byte", std::string("p(a\0).", 6), "rules.encoding", 7, 4},
    {"latin-1", "p('\xE9').", "rules.encoding", 7, 4},
    {"an overlong sequence", "p('\xC0\x80').", "rules.encoding", 7, 4},
    {"a surrogate", "p('\xED\xA0\x80').", "rules.encoding", 7, 4},
    {"a byte order mark", "\xEF\xBB\xBFp(a).", "rules.encoding", 7, 1},
    // Directives that run something or change the reader.
    {"initialization", ":- initialization(shell(true)).", "rules.directive", 7, 4},
    {"initialization main", ":- initialization(main, main).", "rules.directive"},
    {"a goal as a directive", ":- shell('touch /tmp/x').", "rules.directive"},
    {"a query", "?- shell(true).", "rules.directive"},
    {"a conjunction as a directive", ":- true, shell(true).", "rules.directive"},
    {"a variable as a directive", ":- X.", "rules.singleton"},
    {"dynamic", ":- dynamic(p/1).", "rules.directive"},
    {"discontiguous", ":- discontiguous(p/1).", "rules.directive"},
    {"an operator", ":- op(700, xfx, ===>).", "rules.directive"},
    {"use_module", ":- use_module(library(process)).", "rules.directive"},
    {"a flag", ":- set_prolog_flag(double_quotes, codes).", "rules.directive"},
    {"include", ":- include('/etc/passwd').", "rules.directive"},
    {"conditional compilation", ":- if(shell(true)).", "rules.directive"},
    {"term expansion as a directive", ":- multifile(user:term_expansion/2).", "rules.directive"},
    {"a second module header", ":- module(other, []).", "rules.directive"},
    {"a grammar rule", "p --> [a].", "rules.directive"},
    // Definitions that are not a pack's to make.
    {"term_expansion", "term_expansion(a, b).", "rules.forbidden", 7, 1},
    {"goal_expansion", "goal_expansion(a, b).", "rules.forbidden"},
    {"user:term_expansion", "user:term_expansion(a, b).", "rules.forbidden"},
    {"a kernel predicate", "measured(_, _, 1).", "rules.forbidden", 7, 1},
    {"event/4", "event(1, s, 2, ping).", "rules.forbidden"},
    {"a system predicate", "atom_length(_, 5).", "rules.forbidden"},
    {"a control construct", "(_ , _) :- true.", "rules.forbidden"},
    {"a library predicate", "member(_, _).", "rules.forbidden"},
    {"portray", "portray(_) :- true.", "rules.forbidden"},
    {"a reserved name", "zko_missing(_).", "rules.forbidden"},
    // Goals that are not on the list.
    {"shell", "p(S) :- system(S),\n    shell('true').", "rules.forbidden", 8, 5},
    {"halt", "p :- halt.", "rules.forbidden"},
    {"assertz", "p :- assertz(q).", "rules.forbidden"},
    {"assertz on the kernel", "p :- assertz(zko_answers:measured(_, _, _, 1)).", "rules.forbidden"},
    {"retract", "p :- retract(q).", "rules.forbidden"},
    {"open", "p :- open('/etc/passwd', read, _).", "rules.forbidden"},
    {"read", "p(X) :- read(X).", "rules.forbidden"},
    {"write", "p(X) :- write(X).", "rules.forbidden"},
    {"format", "p :- format(\"~w\", [a]).", "rules.forbidden"},
    {"consult", "p :- consult(x).", "rules.forbidden"},
    {"catch", "p(S) :- catch(limit(S, _), _, true).", "rules.forbidden", 7, 9},
    {"throw", "p :- throw(zko_missing(x)).", "rules.forbidden"},
    {"call_cleanup", "p :- call_cleanup(true, true).", "rules.forbidden"},
    {"get_time", "p(T) :- get_time(T).", "rules.forbidden"},
    {"random", "p(X) :- random(X).", "rules.undefined"},
    {"nb_setval", "p :- nb_setval(a, b).", "rules.forbidden"},
    {"thread_create", "p :- thread_create(true, _, []).", "rules.forbidden"},
    {"another module", "p :- system:shell(true).", "rules.forbidden", 7, 6},
    {"the kernel's module", "p :- zko_gate:load_packs(_, _, _, _).", "rules.forbidden"},
    {"a variable module", "p(M) :- M:q.", "rules.forbidden"},
    {"a variable goal", "p(G) :- G.", "rules.forbidden", 7, 9},
    {"call of a variable", "p(G) :- call(G).", "rules.forbidden", 7, 14},
    {"call/2 of a variable", "p(G) :- call(G, 1).", "rules.forbidden"},
    {"a variable in findall", "p(G, L) :- findall(x, G, L).", "rules.forbidden"},
    {"shell inside findall", "p(L) :- findall(x, shell(true), L).", "rules.forbidden"},
    {"shell inside negation", "p :- \\+ shell(true).", "rules.forbidden"},
    {"shell inside maplist", "p(L) :- maplist(shell, L).", "rules.forbidden", 7, 17},
    {"shell inside forall", "p :- forall(true, shell(true)).", "rules.forbidden"},
    {"a lambda", "p(L) :- maplist([X]>>shell(X), L).", "rules.forbidden"},
    {"call inside maplist", "p(L) :- maplist(call, L).", "rules.forbidden"},
    {"findall inside foldl", "p(L) :- foldl(findall, L, a, _).", "rules.forbidden"},
    {"a constructed goal", "p(X) :- G = shell(X), call(G).", "rules.forbidden"},
    {"if-then-else with a bad branch", "p(X) :- ( X == a -> true ; halt ).", "rules.forbidden", 7,
     28},
    {"format in a pack", "p(X) :- with_output_to(string(X), true).", "rules.forbidden"},
    // Names that mean nothing.
    {"an undefined predicate", "p(S) :- system(S),\n    nope(S).", "rules.undefined", 8, 5},
    {"a wrong arity", "p(S) :- limit(S).", "rules.undefined"},
    {"an undeclared measure", "p(S) :- measured(S, slowist, V), V =< 5.", "rules.undefined", 7, 21},
    // Numbers.
    {"a float function", "p(X) :- X is sqrt(2).", "rules.float", 7, 14},
    {"pi", "p(X) :- X is 2 * pi.", "rules.float"},
    {"infinity", "p(X) :- X = inf, X > 1.0Inf.", "rules.float"},
    {"not a number", "p(X) :- X = 1.5NaN.", "rules.float"},
    {"too many digits", "p(X) :- X = 0." + std::string(60, '3') + ".", "rules.float", 7, 13},
    {"a large exponent", "p(X) :- X = 1.0e300.", "rules.float"},
    {"an unbounded power", "p(X, Y) :- X is 7 ** Y.", "rules.forbidden"},
    {"a large power", "p(X) :- X is 7 ^ 100000.", "rules.forbidden"},
    {"a text in an expression", "p(X) :- X is foo + 1.", "rules.forbidden", 7, 14},
    // Style.
    {"a singleton", "p(S, Vlaue) :- system(S).", "rules.singleton", 7, 1},
    {"an unbound comparison", "p(S) :- system(S), V =< 5, measured(S, slowest, V).",
     "rules.unbound_comparison", 7, 20},
    {"a comparison bound in one branch only", "p(S) :- ( system(S) -> X = 1 ; true ), X > 0.",
     "rules.unbound_comparison", 7, 40},
    {"an unbound inequality", "p(S) :- A \\== S, system(A).", "rules.unbound_comparison", 7, 9},
    {"a comparison after negation", "p(S) :- \\+ measured(S, slowest, V), V > 5.",
     "rules.unbound_comparison"},
    {"scattered clauses", "p(a).\nq(a).\np(b).", "rules.discontiguous", 9, 1},
    {"a giant clause", "p(X) :- X = \"" + std::string(70'000, 'x') + "\".", "rules.size"},
    {"a clause of many variables",
     "p(" +
         [] {
             std::string s;
             for (int i = 0; i < 2'000; ++i) s += "_, ";
             return s;
         }() +
         "a).",
     "rules.size"},
    {"a deep term", "p(" + std::string(1'500, '[') + std::string(1'500, ']') + ").", "rules.size"},
    {"a very deep term", "p(" + std::string(400'000, '(') + "a" + std::string(400'000, ')') + ").",
     "rules.size"},
    {"a chain of prefix operators",
     "p(" +
         [] {
             std::string s;
             for (int i = 0; i < 200'000; ++i) s += "- ";
             return s;
         }() +
         "a).",
     "rules.size"},
    {"a giant number", "p(" + std::string(900'000, '7') + ").", "rules.size"},
    // Declarations.
    {"a second telemetry", ":- telemetry(ping(a:atom)).", "rules.duplicate_id"},
    {"an unknown type", ":- telemetry(pong(a:colour)).", "rules.directive", 7, 21},
    {"a field without type", ":- telemetry(pong(a)).", "rules.directive", 7, 19},
    {"a field twice", ":- telemetry(pong(a:atom, a:string)).", "rules.duplicate_id", 0},
    {"an option of telemetry", ":- telemetry(pong(a:atom), [colour(red)]).", "rules.directive"},
    {"a requirement of no comparison",
     ":- telemetry(pong(a:integer, b:integer), [require([a = b])]).", "rules.directive"},
    {"a requirement of one field",
     ":- telemetry(pong(a:integer, b:integer), [require([a =< 5])]).", "rules.directive"},
    {"a requirement of a misspelt field",
     ":- telemetry(pong(first:integer, b:integer), [require([frist =< b])]).", "rules.directive"},
    {"a requirement of texts", ":- telemetry(pong(a:atom, b:string), [require([a =< b])]).",
     "rules.directive"},
    {"a requirement of a time and a number",
     ":- telemetry(pong(a:time, b:integer), [require([a < b])]).", "rules.directive"},
    {"requirements twice",
     ":- telemetry(pong(a:integer, b:integer), [require([a < b]), require([a < b])]).",
     "rules.directive"},
    {"no requirement", ":- telemetry(pong(a:integer), [require([])]).", "rules.directive"},
    {"an unbound requirement", ":- telemetry(pong(a:integer), [require(_)]).", "rules.directive"},
    {"an unbound comparison", ":- telemetry(pong(a:integer), [require([_])]).",
     "rules.directive"},
    {"a term of no field", ":- telemetry(pong(a:atom), [term([b])]).", "rules.directive"},
    {"an unknown kind", ":- measure(m, count(pong), over(1, h)).", "rules.undefined", 7, 21},
    {"an unknown field", ":- measure(m, max(ping, duration), over(1, h)).", "rules.type"},
    {"an unknown field in given", ":- measure(m, all(ping, given(duration)), over(1, h)).",
     "rules.undefined"},
    {"text compared with a number", ":- measure(m, count(ping, status = 5), over(1, h)).",
     "rules.type"},
    {"an impossible value", ":- measure(m, count(ping, status = upp), over(1, h)).", "rules.type",
     7, 36},
    {"an order of texts", ":- measure(m, count(ping, status < up), over(1, h)).", "rules.type"},
    {"a list in a comparison", ":- measure(m, count(ping, names = \"a\"), over(1, h)).",
     "rules.type"},
    {"a sum of texts", ":- measure(m, sum(ping, status), over(1, h)).", "rules.type"},
    {"a variable in a condition", ":- measure(m, count(ping, _), over(1, h)).", "rules.directive"},
    {"an unknown function", ":- measure(m, median(ping, ms), over(1, h)).", "rules.directive", 7,
     15},
    {"no window", ":- measure(m, count(ping)).", "rules.directive"},
    {"a window on a last", ":- measure(m, last(ping, ms), over(1, h)).", "rules.directive"},
    {"an unknown unit", ":- measure(m, count(ping), over(1, fortnight)).", "rules.directive"},
    {"a negative window", ":- measure(m, count(ping), over(-1, h)).", "rules.directive"},
    {"a huge window", ":- measure(m, count(ping), over(10_000_000_000, d)).", "rules.directive"},
    {"an unknown option", ":- measure(m, count(ping), over(1, h), [sometimes]).",
     "rules.directive"},
    {"stale_after on a max", ":- measure(m, max(ping, ms), over(1, h), [stale_after(1, h)]).",
     "rules.directive"},
    {"an age with a window", ":- measure(m, age(ping), over(1, h)).", "rules.directive", 7, 26},
    {"an age in no unit", ":- measure(m, age(ping), [in(fortnight)]).", "rules.directive", 7, 27},
    {"a count in minutes", ":- measure(m, count(ping), over(1, h), [in(min)]).",
     "rules.directive", 7, 41},
    {"forget_after on a last", ":- measure(m, last(ping, ms), [forget_after(1, h)]).",
     "rules.directive", 7, 32},
    {"an age of an unknown kind", ":- measure(m, age(pong)).", "rules.undefined", 7, 19},
    {"distinct of no field", ":- measure(m, distinct(ping, colour), over(1, h)).",
     "rules.undefined", 7, 30},
    {"distinct of a list", ":- measure(m, distinct(ping, names), over(1, h)).", "rules.type", 7,
     30},
    {"distinct without a field", ":- measure(m, distinct(ping), over(1, h)).", "rules.directive",
     7, 15},
    {"a rate per nothing", ":- measure(m, rate(ping, 10), over(1, h)).", "rules.directive", 7, 26},
    {"a rate per no unit", ":- measure(m, rate(ping, per(1, x)), over(1, h)).", "rules.directive",
     7, 26},
    {"a rate of a month", ":- measure(m, rate(ping, per(1, h)), calendar(month)).",
     "rules.directive", 7, 38},
    {"a percentile above 100",
     ":- measure(m, percentile(ping, ms, 101), over(1, h), [bounds([1])]).", "rules.directive", 7,
     36},
    {"a percentile of text",
     ":- measure(m, percentile(ping, status, 99), over(1, h), [bounds([1])]).", "rules.type", 7,
     32},
    {"a percentile without bounds", ":- measure(m, percentile(ping, ms, 99), over(1, h)).",
     "rules.directive", 7},
    {"a percentile with other options",
     ":- measure(m, percentile(ping, ms, 99), over(1, h), [at_least(5)]).", "rules.directive", 7,
     53},
    {"bounds that fall",
     ":- measure(m, percentile(ping, ms, 99), over(1, h), [bounds([2, 1])]).", "rules.directive",
     7, 54},
    {"a bound that is no number",
     ":- measure(m, percentile(ping, ms, 99), over(1, h), [bounds([low])]).", "rules.directive", 7,
     54},
    {"too many bounds",
     ":- measure(m, percentile(ping, ms, 99), over(1, h), [bounds([" +
         [] {
             std::string s;
             for (int i = 0; i < 64; ++i) s += std::to_string(i) + ", ";
             return s;
         }() +
         "64])]).",
     "rules.directive", 7, 54},
    {"bounds on a max", ":- measure(m, max(ping, ms), over(1, h), [bounds([1])]).",
     "rules.directive", 7, 43},
    {"sequence numbers with fractions", ":- measure(m, sequence_gaps(ping, ms), over(1, h)).",
     "rules.type", 7, 35},
    {"sequence gaps of a month", ":- measure(m, sequence_gaps(ping), calendar(month)).",
     "rules.directive", 7, 15},
    {"a deviation that learns nothing",
     ":- measure(m, deviation(ping, ms, ewma(0)), over(1, h)).", "rules.directive", 7, 35},
    {"a deviation that remembers nothing",
     ":- measure(m, deviation(ping, ms, ewma(1)), over(1, h)).", "rules.directive", 7, 35},
    {"a deviation from too few", ":- measure(m, deviation(ping, ms, mad(2)), over(1, h)).",
     "rules.directive", 7, 35},
    {"a deviation of another kind",
     ":- measure(m, deviation(ping, ms, sigma(3)), over(1, h)).", "rules.directive", 7, 35},
    {"a deviation of a month", ":- measure(m, deviation(ping, ms, mad(9)), calendar(month)).",
     "rules.directive", 7, 44},
    {"no least spread",
     ":- measure(m, deviation(ping, ms, mad(9)), over(1, h), [least_spread(0)]).",
     "rules.directive", 7, 57},
    {"no warm-up", ":- measure(m, deviation(ping, ms, mad(9)), over(1, h), [warm_up(0)]).",
     "rules.directive", 7, 57},
    {"a warm-up of a max", ":- measure(m, max(ping, ms), over(1, h), [warm_up(9)]).",
     "rules.directive", 7, 43},
    {"an exception of no time",
     ":- measure(m, availability(ping, true, every(1, s)), over(1, h), [except(ping, at, ms)]).",
     "rules.type", 7, 84},
    {"an exception of an unknown kind",
     ":- measure(m, availability(ping, true, every(1, s)), over(1, h), [except(pong, at, at)]).",
     "rules.undefined", 7, 74},
    {"an exception of a count",
     ":- measure(m, count(ping), over(1, h), [except(ping, at, at)]).", "rules.directive", 7, 41},
    {"an unknown window", ":- measure(m, count(ping), hopping(1, h)).", "rules.directive", 7, 28},
    {"an unknown period", ":- measure(m, count(ping), calendar(fortnight)).", "rules.directive",
     7, 28},
    {"a window of an unknown calendar", ":- measure(m, count(ping), calendar(month, site)).",
     "rules.undefined", 7, 44},
    {"a short tumbling window", ":- measure(m, count(ping), tumbling(1, ms)).", "rules.directive",
     7, 28},
    {"a tumbling window shorter than what may be late",
     ":- measure(m, count(ping), tumbling(1, s), [lateness(1, h)]).", "rules.directive", 7, 44},
    {"a response of a month", ":- measure(m, response(ping, ms, at, at), calendar(month)).",
     "rules.directive", 7, 43},
    {"an option twice", ":- measure(m, count(ping), over(1, h), [at_least(1), at_least(2)]).",
     "rules.directive"},
    {"an undeclared parameter", ":- measure(m, count(ping), over(param(w), h)).",
     "rules.undefined"},
    {"a response without times", ":- measure(m, response(ping, ms, ms, at), over(1, h)).",
     "rules.type"},
    {"a second control",
     ":- control('demo.limit', limit/2, [title(\"t\"), basis(target), cites(\"c\")]).",
     "rules.duplicate_id", 7, 12},
    {"a control of another level",
     ":- control('telecoms.x', limit/2, [title(\"t\"), basis(target), cites(\"c\")]).",
     "rules.directive"},
    {"a control without title", ":- control('demo.x', limit/2, [basis(target), cites(\"c\")]).",
     "rules.directive"},
    {"a control without basis", ":- control('demo.x', limit/2, [title(\"t\"), cites(\"c\")]).",
     "rules.directive"},
    {"a control of arity 1",
     ":- control('demo.x', demo_compliant/1, [title(\"t\"), basis(target), cites(\"c\")]).",
     "rules.arity", 7, 22},
    {"a control without predicate",
     ":- control('demo.x', nope/2, [title(\"t\"), basis(target), cites(\"c\")]).",
     "rules.undefined"},
    {"a regulation without citation",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(regulation)]).", "rules.missing_citation"},
    {"a malformed citation",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), cites(5)]).", "rules.directive"},
    {"a proof of an unknown kind",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), prove(events), cites(\"c\")]).",
     "rules.directive", 7, 59},
    {"a proof that is no term",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), prove(_), cites(\"c\")]).",
     "rules.directive", 7, 59},
    {"a proof asked for twice",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), prove(slot), prove(slot)]).",
     "rules.directive", 7, 72},
    {"a severity of no such word",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), severity(bad), cites(\"c\")]).",
     "rules.directive"},
    {"a status of no such word",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), status(_), cites(\"c\")]).",
     "rules.directive"},
    {"a basis of no such word",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(rumour), cites(\"c\")]).",
     "rules.directive"},
    {"a severity twice",
     ":- control('demo.x', limit/2, [severity(low), severity(low), title(\"t\"), basis(target)]).",
     "rules.directive", 7, 47},
    {"a control set of a bad name", ":- pack('Demo', \"1\").", "rules.directive", 7, 9},
    {"a control set without version", ":- pack(demo, 1).", "rules.directive", 7, 15},
    {"an option of pack", ":- pack(demo, \"1\", [sometimes]).", "rules.directive", 7, 20},
    {"a second pack directive", ":- pack(demo, \"1\").\n:- pack(demo, \"1\").",
     "rules.duplicate_id", 8, 4},
    {"an id of another family", ":- pack(other, \"1\").", "rules.directive", 4, 12},
    {"a parameter with an option that is none", ":- parameter(p, 5, [weight(3)]).",
     "rules.directive", 7, 20},
    {"a value for a system of no parameter",
     ":- parameter_for(s, p, 5).", "rules.undefined", 7, 21},
    {"a text for a number", ":- parameter(p, 5).\n:- parameter_for(s, p, \"five\").",
     "rules.directive", 8, 24},
    {"two values for a system",
     ":- parameter(p, 5).\n:- parameter_for(s, p, 6).\n:- parameter_for(s, p, 7).",
     "rules.duplicate_id", 9, 4},
    {"a value for a system named like a pack",
     ":- parameter(p, 5).\n:- parameter_for(demo, p, 6).",
     "rules.directive", 8, 18},
    {"a wait that is none",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), for(5, fortnights)]).",
     "rules.directive", 7, 59},
    {"a wait of years",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), clear_after(400, d)]).",
     "rules.directive", 7, 59},
    {"a wait without unit",
     ":- control('demo.x', limit/2, [title(\"t\"), basis(target), for(5)]).", "rules.directive"},
    {"a waiver of no control",
     ":- waiver('demo.x', s, [owner(\"o\"), reason(\"r\"), until(\"2030-01-01\")]).",
     "rules.undefined", 7, 11},
    {"a waiver without owner",
     ":- waiver('demo.limit', s, [reason(\"r\"), until(\"2030-01-01\")]).",
     "rules.directive", 7, 28},
    {"a waiver without reason",
     ":- waiver('demo.limit', s, [owner(\"o\"), until(\"2030-01-01\")]).",
     "rules.directive"},
    {"a waiver without end", ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"r\")]).",
     "rules.directive"},
    {"a waiver with an empty reason",
     ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"\"), until(\"2030-01-01\")]).",
     "rules.directive", 7, 41},
    {"a waiver that ends on no day",
     ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"r\"), until(\"2030-02-30\")]).",
     "rules.directive", 7, 54},
    {"a waiver that ends before it begins",
     ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"r\"), until(\"2030-01-01\"), "
     "from(\"2030-01-02\")]).",
     "rules.directive", 7, 28},
    {"two waivers at a time",
     ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"r\"), until(\"2030-01-01\")]).\n"
     ":- waiver('demo.limit', s, [owner(\"p\"), reason(\"r\"), until(\"2031-01-01\")]).",
     "rules.duplicate_id", 8, 4},
    {"a waiver of a system without name",
     ":- waiver('demo.limit', _, [owner(\"o\"), reason(\"r\"), until(\"2030-01-01\")]).",
     "rules.directive", 7, 25},
    {"an option of a waiver",
     ":- waiver('demo.limit', s, [owner(\"o\"), reason(\"r\"), until(\"2030-01-01\"), "
     "for_ever]).",
     "rules.directive", 7, 75},
    {"a calendar named utc", ":- calendar(utc, []).", "rules.directive", 7, 13},
    {"a calendar twice", ":- calendar(site, []).\n:- calendar(site, []).", "rules.duplicate_id", 8},
    {"a zone by name", ":- calendar(site, [zone(\"Europe/Berlin\")]).", "rules.directive", 7, 20},
    {"a zone of a day", ":- calendar(site, [zone(\"+24:00\")]).", "rules.directive"},
    {"a date that is none", ":- calendar(site, [holidays([\"2026-02-28\", \"2026-02-29\"])]).",
     "rules.directive", 7, 44},
    {"a holiday twice", ":- calendar(site, [holidays([\"2026-02-28\", \"2026-02-28\"])]).",
     "rules.duplicate_id", 7, 30},
    {"work after midnight", ":- calendar(site, [work([mon], \"22:00\", \"06:00\")]).",
     "rules.directive", 7, 20},
    {"work at a time that is none", ":- calendar(site, [work([mon], \"09:00\", \"17:60\")]).",
     "rules.directive"},
    {"work on a day that is none", ":- calendar(site, [work([monday], \"09:00\", \"17:00\")]).",
     "rules.directive"},
    {"overlapping work",
     ":- calendar(site, [work([mon-fri], \"09:00\", \"17:00\"), work([wed], \"16:00\", "
     "\"18:00\")]).",
     "rules.directive", 7, 55},
    {"an option of a calendar", ":- calendar(site, [easter]).", "rules.directive", 7, 20},
    {"an option of a calendar twice", ":- calendar(site, [zone(\"Z\"), zone(\"Z\")]).",
     "rules.directive"},
    {"a calendar that is not there", "p(N) :- working_days(moon, 0, 0, N).", "rules.undefined", 7,
     22},
    {"a calendar predicate of ours", "working_days(_, _, _, 5).", "rules.forbidden"},
    {"a check of an unknown kind", ":- check(pong, limit/2).", "rules.undefined"},
    // A misspelt field is a text to the reader: always or never equal to anything.
    {"a misspelt field", ":- measure(m, count(ping, statsu = up), over(1, h)).", "rules.undefined",
     7, 27},
    {"a misspelt field on the right",
     ":- telemetry(ask(who:string, whom:string)).\n"
     ":- measure(m, count(ask, who \\= whm), over(1, h)).",
     "rules.undefined", 8, 33},
    {"a comparison of two numbers", ":- measure(m, count(ping, 1 < 2), over(1, h)).",
     "rules.directive", 7, 27},
    {"observations of the latest value", ":- measure(m, last(ping, ms), [at_least(3)]).",
     "rules.directive", 7, 32},
    {"observations of the latest state",
     ":- measure(m, latest_all(ping, status, ms < 5), [at_least(3)]).", "rules.directive", 7, 50},
    {"observations of a response",
     ":- measure(m, response(ping, status, at, at), over(1, h), [at_least(3)]).",
     "rules.directive", 7, 60},
    {"measure with five arguments", ":- measure(m, count(ping), over(1, h), [], []).",
     "rules.directive"},
};

}  // namespace

TEST_CASE("gate: each broken pack is refused with its code and place", "[gate]") {
    for (const Broken& broken : kBroken) {
        const LoadResult result = load(kHeader + kBody + broken.text + "\n");
        INFO(broken.name << "\n" << summary(result));
        CHECK_FALSE(result.accepted);
        CHECK(result.declarations.empty());
        CHECK(noted(result, broken.code, broken.line, broken.column));
    }
}

TEST_CASE("gate: a pack begins with its header", "[gate]") {
    CHECK(noted(load(""), "rules.directive", 0, 0));
    CHECK(noted(load("p(a).\n"), "rules.directive", 1, 1));
    CHECK(noted(load(":- module(other, []).\n"), "rules.directive", 1, 11));
    CHECK(noted(load(":- module(demo, p).\n"), "rules.directive", 1, 0));
    CHECK(noted(load(":- module(demo, [p]).\n"), "rules.directive", 1, 18));
    CHECK(noted(load(":- module(demo, [p/1]).\n"), "rules.undefined", 1, 18));
    CHECK(noted(load(":- module(demo, [p/1, p/1]).\np(a).\n"), "rules.duplicate_id", 1, 23));
    CHECK(noted(load(":- module(_, []).\n"), "rules.directive", 1, 0));
}

TEST_CASE("gate: a module of the system's or the kernel's name is refused", "[gate]") {
    for (const std::string name :
         {"system", "user", "lists", "zko_gate", "zko_answers", "zko_repl", "prolog"}) {
        INFO(name);
        CHECK(
            noted(load(":- module(" + name + ", []).\n", name + ".pl"), "rules.forbidden", 1, 11));
    }
}

TEST_CASE("gate: sizes are bounded", "[gate]") {
    CHECK(noted(load(":- module(demo, []).\n%" + std::string(1 << 20, 'x')), "rules.size", 0, 0));
    std::string clauses = ":- module(demo, []).\n";
    for (int i = 0; i < 10'001; ++i) clauses += "p(" + std::to_string(i) + ").\n";
    CHECK(noted(load(clauses), "rules.size", 0, 0));
    std::vector<SourceFile> many;
    for (int i = 0; i < 65; ++i) {
        const std::string name = "p" + std::to_string(i);
        many.push_back({name + ".pl", ":- module(" + name + ", []).\n"});
    }
    CHECK(noted(shared_machine().load(many), "rules.size", 0, 0));
}

TEST_CASE("gate: what two packs both say is refused", "[gate]") {
    const SourceFile one{"demo.pl", kHeader + kBody};
    CHECK(noted(shared_machine().load({one, one}), "rules.duplicate_id", 1, 11));
    const std::string other =
        ":- module(other, [limit/2, use/1]).\nlimit(a, b).\nuse(X) :- limit(X, _).\n";
    CHECK_FALSE(noted(shared_machine().load({one, {"other.pl", other + "bad(X) :- nope(X).\n"}}),
                      "rules.duplicate_id", 0, 0));
    const std::string third = ":- module(third, []).\np(X) :- limit(X, _).\n";
    const LoadResult ambiguous =
        shared_machine().load({one, {"other.pl", other}, {"third.pl", third}});
    CHECK(noted(ambiguous, "rules.forbidden", 2, 9));
    const std::string inner = ":- module(third, []).\np(X) :- demo:secret(X).\n";
    CHECK(noted(shared_machine().load({one, {"third.pl", inner}}), "rules.forbidden", 2, 9));
}

TEST_CASE("gate: a pack with controls has its level's rule", "[gate]") {
    const std::string text =
        ":- module(demo, [limit/2]).\n:- control('demo.limit', limit/2, [title(\"t\"), "
        "basis(target), cites(\"c\")]).\nlimit(a, b).\n";
    CHECK(noted(load(text), "rules.undefined", 0, 0));
}

TEST_CASE("gate: the output of a control is not compared before something binds it", "[gate]") {
    const std::string text =
        ":- module(demo, [demo_compliant/1, limit/2]).\n:- telemetry(ping(ms:number)).\n"
        ":- measure(slowest, max(ping, ms), over(1, h)).\n"
        ":- control('demo.limit', limit/2, [title(\"t\"), basis(target), cites(\"c\")]).\n"
        "limit(S, V) :- V =< 5, measured(S, slowest, V).\n"
        "demo_compliant(S) :- limit(S, _).\n";
    CHECK(noted(load(text), "rules.unbound_comparison", 5, 16));
}

TEST_CASE("gate: all is reported, not the first fault only", "[gate]") {
    const LoadResult result =
        load(kHeader + kBody + "p(X) :- nope(X).\nq(X) :- shell(X).\nr(S) :- S >= V.\n");
    CHECK(noted(result, "rules.undefined", 7, 9));
    CHECK(noted(result, "rules.forbidden", 8, 9));
    CHECK(noted(result, "rules.singleton", 9, 1));
    CHECK(noted(result, "rules.unbound_comparison", 9, 14));
}

TEST_CASE("gate: columns count characters, not bytes", "[gate]") {
    CHECK(noted(load(kHeader + kBody + "p('\xC3\xA9\xE2\x82\xAC') :- nope.\n"), "rules.undefined",
                7, 12));
}

namespace {

std::string text_of(const LoadResult& result, const std::string& code) {
    std::string texts;
    for (const Diagnostic& diagnostic : result.diagnostics)
        if (diagnostic.code == code) texts += diagnostic.text + "\n";
    return texts;
}

}  // namespace

TEST_CASE("gate: a misspelt name is told with the nearest", "[gate]") {
    const auto says = [](const std::string& more, const std::string& code) {
        return text_of(load(kHeader + kBody + more + "\n"), code);
    };
    CHECK(says(":- measure(m, count(ping, statsu = up), over(1, h)).", "rules.undefined") ==
          "statsu is no field of this kind, which has [ms,status,at,names]; did you mean "
          "status?\n");
    CHECK(says("p(S) :- measured(S, slowist, V), V =< 5.", "rules.undefined") ==
          "measure slowist is not declared; did you mean slowest?\n");
    CHECK(says("p(S) :- limt(S, _).", "rules.undefined") ==
          "limt/2 is not defined; did you mean limit/2?\n");
    CHECK(says("p(S) :- limit(S).", "rules.undefined") ==
          "limit/1 is not defined; there is limit/2\n");
    CHECK(says(":- mesure(m, count(ping), over(1, h)).", "rules.directive") ==
          "mesure is no directive of a pack; did you mean measure?\n");
    CHECK(says(":- control('demo.x', limit/2, [title(\"t\"), basis(target), sevrity(low), "
               "cites(\"c\")]).",
               "rules.directive") ==
          "sevrity(low) is no option of a control; did you mean severity?\n");
    CHECK(says("p(X) :- q(X).", "rules.undefined") == "q/1 is not defined\n");
}

TEST_CASE("gate: what is written in other languages is told in this one", "[gate]") {
    const auto says = [](const std::string& body) {
        return text_of(load(kHeader + kBody + "p(S) :-\n" + body + "\n"), "rules.syntax");
    };
    CHECK(says("    limit(S, V), V <= 5.") == "Syntax error: Operator expected: for <= write =<\n");
    CHECK(says("    limit(S, V), V != 5.") ==
          "Syntax error: Operator expected: for != write \\== (of numbers =\\=)\n");
    CHECK(says("    limit(S, V) && V > 5.") == "Syntax error: Operator expected: for && write ,\n");
    CHECK(says("    limit(S, V)\n    V > 5.") ==
          "Syntax error: Operator expected; is a comma or a bracket missing before this?\n");
    CHECK(says("    limit(S, _)\nq(S) :- limit(S, _).") ==
          "Syntax error: Operator expected; is the dot of the clause before this one missing?\n");
    const LoadResult comma = load(kHeader + kBody + "p(S) :-\n    limit(S, V)\n    V > 5.\n");
    CHECK(noted(comma, "rules.syntax", 9, 5));
}

TEST_CASE("gate: what follows from a fault is not told beside it", "[gate]") {
    // demo_compliant/1 is exported, and its clause cannot be read.
    const LoadResult unread = load(
        ":- module(demo, [demo_compliant/1]).\ndemo_compliant(S) :- system(S) system(S).\n");
    INFO(summary(unread));
    CHECK(unread.diagnostics.size() == 1);
    CHECK(noted(unread, "rules.syntax", 2, 32));
    // The kind is refused, so its measure is not told as one of an unknown kind.
    const LoadResult kind = load(
        ":- module(demo, []).\n:- telemetry(ping(ms:int)).\n"
        ":- measure(m, max(ping, ms), over(1, h)).\n");
    INFO(summary(kind));
    CHECK(kind.diagnostics.size() == 1);
    CHECK(noted(kind, "rules.directive", 2, 22));
    // A control whose only measure is misspelt is not one that reads none.
    const LoadResult measure = load(
        kHeader +
        ":- control('demo.limit', limit/2, [title(\"t\"), basis(target), cites(\"c\")]).\n"
        "limit(S, V) :- measured(S, slow, V), V =< 5.\n"
        "demo_compliant(S) :- limit(S, _).\n");
    INFO(summary(measure));
    CHECK(measure.diagnostics.size() == 1);
    CHECK(noted(measure, "rules.undefined", 3, 28));
}

TEST_CASE("gate: what is about a whole file stands at its beginning", "[gate]") {
    CHECK(noted(load(""), "rules.directive", 1, 1));
    CHECK(noted(load(":- module(demo, [limit/2]).\n" + kBody.substr(0, kBody.rfind("demo_"))),
                "rules.undefined", 1, 1));
}

TEST_CASE("gate: nothing of a refused pack is left, a good one loads after it, and once",
          "[gate]") {
    const LoadResult good = load(kHeader + kBody);
    INFO(summary(good));
    CHECK(good.accepted);
    CHECK(good.diagnostics.empty());
    CHECK(noted(load(kHeader + kBody), "rules.loaded", 0, 0));
}
