#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "bundle.hpp"

using namespace overlord::prolog;

namespace {

// Rules that do what rules should not, within what the gate cannot see.
const char* const kExtra =
    R"(:- module(extra, [at_least_limit/2, loop/2, deep/2, wide/2, texts/2, three/2, sum/2,
                  floats/2, power/2, evaluated/2, atom_value/2, inner/1, all_up/1, none_compared/2,
                  list_value/2, enumerate/2]).
:- telemetry(note(text:string, words:list(string), count:integer)).
:- telemetry(batch(id:string)).
:- measure(ratio, mean(note, count), over(1, h)).
:- parameter(least, 0.99999).
at_least_limit(S, V) :- measured(S, ratio, V), param(extra, least, Least), V >= Least.
loop(S, V) :- loop(S, V).
deep(S, V) :- deep(f(S), V0), V = g(V0).
wide(_, L) :- findall(X, between(1, 100_000_000, X), L).
texts(note(timestamp(T), text(Text), words(Words), count(C)), T-Text-Words-C).
three(S, V) :- measured(S, ratio, R), V is R / 3.
sum(S, V) :- measured(S, ratio, R), V is R + 1/3.
floats(S, V) :- measured(S, ratio, R), atom_number('1.5', F), F > R, V = F.
power(S, V) :- measured(S, ratio, R), V is R ** 2.
evaluated(_, V) :- E = sqrt(2), V is E + 1.
atom_value(S, V) :- measured(S, ratio, V), V > 1.
inner(S) :- forall(system(Other), (Other == S ; all_up(Other))).
all_up(S) :- \+ (measured(S, ratio, V), V < 1).
none_compared(S, V) :- measured(S, ratio, V), V =< 5.
list_value(_, [1, a, "text", f(x, Y), 1r3]) :- Y = none.
enumerate(_, L) :- findall(I-C, event(I, _, _, note(_, _, _, count(C))), L).
)";

FakeHost& host() {
    static FakeHost instance;
    return instance;
}

Machine& machine() {
    static const bool loaded = [] {
        Limits limits;
        limits.inferences_per_call = 100'000;
        limits.stack_bytes = 64ll * 1024 * 1024;
        Machine& started = shared_machine(limits);
        host().verdicts = {{"s", "compliant"}, {"t", "non_compliant"}};
        started.bind(host());
        std::vector<SourceFile> files = shipped_packs();
        files.push_back({"extra.pl", kExtra});
        const LoadResult result = started.load(files);
        for (const Diagnostic& diagnostic : result.diagnostics)
            UNSCOPED_INFO(diagnostic.file << diagnostic.line << diagnostic.text);
        REQUIRE(result.accepted);
        return true;
    }();
    REQUIRE(loaded);
    return shared_machine();
}

Answer control(const char* name, const char* system = "s") {
    return machine().control("extra", name, system);
}

void measure(Value value) {
    host().values[{"s", "ratio"}] = std::move(value);
}

}  // namespace

TEST_CASE("machine: a limit is decided on the exact number", "[prolog]") {
    const struct {
        Value uptime;
        Truth truth;
    } cases[] = {
        {Value::of_ratio("99999/100000"), Truth::kTrue},
        {Value::of_ratio("99998999999999999999999999999999/100000000000000000000000000000000"),
         Truth::kFalse},
        {Value::of_ratio("99999000000000000000000000000001/100000000000000000000000000000000"),
         Truth::kTrue},
        {Value::of_ratio("31535684640000/31536000000000"), Truth::kTrue},
        {Value::of_ratio("31535684639999/31536000000000"), Truth::kFalse},
        {Value::of_integer(1), Truth::kTrue},
    };
    for (const auto& [uptime, truth] : cases) {
        host().values[{"s", "uptime"}] = uptime;
        const Answer answer = machine().control("telecoms", "telecoms_uptime", "s");
        INFO(uptime.text << " " << answer.detail);
        CHECK(answer.truth == truth);
    }
    measure(Value::of_ratio("99999/100000"));
    CHECK(control("at_least_limit").truth == Truth::kTrue);
}

TEST_CASE("machine: arithmetic of rules is exact", "[prolog]") {
    measure(Value::of_integer(1));
    CHECK(control("three").value.text == "1/3");
    CHECK(control("sum").value.text == "4/3");
    measure(Value::of_ratio("1234567890123456789012345678901234567891/1000"));
    const Answer power = control("power");
    CHECK(power.value.kind == Value::Kind::kRatio);
    CHECK(
        power.value.text ==
        "1524157875323883675049535156256668194503002591542783112365526596557677488187881/1000000");
    measure(Value::of_ratio("1234567890123456789012345678901234567890"));
    CHECK(control("at_least_limit").value.text == "1234567890123456789012345678901234567890");
    measure(Value::of_ratio("-9223372036854775808"));
    const Answer third = control("three");
    CHECK(third.value.text == "-9223372036854775808/3");
}

TEST_CASE("machine: a value that is no exact number is an error, never a verdict", "[prolog]") {
    measure(Value::of_integer(1));
    const Answer number = control("floats");
    CHECK(number.truth == Truth::kError);
    CHECK(number.detail == "Type error: `rational' expected, found `1.5' (a float)");
    CHECK(control("evaluated").truth == Truth::kError);
    measure(Value::of_atom("pi"));
    CHECK(control("atom_value").truth == Truth::kError);
    measure(Value::of_atom("none"));
    CHECK(control("none_compared").detail ==
          "Type error: `rational' expected, found `none' (an atom)");
    measure(Value::of_string("5"));
    CHECK(control("none_compared").truth == Truth::kError);
}

