// The SWI-Prolog bridge: one Prolog machine per process, used from the process's main thread only.
//
// This header is C++17 and includes nothing of ours: SWI-cpp2.h of 9.0.4 does not compile as C++20
// with g++ 12, so the bridge is built at C++17 (docs/adr). Nothing outside src/prolog calls PL_*.
// No exception crosses this border; a Prolog goal has one of the outcomes of Truth.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overlord::prolog {

// A ground term on its way across the border.
struct Value {
    enum class Kind { kInteger, kRatio, kAtom, kString, kList, kCompound, kVariable };
    Kind kind = Kind::kVariable;
    std::int64_t integer = 0;  // kInteger
    std::string
        text;  // kRatio "n/d" (also integers beyond 64 bits, "n"); atom, string, functor name
    std::vector<Value> items;  // kList elements, kCompound arguments

    static Value of_integer(std::int64_t value);
    static Value of_ratio(std::string text);
    static Value of_atom(std::string_view text);
    static Value of_string(std::string_view text);
    static Value of_list(std::vector<Value> items);
    static Value of_compound(std::string_view name, std::vector<Value> arguments);
};

enum class Truth {
    kTrue,     // a solution; Answer::value holds the second argument where there is one
    kFalse,    // no solution
    kMissing,  // the goal met missing evidence (the reserved term of measured/3); detail: the
               // reason
    kLimit,    // the inference limit was reached
    kError,    // an error; detail: the message. Memory errors do not come back: the process exits
};

struct Answer {
    Truth truth = Truth::kError;
    Value value;
    std::string detail;
};

// What rules ask of the evaluator (measured/3, now/1, ...) and, in a query worker, of the daemon.
class Host {
public:
    virtual ~Host() = default;

    enum class Found { kYes, kMissing, kUnknownSystem, kUnknownMeasure };
    virtual Found measured(std::string_view system, std::string_view pack, std::string_view measure,
                           Value& value, std::string& reason) = 0;
    virtual std::int64_t now_ns() = 0;
    virtual std::vector<std::string> systems() = 0;
    virtual std::vector<std::string> levels(std::string_view system) = 0;

    // One compound per control of the system:
    // control(Id, Level, Verdict, Value, Limit, Unit, File, Line, Reason, RecordNumbers, Notes)
    virtual std::vector<Value> explain(std::string_view system) = 0;
    // compliant | non_compliant | unknown, at the state of this record; unknown carries a reason.
    virtual Answer system_verdict(std::string_view system) = 0;

    // Only in a query worker; elsewhere they answer kError "only available at the REPL".
    // kTrue with value = atom of 64 hex digits.
    virtual Answer attestation(std::string_view system) = 0;
    virtual Answer attestation_valid(std::string_view system, std::string_view digest) = 0;
    virtual Answer commitment(std::int64_t record) = 0;
    // kTrue with value = atom of a term's text: what the daemon found when it verified the
    // zero-knowledge document of this attestation (verify_zkproof/2).
    virtual Answer zkproof_checked(std::string_view digest) = 0;
};

struct SourceFile {
    std::string name;  // "telecoms.pl", as messages show it
    std::string text;  // UTF-8
};

struct Diagnostic {
    std::string file;
    int line = 0;          // from 1; 0 = the whole file
    int column = 0;        // from 1
    std::string severity;  // "error" | "warning" | "info" (of lint)
    std::string code;      // "rules.undefined"
    std::string text;
};

struct LoadResult {
    bool accepted = false;
    std::vector<Diagnostic> diagnostics;
    // The declarations, normalised by the loader, each a compound; src/rules turns them into a
    // Bundle.
    std::vector<Value> declarations;
};

struct Limits {
    std::int64_t inferences_per_call = 1'000'000;  // a check or a control
    std::int64_t stack_bytes =
        512ll * 1024 * 1024;  // beyond: the process ends (exit code kExitMemory)
};

inline constexpr int kExitMemory =
    70;  // a rule met a memory limit: the process ends, no verdict is made

// Where the solutions of a REPL goal go.
class AnswerSink {
public:
    virtual ~AnswerSink() = default;
    // A solution as the top level prints it ("X = 1,\nY = 2", or "true"); `more`: a choice point is
    // left. Returns whether the next solution is wanted.
    virtual bool solution(const std::string& text, bool more) = 0;
    // The same solution for machines: a JSON object of variable name -> canonical term text.
    virtual void bindings_json(const std::string& json) = 0;
    virtual void output(const std::string& text) = 0;     // what the goal wrote
    virtual void failed() = 0;                            // "false."
    virtual void missing(const std::string& reason) = 0;  // "% unknown: REASON", then false
    virtual void error(const std::string& message) = 0;   // a Prolog message, "Warning: ..." form
};

