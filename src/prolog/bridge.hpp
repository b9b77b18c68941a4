// What the files of this folder share: frames, queries, terms, and the state that foreign
// predicates see. Prolog is one per process, so its state is too.
#pragma once

#include <gmp.h>

#include <SWI-Prolog.h>

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "overlord/base/calendar.hpp"
#include "overlord/prolog/machine.hpp"

namespace overlord::prolog {

// A foreign frame that is always discarded: term references made inside are gone afterwards.
class Frame {
public:
    Frame() : id_(PL_open_foreign_frame()) {}
    ~Frame() { PL_discard_foreign_frame(id_); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

private:
    fid_t id_;
};

// One query. Bindings last until it is cut; the destructor cuts it.
class Query {
public:
    Query(predicate_t predicate, term_t arguments);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    enum class Step { kSolution, kLastSolution, kFailed, kException };
    [[nodiscard]] Step next();
    [[nodiscard]] term_t exception() const;  // of the last step, while the query is open
    void cut();

private:
    qid_t id_ = 0;
};

class TestHost;

// What foreign predicates see.
struct Bridge {
    Host* host = nullptr;
    TestHost* testing = nullptr;
    Feeder* feeder = nullptr;  // while tests run
    std::vector<bool> marks;   // points of the rules that ran, by number; see kernel/cover.pl
    bool repl = false;  // inside Machine::answer: proofs are made
    Limits limits;
    std::string task;  // "demo.plt:2: demo:met: ", for the last words of a process that must end
    std::map<std::string, Calendar> calendars;  // of the loaded packs, and utc
};
[[nodiscard]] Bridge& bridge();

// Memory errors and failures to make a term end the process; no verdict is made of them.
[[noreturn]] void exit_memory();

[[nodiscard]] predicate_t predicate(const char* module, const char* name, int arity);

// Values and terms. put_* end the process when memory does not suffice.
void put_value(term_t target, const Value& value);
void put_atom(term_t target, std::string_view text);
void put_string(term_t target, std::string_view text);
void put_list(term_t target, const std::vector<Value>& items);
void put_compound(term_t target, std::string_view name, std::size_t arity, term_t arguments);
[[nodiscard]] Value get_value(term_t term);
[[nodiscard]] std::string get_text(term_t term);  // of an atom or string, else as print/1 writes it
[[nodiscard]] bool is_atom(term_t term, const char* text);

// A deterministic call of a kernel predicate that always succeeds; false with `error` set
// otherwise.
[[nodiscard]] bool call_kernel(const char* module, const char* name, term_t arguments, int arity,
                               std::string& error);
[[nodiscard]] std::string error_text(term_t exception);

// The diagnostics of a list of diagnostic(File, Line, Column, Severity, Code, Text).
[[nodiscard]] std::vector<Diagnostic> get_diagnostics(term_t list);
// Where `text` stops being UTF-8, holds a NUL or a byte order mark, or is nested so deeply that
// Prolog's reader, which recurses on the C stack, would end the process.
[[nodiscard]] bool find_bad_text(const SourceFile& file, Diagnostic& diagnostic);

[[nodiscard]] LoadResult load_packs(const std::vector<SourceFile>& files);
void start_covering();
[[nodiscard]] std::vector<CoverPoint> covered_points();
[[nodiscard]] TestReport run_tests(const std::vector<SourceFile>& tests, const TestPlan& plan);
void answer_goal(const std::string& goal, AnswerSink& sink);

// Refer to foreign.cpp and calendars.cpp, so that their registrations are linked in.
void register_foreign_predicates();
void register_calendar_predicates();

}  // namespace overlord::prolog
