// The daemon's keys: who signs, how the log tells of it, and what an administrator may change about
// them (keys.rotate, keys.retire on the administration socket).
//
// Each change goes the same way, and a crash between two steps is completed by settle() at the next
// start: the roster is durable -> `key` entries are sealed under heads that old and new key sign ->
// the checkpoint of a new key is kept in log/handover/ -> the roster says that the log knows.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/system_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attestation_keys.hpp"
#include "overlord/daemon/config.hpp"
#include "overlord/net/admin_server.hpp"
#include "overlord/pipeline/pipeline.hpp"
#include "overlord/signer/process_signer.hpp"

namespace overlord::daemon {

class KeyKeeper {
public:
    // Both outlive it.
    KeyKeeper(const Config& config, boost::asio::io_context& io);

    // Main thread, before the pipeline runs.
    [[nodiscard]] Status start_signer(const std::string& origin, signer::Creation creation);
    [[nodiscard]] Status load_attestation_key(signer::Creation creation);
    [[nodiscard]] signer::ProcessSigner& signer() { return *signer_; }
    [[nodiscard]] const AttestationKeys& attestation() const { return *attestation_; }

    // io thread, while the pipeline runs: what the log was not told is told now, keys whose time
    // has come are retired, and commands are obeyed.
    void settle(pipeline::Pipeline& pipeline);
    // Called with the keys that sign the log, whenever they may have changed.
    void on_change(std::function<void(std::vector<tlog::VerifierKey>)> tell);
    void serve(net::AdminServer& server);
    void stop();  // no more retirements by time

private:
    enum class Role { kLog, kAttestation };
    struct DueEntry {
        Role role;
        tlog::RosterKey key;
    };
    // What a command found out, from the ledger thread to the io thread.
    struct Outcome {
        std::string members;  // of the answer
        tlog::Roster roster;  // of the log's keys, afterwards
    };
    using Done = std::function<void(Result<pipeline::DeedPlace>)>;

    void rotate(const net::AdminRequest& request, net::AdminReply reply);
    void retire(const net::AdminRequest& request, net::AdminReply reply);
    void administer(std::function<Result<std::string>()> act, net::AdminReply reply);
    void retire_by_time();
    void arm(const std::vector<tlog::RosterKey>& keys);

    // Ledger thread while the pipeline runs.
    [[nodiscard]] Result<std::string> rotate_log(const signer::AddKey& request);
    [[nodiscard]] Result<std::string> rotate_attestation(pipeline::Pipeline& pipeline,
                                                         const std::string& source);
    [[nodiscard]] Result<std::string> retire_log(const std::vector<tlog::VerifierKey>& keys);
    void note_due();
    [[nodiscard]] Status told(const pipeline::DeedPlace& place);

    const Config& config_;
    std::string origin_;
    std::unique_ptr<signer::ProcessSigner> signer_;
    std::optional<AttestationKeys> attestation_;
    std::vector<DueEntry> due_;  // those of the change that is being made
    pipeline::Pipeline* pipeline_ = nullptr;
    std::function<void(std::vector<tlog::VerifierKey>)> changed_;
    boost::asio::system_timer retirement_;
    std::vector<tlog::VerifierKey> retiring_next_;
};

}  // namespace overlord::daemon
