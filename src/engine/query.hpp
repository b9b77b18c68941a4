// REPL goals. The engine forks a notary that holds the state at this record and answers for it; the
// notary forks a worker that runs the goal. A hostile goal has the worker's memory and nothing
// else: claims come from the notary, which runs no Prolog.
#pragma once

#include "channel.hpp"
#include "overlord/evaluate/evaluator.hpp"

namespace overlord::engine {

// Returns in the engine, once the notary has been forked; the two processes live until the daemon
// closes their sockets. Code engine.fork, class kRetry.
[[nodiscard]] Status start_query(evaluate::Evaluator& evaluator, prolog::Machine& machine,
                                 Channel& engine, const evaluate::QueryMessage& query,
                                 FileHandle answers, FileHandle notary);

}  // namespace overlord::engine
