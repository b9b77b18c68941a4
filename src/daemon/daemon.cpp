#include "daemon.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "config_log.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/daemon/version.hpp"
#include "overlord/pipeline/child_process.hpp"
#include "overlord/rules/bundle.hpp"
#include "pages.hpp"
#include "read_only.hpp"
#include "succession.hpp"

namespace overlord::daemon {
namespace {

Error in_use(const Path& state_dir) {
    return Error{"state.locked",
                 "another daemon uses " + state_dir.string() +
                     ": stop it first, or configure another state_dir",
                 ErrorClass::kFatal};
}

// The lock itself is taken when the ledger opens; this look comes before the signer is started, so
// that the message is about the state and not about its key.
Status look_at_lock(const Path& state_dir) {
    Result<FileHandle> lock = open_file(state_dir / "lock", O_RDWR | O_CLOEXEC);
    if (lock && ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return in_use(state_dir);
    if (lock || (lock.error().code != "io.erofs" && lock.error().code != "io.eacces")) return {};
    return Error{"state.readonly",
                 "cannot write in " + state_dir.string() + ": " + lock.error().message,
                 ErrorClass::kFatal};
}

// The rules of a folder of the operator's. Codes rules.directory, rules.file.
Result<pipeline::RuleSet> read_rule_set(const Path& directory) {
    Result<std::vector<prolog::SourceFile>> files = rules::read_rules(directory.string());
    if (!files) return std::move(files).error();
    pipeline::RuleSet set{to_hex(rules::bundle_digest(*files)), {}};
    for (prolog::SourceFile& file : *files)
        set.files.push_back({std::move(file.name), std::move(file.text)});
    return set;
}

ledger::RetentionPolicy retention_policy(const Config::Retention& retention) {
    ledger::RetentionPolicy policy;
    policy.keep_days = retention.keep_days;
    policy.rejects_keep_days = retention.rejects_keep_days;
    for (const auto& [name, kept] : retention.classes)
        policy.classes.push_back({name, kept.keep_days, kept.systems});
    return policy;
}

std::string json_pair(const char* name, const std::string& value) {
    return std::string("\"") + name + "\":\"" + value + "\"";
}

// A guard that is older than this entry is refused from now on.
std::string signer_members(const tlog::SignerStart& start) {
    const std::string epoch = ",\"epoch\":" + std::to_string(start.epoch);
    if (start.adopted == 0) return epoch;
    return epoch + ",\"adopted\":" + std::to_string(start.adopted);
}

}  // namespace

Daemon::Daemon(Config config, Path config_file)
    : config_(std::move(config)),
      config_file_(std::move(config_file)),
      archive_(config_.state_dir) {}

Daemon::~Daemon() = default;

Status Daemon::run() {
    using Step = Status (Daemon::*)();
    static constexpr Step kStart[] = {
        &Daemon::prepare_state, &Daemon::start_signer,   &Daemon::load_keys,
        &Daemon::open_ledger,   &Daemon::ask_witnesses,  &Daemon::open_log,
        &Daemon::choose_rules,  &Daemon::make_prover,    &Daemon::start_pipeline,
        &Daemon::follow_rules,  &Daemon::administer,     &Daemon::scrub,
        &Daemon::listen,        &Daemon::stamp_checkpoints};
    watch_signals();
    for (const Step step : kStart) {
        if (Status done = (this->*step)(); !done) {
            if (means_read_only(done.error())) return run_read_only(done.error());
            finish_stop();
            return done;
        }
        if (stopping_) {  // asked to while witnesses were waited for
            finish_stop();
            return {};
        }
    }
    announce();
    const auto work = boost::asio::make_work_guard(io_);  // events come in for ever
    io_.run();
    if (fatal_ && means_read_only(*fatal_)) return run_read_only(*fatal_);
    finish_stop();
    return fatal_ ? Status(*fatal_) : Status();
}

// ---------------------------------------------------------------------------------------------
// Start

Status Daemon::prepare_state() {
    if (Status ready = crypto::initialize(); !ready) return ready;
    if (Status free = look_at_lock(config_.state_dir); !free) return free;
    first_start_ = !std::filesystem::exists(config_.state_dir / "journal" / "00000000.seg");
    Result<std::string> origin = settle_origin(config_);
    if (!origin) return with_context(std::move(origin).error(), "the log's origin");
    origin_ = std::move(*origin);
    Result<Identity> identity = identify();
    if (!identity) return std::move(identity).error();
    identity_ = std::move(*identity);
    return {};
}

// Keys are made for an empty state only.
signer::Creation Daemon::creation() const {
    using enum signer::Creation;
    return first_start_ && config_.keys.create ? kIfAbsent : kRefuse;
}

Status Daemon::start_signer() {
    keys_ = std::make_unique<KeyKeeper>(config_, io_);
    return keys_->start_signer(origin_, creation());
}

Status Daemon::open_ledger() {
    ledger::Options options;
    options.state_dir = config_.state_dir;
    options.origin = origin_;
    options.signer = &keys_->signer();
    options.segment_bytes = static_cast<std::uint64_t>(config_.journal.segment_mib) << 20;
    if (!config_.witness.policy.empty() && config_.witness.mode == WitnessMode::kRequire) {
        options.publication = ledger::Publication::kWhenWitnessed;
        heads_.set_publication(pipeline::Publication::kWhenWitnessed);
    }
    Result<std::unique_ptr<ledger::Ledger>> opened = ledger::Ledger::open(options);
    if (!opened) return std::move(opened).error();
    ledger_ = std::move(*opened);
    const ledger::RecoveryReport& report = ledger_->recovery();
    if (report.quarantined)
        spdlog::warn("a write was cut short ({}); its bytes, never acknowledged, are in {}",
                     report.torn_cause, report.quarantined->string());
    spdlog::info("journal: {} records, {} entries in the log{}", ledger_->next_record().value,
                 ledger_->tree_size().value,
                 report.signed_again ? "; the last head was signed again" : "");
    return {};
}

// Before the journal begins: keys are only made for a state without one, so that a start that was
// killed between the two would leave a state that no start completes.
Status Daemon::load_keys() {
    return keys_->load_attestation_key(creation());
}

// Before anything else is in the log. If we crash here, the log is still empty.
Status Daemon::open_log() {
    if (config_.succession.predecessor.empty() || ledger_->tree_size().value > 0) return {};
    const Result<pipeline::PublicEntry> entry =
        opening_entry(config_.succession, {origin_, keys_->signer().verifiers()});
    if (!entry) return entry.error();
    const TimeNs now = system_clock().now();
    const std::vector<std::string> first{pipeline::compose_entry(*entry, now)};
    const Result<ledger::SealResult> sealed = ledger_->seal(now, first);
    if (!sealed) return with_context(sealed.error(), "open the log");
    return {};
}

Status Daemon::choose_rules() {
    Result<std::optional<pipeline::RuleSet>> active = archive_.active();
    if (!active) return std::move(active).error();
    if (*active) {
        rules_ = std::move(**active);
        return {};
    }
    if (config_.rules.dir.empty())
        return Error{"rules.directory", "no rules: set [rules] dir in the configuration",
                     ErrorClass::kReject};
    Result<pipeline::RuleSet> configured = read_rule_set(config_.rules.dir);
    if (!configured) return with_context(std::move(configured).error(), "[rules] dir");
    rules_ = std::move(*configured);
    return {};
}

evaluate::LoadMessage Daemon::load_message(const pipeline::RuleSet& rules) const {
    evaluate::LoadMessage load;
    load.files = rules.files;
    load.config.clock = config_.clock.source == ClockSource::kEvent ? evaluate::ClockSource::kEvent
                                                                    : evaluate::ClockSource::kWall;
    for (const auto& [system, levels] : config_.systems)
        load.config.levels.push_back({system, levels});
    load.config.inferences_per_call = static_cast<std::uint64_t>(config_.engine.inferences_max);
    load.config.stack_bytes = static_cast<std::uint64_t>(config_.engine.stack_mib) << 20;
    load.config.slot_ns = config_.proof.slot_s * kSecondNs;
    load.config.proved_systems_max = static_cast<std::uint64_t>(config_.proof.systems_max);
    return load;
}

// The clock says what log time is: a state goes on with the one it was begun with.
Status Daemon::check_clock() const {
    Result<std::optional<evaluate::Config>> last = archive_.last_settings();
    if (!last) return std::move(last).error();
    const evaluate::ClockSource clock = load_message(rules_).config.clock;
    if (!*last || (*last)->clock == clock) return {};
    return Error{"state.clock",
                 std::string("this state was begun with [clock] source = ") +
                     (clock == evaluate::ClockSource::kEvent ? "\"wall\"" : "\"event\"") +
                     ": set it back, or configure another state_dir",
                 ErrorClass::kReject};
}

// A mistyped level would leave its system unjudged in silence.
Status Daemon::check_levels() const {
    const std::vector<std::string>& known = pipeline_->loaded().levels;
    for (const auto& [system, levels] : config_.systems) {
        for (const std::string& level : levels) {
            if (std::find(known.begin(), known.end(), level) != known.end()) continue;
            std::string names;
            for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
            return Error{"config.level", "[systems." + system + "] levels: \"" + level +
                                             "\" is not a level of the rules (" + names + ")"};
        }
    }
    return {};
}

// A state of before there were proofs gets its key now; one that has proofs must have it.
Status Daemon::make_prover() {
    if (config_.proof.slot_s == 0) return {};
    const bool begun = std::filesystem::exists(config_.state_dir / "proofs");
    const bool may_create = !begun && (config_.keys.create || !first_start_);
    Result<crypto::Secret> key = may_create ? prover::create_proof_key(config_.state_dir)
                                            : prover::load_proof_key(config_.state_dir);
    if (!key) return with_context(key.error(), "proof key");
    prover::ProverOptions options;
    options.state_dir = config_.state_dir;
    options.origin = origin_;
    if (config_.attest.publish) options.publish = config_.state_dir / "log" / "attestations";
    options.ready = [this] { pipeline_->proofs_ready(); };
    options.warn = [](const std::string& line) { spdlog::error("{}", line); };
    prover_ = std::make_unique<prover::Prover>(std::move(options), std::move(*key),
                                               system_clock());
    return {};
}

Status Daemon::start_pipeline() {
    if (Status same = check_clock(); !same) return same;
    Result<attest::EnvelopeStore> store = attest::EnvelopeStore::open(config_.state_dir);
    if (!store) return std::move(store).error();
    pipeline::PipelineOptions options;
    options.state_dir = config_.state_dir;
    options.origin = origin_;
    options.build = identity_.engine + identity_.build;
    options.load = load_message(rules_);
    options.seal_interval = config_.seal.interval_ms * 1'000'000;
    options.snapshot_records = static_cast<std::uint64_t>(config_.engine.snapshot_records);
    options.queue_bytes = static_cast<std::size_t>(config_.ingest.queue_bytes);
    options.attest_interval = config_.attest.interval_s * kSecondNs;
    options.attest_on_change = config_.attest.on_change;
    options.publish_attestations = config_.attest.publish;
    options.heartbeat_interval = config_.completeness.heartbeat_s * kSecondNs;
    options.gap_grace = config_.completeness.gap_grace_s * kSecondNs;
    options.earlier_attestation_keys = keys_->attestation().earlier();
    options.retention = retention_policy(config_.retention);
    options.post = [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); };
    options.heads = &heads_;
    options.prover = prover_.get();
    options.progress = [] { ::sd_notify(0, "WATCHDOG=1"); };
    options.warn = [](const std::string& line) { spdlog::warn("{}", line); };
    options.fatal = [this](const Error& error) {
        boost::asio::post(io_, [this, error] { fail(error); });
    };
    pipeline_ =
        std::make_unique<pipeline::Pipeline>(std::move(options), *ledger_, std::move(*store),
                                             keys_->attestation().signing_key(), status_,
                                             system_clock());
    if (Status recovered = pipeline_->recover(); !recovered) return recovered;
    if (Status known = check_levels(); !known) return known;