TEST_CASE("machine: endless rules reach the inference limit, at the same step each time",
          "[prolog]") {
    for (int i = 0; i < 3; ++i) CHECK(control("loop").truth == Truth::kLimit);
    CHECK(control("loop").detail == "the inference limit was reached");
    measure(Value::of_integer(1));
    CHECK(control("at_least_limit").truth == Truth::kTrue);
}

TEST_CASE("machine: missing evidence is neither true nor false", "[prolog]") {
    host().values.clear();
    const Answer answer = control("at_least_limit");
    CHECK(answer.truth == Truth::kMissing);
    CHECK(answer.detail == "no ratio observed");
    CHECK(machine().level("extra", "all_up", "s").truth == Truth::kMissing);
    measure(Value::of_integer(0));
    CHECK(machine().level("extra", "all_up", "s").truth == Truth::kFalse);
    measure(Value::of_integer(2));
    CHECK(machine().level("extra", "all_up", "s").truth == Truth::kTrue);
}

TEST_CASE("machine: an unknown system or rule is an error", "[prolog]") {
    CHECK(control("at_least_limit", "nobody").detail == "Unknown system: nobody");
    const Answer answer = machine().control("extra", "nope", "s");
    CHECK(answer.truth == Truth::kError);
    CHECK(answer.detail == "Unknown procedure: extra:nope/2");
}

TEST_CASE("machine: event terms go in and out unchanged", "[prolog]") {
    const std::string text = "quote ' \" \\ and \xE2\x82\xAC, a zero \0 byte";
    const std::string zero(std::string("a\0b", 3));
    const Value words =
        Value::of_list({Value::of_string("one"), Value::of_string(""), Value::of_string(zero)});
    const Value event = Value::of_compound(
        "note",
        {Value::of_compound("timestamp", {Value::of_integer(1'790'000'000'123'456'789)}),
         Value::of_compound("text", {Value::of_string(text)}), Value::of_compound("words", {words}),
         Value::of_compound("count", {Value::of_integer(INT64_MIN)})});
    const Answer answer = machine().check("extra", "texts", event);
    REQUIRE(answer.truth == Truth::kTrue);
    const Value& count = answer.value.items[1];
    const Value& list = answer.value.items[0].items[1];
    const Value& found = answer.value.items[0].items[0].items[1];
    CHECK(count.integer == INT64_MIN);
    CHECK(found.kind == Value::Kind::kString);
    CHECK(found.text == text);
    CHECK(list.items.size() == 3);
    CHECK(list.items[2].text == zero);
    CHECK(answer.value.items[0].items[0].items[0].integer == 1'790'000'000'123'456'789);
    const Answer values = control("list_value");
    REQUIRE(values.value.items.size() == 5);
    CHECK(values.value.items[3].text == "f");
    CHECK(values.value.items[4].text == "1/3");
}

TEST_CASE("machine: retained events are enumerated oldest first and forgotten", "[prolog]") {
    const auto note = [](std::int64_t count) {
        return Value::of_compound("note",
                                  {Value::of_compound("timestamp", {Value::of_integer(1)}),
                                   Value::of_compound("text", {Value::of_string("t")}),
                                   Value::of_compound("words", {Value::of_list({})}),
                                   Value::of_compound("count", {Value::of_integer(count)})});
    };
    for (std::int64_t record = 1; record <= 5; ++record)
        machine().assert_event("extra", "note", record, "s", record, note(record * 10));
    machine().retract_event("extra", "note", 1);
    machine().retract_event("extra", "note", 99);
    const Value list = control("enumerate").value;
    REQUIRE(list.items.size() == 4);
    CHECK(list.items.front().items[0].integer == 2);
    CHECK(list.items.back().items[1].integer == 50);
    for (std::int64_t record = 2; record <= 5; ++record)
        machine().retract_event("extra", "note", record);
    CHECK(control("enumerate").value.items.empty());
    for (std::int64_t record = 0; record < 12'000; ++record) {
        machine().assert_event("extra", "note", record, "s", record, note(record));
        if (record >= 100) machine().retract_event("extra", "note", record - 100);
        machine().collect_garbage();
    }
    CHECK(control("enumerate").value.items.size() == 100);
}

TEST_CASE("machine: the operation checks of the packs", "[prolog]") {
    const auto check = [](Value duration) {
        return machine()
            .check("telecoms", "telecoms_failover_event", failover(1, std::move(duration)))
            .truth;
    };
    CHECK(check(Value::of_integer(50)) == Truth::kTrue);
    CHECK(check(Value::of_ratio("50000001/1000000")) == Truth::kFalse);
    CHECK(check(Value::of_string("23")) == Truth::kError);
    CHECK(machine()
              .check("gmp", "gmp_batch", Value::of_compound("trade", {Value::of_integer(1)}))
              .truth == Truth::kFalse);
}

TEST_CASE("machine: a rule that meets a memory limit ends the process", "[prolog]") {
    machine();
    for (const char* rule : {"deep", "wide"}) {
        const pid_t child = ::fork();
        if (child == 0) {
            (void)!::freopen("/dev/null", "w", stderr);
            const Answer answer = control(rule);
            ::_exit(answer.truth == Truth::kLimit ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO(rule);
        REQUIRE(WIFEXITED(status));
        CHECK((WEXITSTATUS(status) == kExitMemory || WEXITSTATUS(status) == 0));
    }
}
