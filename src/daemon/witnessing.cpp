#include "witnessing.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "daemon.hpp"
#include "overlord/base/url.hpp"

namespace overlord::daemon {

Result<tlog::Policy> load_policy(const Path& file, const std::string& origin, WitnessMode mode) {
    const auto refused = [&](const std::string& why) {
        return Error{"witness.policy", file.string() + ": " + why, ErrorClass::kReject};
    };
    const Result<std::string> text = read_text_file(file, tlog::kPolicyBytesMax);
    if (!text) return with_context(text.error(), "[witness] policy");
    Result<tlog::Policy> policy = tlog::Policy::parse(*text);
    if (!policy) return refused(policy.error().message);
    const auto asked =
        std::count_if(policy->witnesses().begin(), policy->witnesses().end(),
                      [](const tlog::PolicyWitness& witness) { return !witness.url.empty(); });
    if (asked == 0) return refused("no witness has a URL, so nobody can be asked");
    for (const tlog::PolicyWitness& witness : policy->witnesses()) {
        if (witness.url.empty()) continue;
        if (const Result<Url> url = parse_url(witness.url); !url)
            return refused("witness " + witness.name + ": " + url.error().message);
    }
    const bool any = policy->logs().empty() || origin.empty();
    const bool ours = std::any_of(policy->logs().begin(), policy->logs().end(),
                                  [&](const auto& log) { return log.key.name == origin; });
    if (!any && !ours) return refused("the log " + origin + " is not in it");
    if (mode == WitnessMode::kRequire && !policy->needs_witnesses())
        return refused("mode = \"require\" needs a quorum, and this policy says quorum none");
    return policy;
}

Witnessing::Witnessing(boost::asio::io_context& io, pipeline::HeadBoard& heads, Options options,
                       Clock& clock)
    : io_(io), heads_(heads), options_(std::move(options)), clock_(clock) {}

Result<std::unique_ptr<Witnessing>> Witnessing::start(boost::asio::io_context& io,
                                                      pipeline::HeadBoard& heads, Options options,
                                                      Clock& clock) {
    std::unique_ptr<Witnessing> self(new Witnessing(io, heads, std::move(options), clock));
    witness::ClientOptions client;
    client.policy = self->options_.policy;
    client.logs = self->options_.logs;
    client.log_directory = self->options_.log_directory;
    client.warn = [](const std::string& line) { spdlog::warn("{}", line); };
    client.cosigned = [raw = self.get()](const witness::Cosigned& news) {
        if (raw->pipeline_ == nullptr) {
            raw->cosigned_ = news;
        } else {
            raw->pipeline_->witnessed(news.head.size, news.note);
        }
    };
    client.contradicted = [raw = self.get()](const Error& error) {
        raw->contradiction_ = error;
        if (raw->pipeline_ != nullptr) raw->options_.contradicted(error);
    };
    Result<std::unique_ptr<witness::Client>> started =
        witness::Client::start(io, std::move(client), clock);
    if (!started) return std::move(started).error();
    self->client_ = std::move(*started);
    return self;
}

Witnessing::~Witnessing() { stop(); }

void Witnessing::stop() {
    if (client_) client_->stop();  // none: start() failed
    pipeline_ = nullptr;
    heads_.unsubscribe(std::exchange(subscription_, 0));
}

Status Witnessing::compare(const tlog::TreeHead& signed_last, const std::string& note) {
    if (signed_last.size.value == 0) return {};
    client_->head(signed_last, note);
    const TimeNs deadline = clock_.monotonic() + kCompareTime;
    while (!contradiction_ && !client_->settled() && clock_.monotonic() < deadline &&
           !io_.stopped())
        io_.run_one_for(std::chrono::milliseconds(50));
    io_.restart();
    if (contradiction_) return *contradiction_;
    std::string silent;
    for (const witness::PeerState& peer : client_->peers())
        if (peer.cosigned_at == 0) silent += (silent.empty() ? "" : ", ") + peer.name;
    if (options_.mode == WitnessMode::kRequire && !client_->reached()) {
        return Error{"witness.unavailable",
                     "[witness] mode is \"require\", and the quorum " +
                         options_.policy.quorum_text() + " has not cosigned the present head (" +
                         silent + "): it is not known whether this state is the newest one",
                     ErrorClass::kRetry};
    }
    if (!silent.empty())
        spdlog::warn("not compared at the start with what these witnesses have seen: {}", silent);
    return {};
}

void Witnessing::follow(pipeline::Pipeline& pipeline) {
    pipeline_ = &pipeline;
    if (cosigned_) pipeline.witnessed(cosigned_->head.size, cosigned_->note);
    subscription_ = heads_.subscribe([this] {
        const pipeline::LogHead& head = heads_.newest();
        client_->head({head.size, head.root}, head.checkpoint);
    });
}

// ---------------------------------------------------------------------------------------------
// The steps of the daemon's start

Status Daemon::ask_witnesses() {
    if (config_.witness.policy.empty()) return {};
    Result<tlog::Policy> policy =
        load_policy(config_.witness.policy, origin_, config_.witness.mode);
    if (!policy) return std::move(policy).error();
    Witnessing::Options options;
    options.policy = *std::move(policy);
    options.mode = config_.witness.mode;
    options.logs = keys_->signer().verifiers();
    options.log_directory = config_.state_dir / "log";
    options.contradicted = [this](const Error& error) { fail(error); };
    Result<std::unique_ptr<Witnessing>> started =
        Witnessing::start(io_, heads_, std::move(options), system_clock());
    if (!started) return std::move(started).error();
    witnessing_ = std::move(*started);
    return witnessing_->compare({ledger_->tree_size(), ledger_->root()}, ledger_->checkpoint());
}

Status Daemon::stamp_checkpoints() {
    if (config_.timestamp.url.empty()) return {};
    witness::TimestamperOptions options;
    options.url = config_.timestamp.url;
    options.interval_ms = static_cast<std::uint64_t>(config_.timestamp.interval_s) * 1000;
    options.directory = config_.state_dir / "log" / "timestamps";
    options.published = [this] {
        const pipeline::LogHead& head = heads_.published();
        return witness::TimestamperOptions::Published{head.size, head.checkpoint};
    };
    options.warn = [](const std::string& line) { spdlog::warn("{}", line); };
    Result<std::unique_ptr<witness::Timestamper>> started =
        witness::Timestamper::start(io_, std::move(options));
    if (!started) return with_context(std::move(started).error(), "[timestamp] url");
    timestamper_ = std::move(*started);
    return {};
}

}  // namespace overlord::daemon
