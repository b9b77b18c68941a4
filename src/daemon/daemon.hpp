// The daemon as two explicit lists: how it starts and how it stops. Everything it consists of is a
// member here, in the order of construction.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "identity.hpp"
#include "key_keeper.hpp"
#include "overlord/daemon/config.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/net/admin_server.hpp"
#include "overlord/net/http.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/net/repl_server.hpp"
#include "overlord/pipeline/archive.hpp"
#include "overlord/pipeline/pipeline.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/upkeep/scrub.hpp"
#include "repl_backend.hpp"
#include "overlord/witness/timestamper.hpp"
#include "witnessing.hpp"

namespace overlord::daemon {

class Daemon {
public:
    // `config_file`: where a reload reads the configuration again; empty for the embedded defaults.
    Daemon(Config config, Path config_file);
    ~Daemon();

    // Runs until a signal or a fatal error. The error's code and message are the last line on
    // standard error; the caller only picks the exit code.
    [[nodiscard]] Status run();

private:
    // start, in this order
    [[nodiscard]] Status prepare_state();  // origin, directories, nobody else here
    [[nodiscard]] Status start_signer();   // the log's key, in a process of its own
    [[nodiscard]] Status load_keys();      // the attestation key
    [[nodiscard]] Status make_prover();    // its key; it works once the pipeline does
    [[nodiscard]] signer::Creation creation() const;
    [[nodiscard]] Status open_ledger();    // recovery of journal and log
    [[nodiscard]] Status ask_witnesses();  // have they seen more of this log than we have?
    [[nodiscard]] Status open_log();       // a first entry, where another log is continued
    [[nodiscard]] Status choose_rules();   // the active bundle, on a first start the configured one
    [[nodiscard]] Status
    start_pipeline();  // the engine, caught up with the journal; the start record
    [[nodiscard]] Status follow_rules();  // the configured bundle, where it may simply be taken
    [[nodiscard]] Status administer();    // the administration socket and its commands
    [[nodiscard]] Status scrub();         // reads the old log again, in the background
    [[nodiscard]] Status listen();        // REPL, HTTP, and last the events
    [[nodiscard]] Status stamp_checkpoints();  // by a time stamping authority, where configured
    [[nodiscard]] Status listen_http();
    void announce();                      // the ready line, systemd
    void add_erasure_commands();          // erase, hold.set, hold.release, hold.list

    // Instead of all that, or after it: the state must not be written any more.
    [[nodiscard]] Status run_read_only(const Error& why);
    void show_published();
    void feed_watchdog();

    // stop
    void begin_stop();   // on the io thread: no more input, answers drain
    void finish_stop();  // afterwards, on the main thread: seal, stop record, children

    void watch_signals();
    void reload();
    void activate(pipeline::RuleSet rules, std::function<void(Status)> done);
    [[nodiscard]] Status check_clock() const;
    [[nodiscard]] Status check_levels() const;
    [[nodiscard]] evaluate::LoadMessage load_message(const pipeline::RuleSet& rules) const;
    void fail(const Error& error);

    Config config_;
    Path config_file_;
    std::string origin_;
    Identity identity_;
    pipeline::Archive archive_;
    pipeline::RuleSet rules_;
    bool first_start_ = false;

    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_{io_};
    pipeline::StatusBoard status_;
    pipeline::HeadBoard heads_;
    std::unique_ptr<KeyKeeper> keys_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<prover::Prover> prover_;
    std::unique_ptr<pipeline::Pipeline> pipeline_;
    std::unique_ptr<Witnessing> witnessing_;
    std::unique_ptr<upkeep::Scrub> scrub_;
    std::unique_ptr<witness::Timestamper> timestamper_;
    std::unique_ptr<ZkCheck> zk_check_;
    std::unique_ptr<ReplBackend> repl_backend_;
    std::unique_ptr<net::ReplServer> repl_;
    std::unique_ptr<net::AdminServer> admin_;
    std::unique_ptr<net::HttpServer> http_;
    std::unique_ptr<net::IngestServer> ingest_;
    bool ready_ = false, stopping_ = false;
    std::optional<Error> fatal_;
    std::optional<Error> read_only_;
    boost::asio::steady_timer watchdog_{io_};
};

}  // namespace overlord::daemon
