// The daemon's side of witnessing: the policy file, the comparison at the start, and the way of a
// checkpoint from the board to the witnesses and back to the ledger. io thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlord/daemon/config.hpp"
#include "overlord/pipeline/heads.hpp"
#include "overlord/pipeline/pipeline.hpp"
#include "overlord/tlog/policy.hpp"
#include "overlord/witness/client.hpp"

namespace overlord::daemon {

// How long a start waits for witnesses that do not answer.
inline constexpr DurationNs kCompareTime = 2 * kSecondNs;

// An empty origin is not known yet and fits every policy. Codes: witness.policy (the message names
// file and line), io.*.
[[nodiscard]] Result<tlog::Policy> load_policy(const Path& file, const std::string& origin,
                                               WitnessMode mode);

class Witnessing {
public:
    struct Options {
        tlog::Policy policy;
        WitnessMode mode = WitnessMode::kBestEffort;
        std::vector<tlog::VerifierKey> logs;  // the log's own keys
        Path log_directory;
        std::function<void(const Error&)> contradicted;  // at run time: log.rollback, log.fork
    };
    // Board, io_context and clock outlive it.
    [[nodiscard]] static Result<std::unique_ptr<Witnessing>> start(boost::asio::io_context& io,
                                                                   pipeline::HeadBoard& heads,
                                                                   Options options, Clock& clock);
    ~Witnessing();

    // Before anything new is signed: has any witness seen more of this log, or another one? Runs
    // the io_context until all have answered, kCompareTime at most. Codes: log.rollback, log.fork;
    // witness.unavailable where the mode requires a quorum and it has not answered.
    [[nodiscard]] Status compare(const tlog::TreeHead& signed_last, const std::string& note);
    // From now on every head of the board goes out, and what comes back goes to the ledger.
    void follow(pipeline::Pipeline& pipeline);
    void trust(std::vector<tlog::VerifierKey> logs) { client_->trust(std::move(logs)); }
    void stop();

    [[nodiscard]] std::vector<witness::PeerState> peers() const { return client_->peers(); }

private:
    Witnessing(boost::asio::io_context& io, pipeline::HeadBoard& heads, Options options,
               Clock& clock);

    boost::asio::io_context& io_;
    pipeline::HeadBoard& heads_;
    Options options_;
    Clock& clock_;
    std::unique_ptr<witness::Client> client_;
    pipeline::Pipeline* pipeline_ = nullptr;      // there after follow()
    std::optional<witness::Cosigned> cosigned_;   // before there is a pipeline
    std::optional<Error> contradiction_;
    std::uint64_t subscription_ = 0;
};

}  // namespace overlord::daemon
