// verify_zkproof/2 at the REPL: verifies an attestation's zero-knowledge document over the daemon's
// own public log, every slot of it, in a thread of its own and in bounded time.
//
// It is the same verification that an auditor makes, by the one who is to be verified: a quick
// look, never evidence. check() and the callbacks run on the thread that runs the io_context.
#pragma once

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::daemon {

class ZkCheck {
public:
    // The io_context outlives it. `log_keys` gives the log's keys as they are now.
    ZkCheck(boost::asio::io_context& io, Path state_dir,
            std::function<std::vector<tlog::VerifierKey>()> log_keys)
        : io_(io), state_dir_(std::move(state_dir)), log_keys_(std::move(log_keys)) {}
    ~ZkCheck();  // gives up what is running and joins

    // `done` gets a Prolog term: verified(full, [control('telecoms.uptime', holds), ...]), or
    // verified(part, ...) where the attested verdict does not follow from what is proved, with
    // holds, fails or unproved; pending(Reason): ask again, or elsewhere; refused(Reason): a check
    // failed.
    void check(const Hash& attestation, std::function<void(std::string term)> done);

private:
    boost::asio::io_context& io_;
    Path state_dir_;
    std::function<std::vector<tlog::VerifierKey>()> log_keys_;
    std::thread thread_;
    std::shared_ptr<bool> busy_ = std::make_shared<bool>(false);  // of the io thread
    std::atomic<bool> stopping_{false};
};

}  // namespace overlord::daemon