    // What passed the gate for the first time is kept before anything is judged by it.
    if (Status kept = archive_.keep(rules_); !kept) return kept;
    if (Status set = archive_.set_active(rules_.digest); !set) return set;

    Result<std::string> limits = archive_.keep_settings(load_message(rules_).config);
    if (!limits) return std::move(limits).error();
    const Result<ConfigLog> settings = ConfigLog::keep(config_);
    if (!settings) return with_context(settings.error(), "keep the configuration");
    const Result<bool> told = settings->told_before();
    if (!told) return told.error();

    const std::string start = json_pair("engine", identity_.engine) + "," +
                              json_pair("bundle", rules_.digest) + "," +
                              json_pair("limits", *limits) + "," + json_pair("version", kVersion);
    std::vector<pipeline::PublicEntry> entries{
        {"start",
         json_pair("engine", identity_.engine) + "," + json_pair("build", identity_.build) + "," +
             json_pair("libraries", identity_.libraries) + "," +
             json_pair("limits", settings->salted(*limits)) +  // they name systems
             signer_members(ledger_->recovery().signer)},
        {"rules", json_pair("bundle", rules_.digest)}};
    if (!*told) entries.push_back({"config", json_pair("digest", settings->digest())});
    if (witnessing_) witnessing_->follow(*pipeline_);
    if (Status started = pipeline_->start(start, entries); !started) return started;
    keys_->on_change([this](std::vector<tlog::VerifierKey> keys) {
        if (witnessing_) witnessing_->trust(std::move(keys));
    });
    keys_->settle(*pipeline_);
    return *told ? Status() : settings->told();
}

// The rules folder may have been edited while the daemon was not running.
Status Daemon::follow_rules() {
    if (first_start_ || config_.rules.dir.empty()) return {};
    // Evidence comes before the edit: what does not load leaves the bundle that was active last.
    const auto stays = [](const Error& error) {
        spdlog::error("{}: {}; the rules that were active last stay", error.code, error.message);
        return Status();
    };
    Result<pipeline::RuleSet> configured = read_rule_set(config_.rules.dir);
    if (!configured) return stays(configured.error());
    if (configured->digest == rules_.digest) return {};
    if (config_.rules.change_control == ChangeControl::kRequired) {
        spdlog::warn(
            "the rules in {} are not the active bundle {}, which stays: [rules] change_control is "
            "\"required\"",
            config_.rules.dir.string(), rules_.digest);
        return {};
    }
    std::optional<Status> done;
    activate(std::move(*configured), [&done](Status status) { done = std::move(status); });
    while (!done) io_.run_one();
    io_.restart();
    return *done || done->error().kind == ErrorClass::kFatal ? *done : stays(done->error());
}

void Daemon::activate(pipeline::RuleSet rules, std::function<void(Status)> done) {
    if (Status kept = archive_.keep(rules); !kept) return done(kept);
    evaluate::LoadMessage load = load_message(rules);
    pipeline_->activate(std::move(load),
                        [this, rules = std::move(rules), done = std::move(done)](Status activated) {
                            if (!activated) return done(activated);
                            // If we crash before this write, the old bundle is active again after
                            // the restart, and the folder is followed again.
                            if (Status set = archive_.set_active(rules.digest); !set)
                                return done(set);
                            spdlog::info("rules: bundle {} is active", rules.digest);
                            rules_ = rules;
                            done({});
                        });
}

Status Daemon::scrub() {
    if (config_.scrub.kib_per_second == 0) return {};
    upkeep::ScrubOptions options;
    options.state_dir = config_.state_dir;
    options.bytes_per_second = static_cast<std::uint64_t>(config_.scrub.kib_per_second) << 10;
    options.pause = config_.scrub.interval_h * kHourNs;
    options.error = [](const std::string& line) { spdlog::error("{}", line); };
    scrub_ = std::make_unique<upkeep::Scrub>(std::move(options), system_clock());
    return {};
}

Status Daemon::listen() {
    std::error_code ignored;  // a path that cannot be made fails below, with its reason
    std::filesystem::create_directories(config_.repl.socket.parent_path(), ignored);
    evaluate::QueryLimits limits;
    limits.solution_ms = static_cast<std::uint32_t>(config_.repl.answer_seconds_max * 1000);
    limits.cpu_seconds = static_cast<std::uint32_t>(config_.repl.answer_seconds_max);
    limits.output_bytes = static_cast<std::uint64_t>(config_.repl.answer_bytes_max);
    zk_check_ = std::make_unique<ZkCheck>(io_, config_.state_dir,
                                          [this] { return keys_->signer().verifiers(); });
    repl_backend_ = std::make_unique<ReplBackend>(io_, *pipeline_, heads_, limits, *zk_check_);
    net::ReplOptions repl;
    repl.socket = config_.repl.socket;
    repl.sessions_max = static_cast<std::size_t>(config_.repl.sessions_max);
    repl.output_bytes_max = static_cast<std::size_t>(config_.repl.answer_bytes_max);
    Result<std::unique_ptr<net::ReplServer>> repl_server =
        net::ReplServer::start(io_, *repl_backend_, repl);
    if (!repl_server) return with_context(std::move(repl_server).error(), "[repl] socket");
    repl_ = std::move(*repl_server);

    net::IngestOptions ingest;
    ingest.listen = to_text(config_.ingest.listen);
    ingest.line_timeout_ms = static_cast<std::uint64_t>(config_.ingest.line_timeout_ms);
    ingest.connections_max = static_cast<std::size_t>(config_.ingest.connections_max);
    ingest.heads = &heads_;
    ingest.witnesses = witnessing_ != nullptr;
    Result<std::unique_ptr<net::IngestServer>> ingest_server =
        net::IngestServer::start(io_, *pipeline_, ingest);
    if (!ingest_server) return with_context(std::move(ingest_server).error(), "[ingest] listen");
    ingest_ = std::move(*ingest_server);

    return listen_http();
}

Status Daemon::listen_http() {
    if (!config_.http.listen) return {};
    PageSources sources{status_, heads_};
    sources.ingest = [this] { return ingest_ ? ingest_->counters() : net::IngestCounters{}; };
    sources.repl_sessions = [this] { return repl_ ? repl_->sessions() : 0; };
    sources.ready = [this] { return ready_ && !stopping_; };
    sources.read_only = [this] { return read_only_; };
    sources.witnesses = [this] {
        return witnessing_ ? witnessing_->peers() : std::vector<witness::PeerState>();
    };
    sources.scrub = [this] { return scrub_ ? std::optional(scrub_->status()) : std::nullopt; };
    sources.stamped = [this] {
        return timestamper_ ? std::optional(timestamper_->state()) : std::nullopt;
    };
    sources.proofs = [this] { return prover_ ? std::optional(prover_->stats()) : std::nullopt; };
    sources.log_directory = config_.state_dir / "log";
    net::HttpOptions http;
    http.listen = to_text(*config_.http.listen);
    Result<std::unique_ptr<net::HttpServer>> http_server =
        net::HttpServer::start(io_, make_pages(std::move(sources)), http);
    if (!http_server) return with_context(std::move(http_server).error(), "[http] listen");
    http_ = std::move(*http_server);
    return {};
}

void Daemon::announce() {
    ready_ = true;
    const std::string line =
        "ready ingest=" + ingest_->endpoint().text() + " repl=" + config_.repl.socket.string() +
        " http=" + (http_ ? http_->endpoint().text() : "off") + " origin=" + origin_ +
        " size=" + std::to_string(status_.snapshot()->entries);
    std::fprintf(stderr, "%s\n", line.c_str());
    ::sd_notifyf(0, "READY=1\nSTATUS=%s", line.c_str());
}

// ---------------------------------------------------------------------------------------------
// Signals, reload, stop

void Daemon::watch_signals() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.add(SIGHUP);
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error) return;
        if (signal == SIGHUP)
            reload();
        else
            begin_stop();
        watch_signals();
    });
}

