// Answers REPL goals: each becomes an audit record, and at that record the engine forks a worker
// that this backend talks to. Runs on the io thread; a worker can be slow or dead without holding
// it up.
//
// A worker is two processes: one that runs the goal and is believed in nothing but its answers, and
// the notary, which never sees the goal and says what the engine's state at the record claims.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>

#include "overlord/pipeline/pipeline.hpp"
#include "overlord/pipeline/repl.hpp"
#include "zk_check.hpp"

namespace overlord::daemon {

class ReplBackend final : public pipeline::ReplBackend {
public:
    ReplBackend(boost::asio::io_context& io, pipeline::Pipeline& pipeline,
                const pipeline::HeadBoard& heads, const evaluate::QueryLimits& limits, ZkCheck& zk)
        : io_(io), pipeline_(pipeline), heads_(heads), limits_(limits), zk_(zk) {}

    void ask(std::string goal, const std::shared_ptr<pipeline::ReplSession>& session) override;
    void next(pipeline::ReplSession& session) override;
    void stop(pipeline::ReplSession& session) override;

private:
    class Question;
    void forget(const pipeline::ReplSession* session) { questions_.erase(session); }

    boost::asio::io_context& io_;
    pipeline::Pipeline& pipeline_;
    const pipeline::HeadBoard& heads_;
    evaluate::QueryLimits limits_;
    ZkCheck& zk_;
    std::map<const pipeline::ReplSession*, std::shared_ptr<Question>> questions_;
};

}  // namespace overlord::daemon