// Plays the events of a test's feed([...]) into an evaluator made for that test alone.
class Feeder {
public:
    virtual ~Feeder() = default;
    // A fresh evaluator; `steps` are all that will be played. What is wrong with them, or "".
    virtual std::string begin(std::string_view pack, const Value& steps) = 0;
    // One step in the normal form of kernel/feed.pl. `settle` plays what is outstanding and judges.
    virtual std::string play(const Value& step) = 0;
    [[nodiscard]] virtual std::string clock() const = 0;  // the virtual time, RFC 3339
    [[nodiscard]] virtual Host* host() = 0;               // the evaluator
    // What the measures are now, of all systems; nothing before a begin.
    [[nodiscard]] virtual std::vector<std::pair<std::string, Value>> values() = 0;
    virtual void end() = 0;
};

// A place of the rules that a run of tests can reach: a clause is entered, a goal in it holds or
// fails.
struct CoverPoint {
    std::string what;  // "clause" | "holds" | "fails"
    std::string file;
    int line = 0, column = 0;
    std::string pack, predicate;  // "telecoms", "telecoms_uptime/2"
    std::string text;             // the head, or the goal, shortened
    bool reached = false;
};

// Which tests run, and on what.
struct TestPlan {
    Feeder* feeder = nullptr;  // without one, a feed fails its test
    std::function<bool(const std::string& name)> wanted = {};  // of "unit:name"; empty: all
};

// One test of a .plt file; see docs/rules/testing.md.
struct TestResult {
    std::string file;
    int line = 0;
    std::string unit, name;
    bool passed = false;
    std::string outcome;             // of a passed test: "true" | "fail" | "unknown" | "error"
    std::string message;             // of a failed one, with what it expected and what it found
    std::string expected, found;
    std::int64_t us = 0;             // how long it took
    std::vector<std::string> calls;  // predicates of the pack in its body
    // Controls and the verdicts that it asks for.
    std::vector<std::pair<std::string, std::string>> verdicts;
    std::vector<std::pair<std::string, Value>> given;  // measures and their values, also fed ones
};

struct TestReport {
    std::vector<Diagnostic>
        diagnostics;  // what cannot be read or passes no gate; such a file is not run
    std::vector<TestResult> tests;
};

class Machine {
public:
    // Starts SWI-Prolog (no signals, no init file, gc thread off, libraries loaded, autoload off)
    // and loads the kernel. Null with `error` set when it cannot.
    static std::unique_ptr<Machine> start(const Limits& limits, std::string& error);
    virtual ~Machine() = default;

    virtual void bind(Host& host) = 0;

    // Reads the packs term by term through the gate, compiles what it accepts into fresh modules.
    // On refusal nothing of them is left behind. Once per process: a new bundle is a new process.
    virtual LoadResult load(const std::vector<SourceFile>& files) = 0;

    // Rules loaded after this are looked at for what could be better: codes lint.*, severity
    // warning or info.
    virtual void lint() = 0;

    // Rules loaded after this note what of them runs. Another call forgets what ran.
    virtual void cover() = 0;
    [[nodiscard]] virtual std::vector<CoverPoint> coverage() = 0;

    // The retained events behind event/4, newest last. `kind` is the type's short name in `pack`.
    virtual void assert_event(std::string_view pack, std::string_view kind, std::int64_t record,
                              std::string_view system, std::int64_t time_ns, const Value& term) = 0;
    virtual void retract_event(std::string_view pack, std::string_view kind,
                               std::int64_t record) = 0;

    // Guarded calls: PACK:NAME(Term, _) / PACK:NAME(System, Value) / PACK:NAME(System).
    virtual Answer check(std::string_view pack, std::string_view predicate, const Value& term) = 0;
    virtual Answer control(std::string_view pack, std::string_view predicate,
                           std::string_view system) = 0;
    virtual Answer level(std::string_view pack, std::string_view predicate,
                         std::string_view system) = 0;

    // One goal of a REPL session, in a forked worker. The goal sees the bundle's exports, event/4,
    // measured/3, why/2 and so on, and the safe built-ins. Returns when answered or stopped.
    virtual void answer(const std::string& goal, AnswerSink& sink) = 0;

    // Runs test files against the loaded packs, each test on the evidence that it gives itself. The
    // bound Host is not asked; retained events are gone afterwards.
    virtual TestReport test(const std::vector<SourceFile>& tests, const TestPlan& plan = {}) = 0;

    virtual void collect_garbage() = 0;  // between batches; cheap when there is nothing to do
};

}  // namespace overlord::prolog