// New rules; all other settings need a restart. Whatever does not load leaves everything as it is.
void Daemon::reload() {
    if (read_only_ || !ready_) return;
    ::sd_notify(0, "RELOADING=1");
    const auto over = [](Status status) {
        if (!status)
            spdlog::error("reload: {}: {}; the old settings stay", status.error().code,
                          status.error().message);
        ::sd_notify(0, "READY=1");
    };
    Result<Config> config = config_file_.empty() ? default_config() : load_config(config_file_);
    if (!config) return over(std::move(config).error());
    if (config->rules.dir.empty() || config->rules.change_control == ChangeControl::kRequired)
        return over({});
    Result<pipeline::RuleSet> rules = read_rule_set(config->rules.dir);
    if (!rules) return over(std::move(rules).error());
    if (rules->digest == rules_.digest) {
        spdlog::info("reload: the rules have not changed; other settings need a restart");
        return over({});
    }
    activate(std::move(*rules), over);
}

void Daemon::begin_stop() {
    if (std::exchange(stopping_, true)) return;
    spdlog::info("stopping: {} lines accepted so far", status_.counters.accepted.load());
    ::sd_notify(0, "STOPPING=1");
    // Sockets are read no more; what was read is evaluated, written and answered.
    if (ingest_)
        ingest_->stop([this] { io_.stop(); });
    else
        io_.stop();
}

// Every step runs, whatever the ones before found.
void Daemon::finish_stop() {
    if (admin_) admin_->stop();
    if (keys_) keys_->stop();
    scrub_.reset();
    if (repl_) repl_->stop();
    if (http_) http_->stop();
    if (witnessing_) witnessing_->stop();
    if (timestamper_) timestamper_->stop();
    if (pipeline_ && read_only_) pipeline_->halt();
    if (pipeline_) pipeline_->stop();  // stop record, last seal
    if (prover_) prover_->stop();      // what it has ready is made again by the next start
    io_.restart();
    io_.poll();  // what the ledger thread still had to say
    ingest_.reset();
    admin_.reset();
    repl_.reset();
    http_.reset();
    repl_backend_.reset();
    zk_check_.reset();
    witnessing_.reset();
    timestamper_.reset();
    pipeline_.reset();
    prover_.reset();
    ledger_.reset();
    keys_.reset();
}

void Daemon::fail(const Error& error) {
    if (!fatal_) fatal_ = error;
    io_.stop();
}

}  // namespace overlord::daemon
