#include "bridge.hpp"

#include <unistd.h>

#include <cstdio>

namespace overlord::prolog {

Query::Query(predicate_t predicate, term_t arguments)
    : id_(PL_open_query(nullptr, PL_Q_CATCH_EXCEPTION | PL_Q_NODEBUG | PL_Q_EXT_STATUS, predicate,
                        arguments)) {
    if (id_ == 0) exit_memory();
}

Query::~Query() {
    cut();
}

void Query::cut() {
    if (id_ != 0) PL_cut_query(id_);
    id_ = 0;
}

Query::Step Query::next() {
    switch (PL_next_solution(id_)) {
        case PL_S_LAST:
            return Step::kLastSolution;
        case PL_S_TRUE:
            return Step::kSolution;
        case PL_S_FALSE:
            return Step::kFailed;
        default:
            return Step::kException;
    }
}

term_t Query::exception() const {
    return PL_exception(id_);
}

Bridge& bridge() {
    static Bridge instance;
    return instance;
}

void exit_memory() {
    std::fprintf(stderr, "overlord: %sthe rules met a memory limit; the process ends\n",
                 bridge().task.c_str());
    ::_exit(kExitMemory);
}

predicate_t predicate(const char* module, const char* name, int arity) {
    return PL_predicate(name, arity, module);
}

bool call_kernel(const char* module, const char* name, term_t arguments, int arity,
                 std::string& error) {
    Query query(predicate(module, name, arity), arguments);
    switch (query.next()) {
        case Query::Step::kSolution:
        case Query::Step::kLastSolution:
            return true;
        case Query::Step::kFailed:
            error = std::string(module) + ":" + name + " failed";
            return false;
        case Query::Step::kException:
            error = error_text(query.exception());
            return false;
    }
    return false;
}

std::string error_text(term_t exception) {
    static const predicate_t to_text = predicate("zko_guard", "error_text", 2);
    const term_t arguments = PL_new_term_refs(2);
    if (!PL_put_term(arguments, exception)) exit_memory();
    Query query(to_text, arguments);
    const Query::Step step = query.next();
    if (step != Query::Step::kSolution && step != Query::Step::kLastSolution)
        return "an error without a message";
    return get_text(arguments + 1);
}

}  // namespace overlord::prolog
