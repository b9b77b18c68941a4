// The predicates of module zko_host: what the kernel asks of the evaluator and the daemon. The
// macros of SWI-cpp2.h turn its C++ exceptions into Prolog errors at this border.
#include <gmp.h>

#define PROLOG_MODULE "zko_host"
#include <SWI-cpp2.h>

#include "bridge.hpp"
#include "test_host.hpp"

namespace overlord::prolog {
namespace {

Host* host() {
    return bridge().testing != nullptr ? bridge().testing : bridge().host;
}

bool unify_with(term_t target, const char* name, const Value& argument) {
    const term_t answer = PL_new_term_ref();
    put_value(answer, Value::of_compound(name, {argument}));
    return PL_unify(target, answer) != 0;
}

bool unify_name(term_t target, const char* name) {
    const term_t answer = PL_new_term_ref();
    put_atom(answer, name);
    return PL_unify(target, answer) != 0;
}

bool unify_value(term_t target, const Value& value) {
    const term_t made = PL_new_term_ref();
    put_value(made, value);
    return PL_unify(target, made) != 0;
}

bool unify_answer(term_t target, const Answer& answer) {
    switch (answer.truth) {
        case Truth::kTrue:
            return unify_with(target, "true", answer.value);
        case Truth::kFalse:
            return unify_name(target, "false");
        case Truth::kMissing:
            return unify_with(target, "missing", Value::of_string(answer.detail));
        case Truth::kLimit:
            return unify_with(target, "error", Value::of_string("the inference limit was reached"));
        case Truth::kError:
            return unify_with(target, "error", Value::of_string(answer.detail));
    }
    return false;
}

std::vector<Value> atoms(const std::vector<std::string>& texts) {
    std::vector<Value> made;
    made.reserve(texts.size());
    for (const std::string& text : texts) made.push_back(Value::of_atom(text));
    return made;
}

Answer unbound() {
    return {Truth::kError, {}, "no evaluator is bound"};
}

}  // namespace

// measured(+System, +Pack, +Measure, -Answer): value(V), missing(Reason), no_system or no_measure.
PREDICATE(measured, 4) {
    if (host() == nullptr)
        return unify_with(PL_A4.C_, "missing", Value::of_string("no evidence yet"));
    Value value;
    std::string reason;
    const std::string system = get_text(PL_A1.C_);
    switch (host()->measured(system, get_text(PL_A2.C_), get_text(PL_A3.C_), value, reason)) {
        case Host::Found::kYes:
            return unify_with(PL_A4.C_, "value", value);
        case Host::Found::kMissing:
            return unify_with(PL_A4.C_, "missing", Value::of_string(reason));
        case Host::Found::kUnknownSystem:
            return unify_name(PL_A4.C_, "no_system");
        case Host::Found::kUnknownMeasure:
            return unify_name(PL_A4.C_, "no_measure");
    }
    return false;
}

PREDICATE(now, 1) {
    return PL_unify_int64(PL_A1.C_, host() == nullptr ? 0 : host()->now_ns());
}

PREDICATE(systems, 1) {
    return unify_value(PL_A1.C_, Value::of_list(host() == nullptr ? std::vector<Value>{}
                                                                  : atoms(host()->systems())));
}

PREDICATE(levels, 2) {
    if (host() == nullptr) return unify_value(PL_A2.C_, Value::of_list({}));
    return unify_value(PL_A2.C_, Value::of_list(atoms(host()->levels(get_text(PL_A1.C_)))));
}

PREDICATE(explain, 2) {
    if (host() == nullptr) return unify_value(PL_A2.C_, Value::of_list({}));
    return unify_value(PL_A2.C_, Value::of_list(host()->explain(get_text(PL_A1.C_))));
}

// system_verdict(+System, -Answer), and so on: true(Value), false, missing(Reason) or
// error(Message).
PREDICATE(system_verdict, 2) {
    return unify_answer(PL_A2.C_,
                        host() == nullptr ? unbound() : host()->system_verdict(get_text(PL_A1.C_)));
}

PREDICATE(attestation, 2) {
    return unify_answer(PL_A2.C_,
                        host() == nullptr ? unbound() : host()->attestation(get_text(PL_A1.C_)));
}

PREDICATE(attestation_valid, 3) {
    if (host() == nullptr) return unify_answer(PL_A3.C_, unbound());
    return unify_answer(PL_A3.C_,
                        host()->attestation_valid(get_text(PL_A1.C_), get_text(PL_A2.C_)));
}

PREDICATE(commitment, 2) {
    std::int64_t record = 0;
    if (host() == nullptr || !PL_get_int64(PL_A1.C_, &record))
        return unify_answer(PL_A2.C_, unbound());
    return unify_answer(PL_A2.C_, host()->commitment(record));
}

PREDICATE(zkproof_checked, 2) {
    return unify_answer(PL_A2.C_, host() == nullptr ? unbound()
                                                    : host()->zkproof_checked(get_text(PL_A1.C_)));
}

PREDICATE0(repl) {
    return bridge().repl || (bridge().testing != nullptr && bridge().testing->repl);
}

PREDICATE0(exit_memory) {
    overlord::prolog::exit_memory();
}

// mark(+Point): the point of the rules was reached.
PREDICATE(mark, 1) {
    std::int64_t number = 0;
    if (!PL_get_int64(PL_A1.C_, &number) || number < 0) return false;
    std::vector<bool>& marks = bridge().marks;
    const auto index = static_cast<std::size_t>(number);
    if (index >= marks.size()) marks.resize(index + 1);
    marks[index] = true;
    return true;
}

// What a test gives: see kernel/tests.pl.
PREDICATE0(test_begin) {
    if (bridge().testing != nullptr) *bridge().testing = TestHost();
    return true;
}

PREDICATE0(test_end) {
    if (bridge().testing != nullptr) *bridge().testing = TestHost();
    return true;
}

PREDICATE(test_measured, 3) {
    bridge().testing->give(get_text(PL_A1.C_), get_text(PL_A2.C_), get_value(PL_A3.C_));
    return true;
}

PREDICATE(test_missing, 3) {
    bridge().testing->miss(get_text(PL_A1.C_), get_text(PL_A2.C_), get_text(PL_A3.C_));
    return true;
}

PREDICATE(test_verdict, 2) {
    bridge().testing->judge(get_text(PL_A1.C_), get_text(PL_A2.C_));
    return true;
}

// test_feed_begin(+Pack, +Steps, -Wrong), test_feed(+Step, -Wrong): Wrong is "" when all is well;
// test_feed(clock, -Time).
PREDICATE(test_feed_begin, 3) {
    Feeder* const feeder = bridge().feeder;
    if (feeder == nullptr) return unify_value(PL_A3.C_, Value::of_string("no evaluator here"));
    std::string wrong = feeder->begin(get_text(PL_A1.C_), get_value(PL_A2.C_));
    if (wrong.empty()) bridge().testing->fed = feeder->host();
    return unify_value(PL_A3.C_, Value::of_string(wrong));
}

PREDICATE(test_feed, 2) {
    if (is_atom(PL_A1.C_, "clock"))
        return unify_value(PL_A2.C_, Value::of_string(bridge().feeder->clock()));
    return unify_value(PL_A2.C_, Value::of_string(bridge().feeder->play(get_value(PL_A1.C_))));
}

PREDICATE0(test_repl) {
    bridge().testing->repl = true;
    return true;
}

void register_foreign_predicates() {}  // the macros above register when the program starts

}  // namespace overlord::prolog
