#include <catch2/catch.hpp>

#include "bundle.hpp"

using namespace overlord::prolog;

namespace {

// Writes an answer as a session would show it to somebody who asks for every solution.
class Session final : public AnswerSink {
public:
    std::string text, json;
    int wanted = 100;

    bool solution(const std::string& solution, bool more) override {
        text += solution + (more ? " ;\n" : ".\n");
        return --wanted > 0;
    }
    void bindings_json(const std::string& bindings) override { json += bindings + "\n"; }
    void output(const std::string& written) override { text += written; }
    void failed() override { text += "false.\n"; }
    void missing(const std::string& reason) override {
        text += "% unknown: " + reason + "\nfalse.\n";
    }
    void error(const std::string& message) override { text += message + "\n"; }
};

FakeHost& host() {
    static FakeHost instance;
    return instance;
}

Machine& machine() {
    static const bool loaded = [] {
        Limits limits;
        limits.stack_bytes = 64ll * 1024 * 1024;
        Machine& started = shared_machine(limits);
        host().verdicts = {
            {"production_system", "compliant"}, {"lab", "non_compliant"}, {"new", "unknown"}};
        host().values = {{{"production_system", "uptime"}, Value::of_ratio("99999/100000")},
                         {{"production_system", "redundancy"}, Value::of_integer(3)}};
        host().explanations["lab"] = {
            Value::of_compound(
                "control",
                {Value::of_atom("telecoms.uptime"), Value::of_atom("telecoms"),
                 Value::of_atom("compliant"), Value::of_integer(1), Value::of_ratio("99999/100000"),
                 Value::of_string(""), Value::of_string("telecoms.pl"), Value::of_integer(57),
                 Value::of_string(""), Value::of_list({}), Value::of_list({})}),
            Value::of_compound(
                "control",
                {Value::of_atom("telecoms.failover"), Value::of_atom("telecoms"),
                 Value::of_atom("non_compliant"), Value::of_integer(80), Value::of_integer(50),
                 Value::of_string("ms"), Value::of_string("telecoms.pl"), Value::of_integer(90),
                 Value::of_string("80 is above 50"), Value::of_list({Value::of_integer(9)}),
                 Value::of_list({Value::of_compound("severity", {Value::of_atom("high")})})})};
        started.bind(host());
        const LoadResult result = started.load(shipped_packs());
        REQUIRE(result.accepted);
        started.assert_event("telecoms", "failover", 7, "production_system", 123,
                             failover(123, Value::of_integer(23)));
        started.assert_event("telecoms", "failover", 9, "production_system", 124,
                             failover(124, Value::of_integer(60)));
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

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("repl: the product's question", "[prolog]") {
    const std::string proof =
        "zkproof(sha256:" + kDigest + ", [telecoms, trading, gmp, itil], valid)";
    CHECK(ask("zk_overlords_compliant(production_system, P).") == "P = " + proof + ".\n");
    CHECK(ask("zk_overlords_compliant(production_system, P)") == "P = " + proof + ".\n");
    CHECK(ask("?- zk_overlords_compliant(production_system, P).") == "P = " + proof + ".\n");
    CHECK(ask("zk_overlords_compliant(lab, P).") == "false.\n");
    CHECK(ask("zk_overlords_compliant(new, P).") == "% unknown: no failover observed\nfalse.\n");
    CHECK(ask("zk_overlords_compliant(nope, P).") == "ERROR: Unknown system: nope\n");
    CHECK(ask("zk_overlords_compliant(S, _).") ==
          "S = production_system ;\n% unknown: no failover observed\nfalse.\n");
    CHECK(ask("zk_overlords_compliant(production_system, " + proof + ").") == "true.\n");
    CHECK(ask("zk_overlords_compliant(production_system, zkproof(sha256:'" + kDigest +
              "', _, valid)).") == "true.\n");
    CHECK(ask("zk_overlords_compliant(production_system, zkproof(sha256:'" + std::string(64, 'b') +
              "', _, valid)).") == "false.\n");
    CHECK(ask("zk_overlords_compliant(production_system, _), "
              "generate_zkproof(zk_overlords_compliance, production_system, P).") ==
          "P = " + proof + ".\n");
}

TEST_CASE("repl: operation checks enumerate events and give their proofs", "[prolog]") {
    const std::string commitment = std::string(60, 'c') + "1007";
    const std::string event =
        "failover(timestamp(123), from_system(primary), to_system(backup_1), duration_ms(23))";
    const std::string proof = "zkproof(sha256:" + commitment + ", [telecoms], valid)";
    CHECK(ask("telecoms_failover_event(E, P).") ==
          "E = " + event + ",\nP = " + proof + " ;\nfalse.\n");
    CHECK(ask("telecoms_failover_event(" + event + ", P).") == "P = " + proof + ".\n");
    CHECK(ask("telecoms_failover_event(" + event + ", " + proof + ").") == "true.\n");
    CHECK(ask("telecoms_failover_event(_, zkproof(sha256:abc, _, _)).") == "false.\n");
    CHECK(ask("generate_zkproof(telecoms_failover, 7, P).") == "P = " + proof + ".\n");
    CHECK(ask("generate_zkproof(telecoms_failover, 9, P).") == "false.\n");
    CHECK(ask("telecoms_failover_event(failover(timestamp(1), from_system(a), to_system(b), "
              "duration_ms(1)), P).") == "% unknown: no retained event is this one\nfalse.\n");
    CHECK(ask("event(I, S, T, failover(_, _, _, duration_ms(D))).") ==
          "I = 7,\nS = production_system,\nT = 123,\nD = 23 ;\nI = 9,\nS = production_system,\nT = "
          "124,\nD = 60.\n");
    CHECK(ask("event(9, _, T, _).") == "T = 124.\n");
}

TEST_CASE("repl: measures, controls, why", "[prolog]") {
    CHECK(ask("measured(production_system, uptime, U).") == "U = 99999r100000.\n");
    CHECK(ask("measured(production_system, telecoms:uptime, U), U >= 0.99999.") ==
          "U = 99999r100000.\n");
    CHECK(ask("measured(production_system, M, 3).") ==
          "M = redundancy ;\n% unknown: no batch_records observed\nfalse.\n");
    CHECK(ask("measured(production_system, nope, V).") == "ERROR: Unknown measure: nope\n");
    CHECK(ask("measured(nobody, uptime, V).") == "ERROR: Unknown system: nobody\n");
    CHECK(ask("telecoms_failover(production_system, V).") ==
          "% unknown: no failover_ms observed\nfalse.\n");
    CHECK(ask("why(lab, W).") ==
          "W = [why('telecoms.failover', non_compliant, 80, 50, \"ms\", \"telecoms.pl\":90, \"80 "
          "is above 50\", [9], [severity(high)])].\n");
    CHECK(ask("why(production_system, W).") == "W = [].\n");
    CHECK(ask("why(nope, W).") == "ERROR: Unknown system: nope\n");
    CHECK(ask("now(T).") == "T = 1000.\n");
    CHECK(ask("control(Id, telecoms, V), Id \\== 'telecoms.uptime'.") ==
          "Id = 'telecoms.redundancy',\nV = \"1\" ;\nId = 'telecoms.failover',\nV = \"1\".\n");
    CHECK(ask("control_set(telecoms, F, V).") == "F = telecoms,\nV = \"1.0\".\n");
    CHECK(ask("param(telecoms, failover_window_days, D).") == "D = 90.\n");
    CHECK(ask("citation(F, _, C, 'gmp.batch_record', _, _, Checked).") ==
          "F = \"21 CFR\",\nC = \"211.188(a) and (b)\",\nChecked = true.\n");
    CHECK(ask("system(S), S \\== lab.") == "S = new ;\nS = production_system.\n");
    CHECK(ask("system_verdict(lab, V).") == "V = non_compliant.\n");
}

TEST_CASE("repl: answers look as SWI-Prolog's", "[prolog]") {
    CHECK(ask("true.") == "true.\n");
    CHECK(ask("fail.") == "false.\n");
    CHECK(ask("X = 1, Y = 1.") == "X = Y, Y = 1.\n");
    CHECK(ask("X = f(A, B, A).") == "X = f(A, B, A).\n");
    CHECK(ask("length(L, 2).") == "L = [_, _].\n");
    CHECK(ask("length(L, 1), L2 = [x|L], L3 = L.") == "L = L3, L3 = [_A],\nL2 = [x, _A].\n");
    CHECK(ask("X = Y.") == "X = Y.\n");
    CHECK(
        ask("member(X, [a, 'B c', \"s\", [], {x}, -(1), 1-2, a:b]).") ==
        "X = a ;\nX = 'B c' ;\nX = \"s\" ;\nX = [] ;\nX = {x} ;\nX = - 1 ;\nX = 1-2 ;\nX = a:b.\n");
    CHECK(ask("X = (a :- b, c ; d -> e).") == "X = (a:-b, c;d->e).\n");
    CHECK(ask("X = f(X).") == "X = f(X).\n");
    CHECK(ask("numlist(1, 15, L).") ==
          "L = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].\n");
    CHECK(ask("X = 'it''s', Y = \"caf\xC3\xA9\".") == "X = 'it\\'s',\nY = \"caf\xC3\xA9\".\n");
    CHECK(ask("X is 1 / 3, Y is 6 / 3, Z = 0.5.") == "X = 1r3,\nY = 2,\nZ = 1r2.\n");
    CHECK(ask("X = 0.99999, X =:= 99999 / 100000.") == "X = 99999r100000.\n");
    CHECK(ask("between(1, inf, X).").find("X = 100 ;\n") != std::string::npos);
    CHECK(ask("writeln(hello), write(\"x\"), X = 1.") == "hello\nxX = 1.\n");
    CHECK(ask("format(\"~w and ~a~n\", [1, b]).") == "1 and b\ntrue.\n");
    const std::string proof = "zkproof(sha256:" + std::string(64, 'a') + ", [telecoms], valid)";
    CHECK(ask("verify_zkproof(" + proof + ", R).") ==
          "R = verified(full, [control('telecoms.uptime', holds)]).\n");
    CHECK(ask("verify_zkproof(zkproof(sha256:b, [], valid), R).") ==
          "R = refused('it\\'s none').\n");
    CHECK(ask("verify_zkproof(hello, R).").find("zkproof") != std::string::npos);
    CHECK(ask("help.").find("verify_zkproof(Proof, Result)") != std::string::npos);
    CHECK(ask("help.").find("zk_overlords_compliant(System, Proof)") != std::string::npos);
    CHECK(ask("").empty());
    CHECK(ask("  % only a comment").empty());
}

TEST_CASE("repl: bindings as JSON", "[prolog]") {
    Session session;
    machine().answer("X = \"a\\n\\\"b\\\"\", Y = f('C d', 1r3), _Z = 1, W = W.", session);
    const std::string expected = R"J({"X":"\"a\\n\\\"b\\\"\"","Y":"f('C d', 1r3)"})J";
    CHECK(session.json == expected + "\n");
}

TEST_CASE("repl: errors are messages", "[prolog]") {
    CHECK(ask("foo.") == "ERROR: Unknown procedure: foo/0\n");
    CHECK(ask("zk_overlords_compliant(a).") ==
          "ERROR: Unknown procedure: zk_overlords_compliant/1; there is "
          "zk_overlords_compliant/2\n");
    CHECK(ask("X is 1 / 0.") == "ERROR: Arithmetic: evaluation error: `zero_divisor'\n");
    CHECK(ask("X is Y + 1.") == "ERROR: Arguments are not sufficiently instantiated\n");
    CHECK(ask("X > 1.") == "ERROR: Arguments are not sufficiently instantiated\n");
    CHECK(ask("atom_length(X, Y).") == "ERROR: Arguments are not sufficiently instantiated\n");
    CHECK(ask("atom_length(f(x), Y).") ==
          "ERROR: Type error: `text' expected, found `f(x)' (a compound)\n");
    CHECK(ask("foo(").substr(0, 21) == "ERROR: Syntax error: ");
    CHECK(ask("X = 1. Y = 2.").substr(0, 21) == "ERROR: Syntax error: ");
    CHECK(ask("X = [1, 2.").substr(0, 21) == "ERROR: Syntax error: ");
    CHECK(ask("p('\xE9').") == "ERROR: the text is not UTF-8 or holds a zero byte\n");
    CHECK(ask(std::string(500'000, '(')) == "ERROR: brackets are nested too deep\n");
    CHECK(ask("X = 1.0e400.").substr(0, 7) == "ERROR: ");
    CHECK(ask("length(L, L).") == "false.\n");
    CHECK(ask("findall(X, repeat, L).").substr(0, 7) == "ERROR: ");
    CHECK(ask("numlist(1, 100000000, L).").substr(0, 7) == "ERROR: ");
}

TEST_CASE("repl: what could change or leave the machine is refused", "[prolog]") {
    const char* const probes[] = {
        "shell(ls)",
        "shell('id', S)",
        "halt",
        "halt(1)",
        "open('/etc/passwd', read, S)",
        "open(f, write, S)",
        "see('/etc/passwd')",
        "tell(f)",
        "read(X)",
        "read_term(user_input, X, [])",
        "read_term(X, [])",
        "get_char(C)",
        "assertz(foo)",
        "asserta(foo)",
        "assert(telecoms:telecoms_uptime(_, 1))",
        "retract(foo)",
        "retractall(foo)",
        "abolish(foo/1)",
        "erase(X)",
        "recorda(a, b)",
        "nb_setval(a, 1)",
        "b_setval(a, 1)",
        "nb_setarg(1, f(x), y)",
        "setarg(1, f(x), y)",
        "consult(x)",
        "[user]",
        "load_files(x, [])",
        "use_module(library(process))",
        "ensure_loaded(x)",
        "set_prolog_flag(double_quotes, codes)",
        "op(700, xfx, ==>)",
        "prompt(_, x)",
        "abort",
        "break",
        "prolog",
        "trace",
        "spy(foo)",
        "garbage_collect",
        "prolog_stack_property(_, _)",
        "thread_create(true, _)",
        "thread_send_message(main, x)",
        "message_queue_create(Q)",
        "mutex_create(M)",
        "call_with_time_limit(1, true)",
        "sleep(1)",
        "system:shell(x)",
        "lists:append(X, Y, Z)",
        "user:foo",
        "zko_gate:load_packs([], _, _, _)",
        "zko_host:now(X)",
        "zko_answers:now(X)",
        "@(shell(x), system)",
        "G = shell(x), G",
        "G = shell(x), call(G)",
        "call(shell, x)",
        "call(call, shell(x))",
        "maplist(shell, [x])",
        "maplist(call, [shell(x)])",
        "forall(member(G, [shell(x)]), G)",
        "findall(X, call(X), L)",
        "aggregate_all(count, shell(x), C)",
        "once(shell(x))",
        "\\+ shell(x)",
        "ignore(halt)",
        "(true -> halt ; true)",
        "(fail ; halt)",
        "catch(halt, _, true)",
        "catch(true, _, halt)",
        "setup_call_cleanup(true, true, halt)",
        "maplist([X]>>shell(X), [ls])",
        "foldl([X,A,B]>>true, [], a, b)",
        "yall:foo(a, b)",
        "term_to_atom(X, 'foo(Y)')",
        "term_string(X, \"a\")",
        "read_term_from_atom('a', X, [])",
        "sformat(X, a, b)",
        "format(user_error, \"x\", [])",
        "format(atom(X), \"x\", [])",
        "format(\"~@\", [halt])",
        "format(X, [])",
        "with_output_to(string(S), halt)",
        "print_message(error, x)",
        "message_to_codes(a, b, c)",
        "current_op(X, Y, Z)",
        "current_predicate(X/Y)",
        "clause(H, B)",
        "predicate_property(X, Y)",
        "current_prolog_flag(X, Y)",
        "prolog_load_context(X, Y)",
        "getenv('HOME', X)",
        "setenv(a, b)",
        "working_directory(X, X)",
        "exists_file(x)",
        "delete_file(x)",
        "tmp_file(a, X)",
        "tcp_socket(S)",
        "statistics(runtime, X)",
        "get_time(T)",
        "random(X)",
        "freeze(X, halt)",
        "when(ground(X), halt)",
        "dif(X, Y)",
        "put_attr(X, a, b)",
        "tabling:abolish_all_tables",
        "abolish_all_tables",
        "snapshot(true)",
        "transaction(true)",
        "prolog_cut_to(X)",
        "'$set_source_module'(X)",
        "'$sig_atomic'(halt)",
        "deterministic(X)",
        "M:foo",
        "X",
        "findall(X, M:foo, L)",
        "goal_expansion(a, b)",
        "print(user_error, x)",
        "string_code(1, X, Y), process_create(path(ls), [], [])",
        "open_null_stream(S)",
        "tnot(halt)",
        "not(halt)",
        "apply(halt, [])",
        "initialization(halt)",
        "module(user)",
        "(:- halt)",
        "dynamic(foo/1)",
        "qcompile(x)",
        "nb_getval(zko_solution, X)",
        "copy_predicate_clauses(a, b)",
        "prolog_alert_signal(_, 0)",
        "on_signal(int, _, halt)",
        "attach_packs(x)",
        "make",
        "edit(x)",
        "listing",
        "apropos(x)",
    };
    for (const char* probe : probes) {
        const std::string answer = ask(std::string(probe) + ".");
        INFO(probe << " -> " << answer);
        CHECK((answer.rfind("ERROR: No permission", 0) == 0 ||
               answer.rfind("ERROR: Unknown procedure", 0) == 0));
    }
}

TEST_CASE("repl: goals leave no trace", "[prolog]") {
    const std::string before = ask("measured(production_system, uptime, U).");
    ask("X = 1, atom_length(abc, N), atom_string(A, \"new_atom\").");
    ask("between(1, 3, X), writeln(X), fail.");
    ask("length(L, L).");
    CHECK(ask("X = \"still a string\".") == "X = \"still a string\".\n");
    CHECK(ask("measured(production_system, uptime, U).") == before);
    Session session;
    session.wanted = 1;
    machine().answer("member(X, [1, 2, 3]).", session);
    CHECK(session.text == "X = 1 ;\n");
    CHECK(ask("X = 2.") == "X = 2.\n");
}
