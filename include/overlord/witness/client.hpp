// The log's side of witnessing (c2sp.org/tlog-witness): submits signed checkpoints to the witnesses
// of a policy and gives back those that a quorum has cosigned.
//
// Heads are gathered into rounds: at most one a second, the newest head, the same for all
// witnesses, so that their cosignatures stand under one checkpoint. An unchanged head is submitted
// again after ten minutes. Each witness has one keep-alive connection and fails alone: a request
// has a deadline, after a failure it is left in peace for a time that doubles up to a minute, and
// no answer of any kind holds up anything else. A cosignature counts once it has been verified.
//
// Consistency proofs are made from the log's tiles by a thread of its own. Everything else, all
// callbacks too, runs on the thread that runs the io_context.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/policy.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::witness {

// A head that was cosigned by a quorum, with all cosignatures that have come for it.
struct Cosigned {
    tlog::TreeHead head;
    std::string note;
};

// One witness as metrics and the status show it.
struct PeerState {
    std::string name;
    std::uint64_t size = 0;  // of what it cosigned last for us
    TimeNs cosigned_at = 0;  // 0: not since the start
    std::uint64_t cosignatures = 0;
    std::uint64_t failures = 0;
    std::string problem;  // of the last request; empty: it succeeded
};

struct ClientOptions {
    tlog::Policy policy;                  // witnesses without a URL are not asked
    std::vector<tlog::VerifierKey> logs;  // the log's keys; their name is its origin
    Path log_directory;                   // the tiles
    std::uint64_t interval_ms = 1'000;
    std::uint64_t timeout_ms = 5'000;
    std::uint64_t resubmit_ms = 600'000;
    std::uint64_t backoff_ms = 1'000;  // after the first failure

    std::function<void(const Cosigned&)> cosigned;
    // A witness has seen another history of this log than we have: log.rollback (a larger tree than
    // we ever signed) or log.fork (another root). Nothing more may be signed. Called once.
    std::function<void(const Error&)> contradicted;
    std::function<void(const std::string&)> warn;  // one line, when a witness changes its state
};

class Client {
public:
    // The io_context outlives the client. Code witness.url: an address that is none.
    [[nodiscard]] static Result<std::unique_ptr<Client>> start(boost::asio::io_context& io,
                                                               ClientOptions options, Clock& clock);
    ~Client();  // stops

    // The log signed this head; `note` is the checkpoint. Smaller ones than the newest are ignored.
    void head(const tlog::TreeHead& head, std::string note);

    // The log's keys were changed.
    void trust(std::vector<tlog::VerifierKey> logs);

    // Each witness has answered or failed at least once since the first head. The start-up
    // comparison waits for this, with a deadline of its own.
    [[nodiscard]] bool settled() const;
    // Since the first head a quorum has cosigned.
    [[nodiscard]] bool reached() const;
    [[nodiscard]] std::vector<PeerState> peers() const;
    void stop();

private:
    class Impl;
    explicit Client(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::witness
