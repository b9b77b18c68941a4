#include "key_keeper.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "overlord/pipeline/child_process.hpp"

namespace overlord::daemon {
namespace {

using pipeline::Deed;
using pipeline::DeedPlace;
using tlog::KeyState;
using tlog::RosterKey;
using tlog::VerifierKey;

constexpr std::int64_t kOverlapSecondsMax = 10ll * 366 * 86'400;

std::string json(const std::string& text) { return nlohmann::json(text).dump(); }

std::uint64_t posix_now() {
    using std::chrono::seconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<seconds>(now).count());
}

// Where systemd puts what it hands over; read before any thread starts.
Path credentials_directory() {
    const char* value = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? Path() : Path(value);
}

Path secret_file(const Path& configured) {
    constexpr std::string_view kCredential = "credential:";
    const std::string& text = configured.native();
    if (!text.starts_with(kCredential)) return configured;
    return credentials_directory() / text.substr(kCredential.size());
}

signer::KeyPlaces places_of(const Config& config) {
    signer::KeyPlaces places;
    places.directory = config.state_dir / "keys";
    places.credentials = credentials_directory();
    places.passphrase = secret_file(config.keys.passphrase);
    places.token = {config.keys.pkcs11_module, config.keys.pkcs11_token,
                    secret_file(config.keys.pkcs11_pin)};
    return places;
}

}  // namespace

KeyKeeper::KeyKeeper(const Config& config, boost::asio::io_context& io)
    : config_(config), retirement_(io) {}

Status KeyKeeper::start_signer(const std::string& origin, signer::Creation creation) {
    origin_ = origin;
    Result<Path> program = pipeline::sibling_program("overlord-signer");
    if (!program) return std::move(program).error();
    signer::ProcessOptions options;
    options.program = std::move(*program);
    options.signer.stores = places_of(config_);
    options.signer.directory = options.signer.stores.directory;
    options.signer.origin = origin;
    options.signer.creation = creation;
    options.signer.source = config_.keys.log;
    options.signer.place = config_.keys.bind_place ? signer::Place::kBound : signer::Place::kFree;
    if (Status made = make_directories(options.signer.directory, 0700); !made) return made;
    Result<std::unique_ptr<signer::ProcessSigner>> started =
        signer::ProcessSigner::start(std::move(options));
    if (!started) return with_context(std::move(started).error(), "signer");
    signer_ = std::move(*started);
    return {};
}

Status KeyKeeper::load_attestation_key(signer::Creation creation) {
    const bool create = creation == signer::Creation::kIfAbsent;
    Result<AttestationKeys> keys = AttestationKeys::open(
        places_of(config_), origin_ + "/attestation", config_.keys.attestation,
        create ? AttestationKeys::Creation::kIfAbsent : AttestationKeys::Creation::kRefuse);
    if (!keys) return with_context(std::move(keys).error(), "attestation key");
    attestation_.emplace(std::move(*keys));
    return {};
}

// ---------------------------------------------------------------------------------------------
// io thread

void KeyKeeper::settle(pipeline::Pipeline& pipeline) {
    pipeline_ = &pipeline;
    administer([] { return std::string(); }, [](Result<std::string> done) {
        // A log that cannot be written has ended the daemon already.
        if (!done) spdlog::error("keys: {}: {}", done.error().code, done.error().message);
    });
}

void KeyKeeper::on_change(std::function<void(std::vector<VerifierKey>)> tell) {
    changed_ = std::move(tell);
}

void KeyKeeper::serve(net::AdminServer& server) {
    server.add({"keys.rotate",
                {"role", "source", "keep", "overlap_s"},
                [this](const net::AdminRequest& request, net::AdminReply reply) {
                    rotate(request, std::move(reply));
                }});
    server.add({"keys.retire",
                {"vkey"},
                [this](const net::AdminRequest& request, net::AdminReply reply) {
                    retire(request, std::move(reply));
                }});
}

void KeyKeeper::stop() {
    pipeline_ = nullptr;
    changed_ = nullptr;
    retirement_.cancel();
}

void KeyKeeper::rotate(const net::AdminRequest& request, net::AdminReply reply) {
    const Result<std::string> role = request.text_or("role", "log");
    if (!role) return reply(role.error());
    const bool log = *role == "log";
    if (!log && *role != "attestation") {
        return reply(Error{"admin.request", "\"role\" is log or attestation"});
    }
    const Result<std::string> source =
        request.text_or("source", log ? config_.keys.log : config_.keys.attestation);
    if (!source) return reply(source.error());
    const Result<bool> keep = request.flag("keep");
    if (!keep) return reply(keep.error());
    const Result<std::int64_t> overlap = request.number_or("overlap_s", 0);
    if (!overlap) return reply(overlap.error());
    if (*overlap < 0 || *overlap > kOverlapSecondsMax) {
        return reply(Error{"admin.request", "\"overlap_s\": seconds, at most ten years"});
    }
    if (!log) {
        return administer([this, pipeline = pipeline_, source = *source] {
                              return rotate_attestation(*pipeline, source);
                          },
                          std::move(reply));
    }
    signer::AddKey add;
    add.source = *source;
    using Others = tlog::Roster::Others;
    add.others = *keep ? Others::kStay : Others::kRetire;
    add.until = *overlap == 0 ? 0 : posix_now() + static_cast<std::uint64_t>(*overlap);
    administer([this, add] { return rotate_log(add); }, std::move(reply));
}

void KeyKeeper::retire(const net::AdminRequest& request, net::AdminReply reply) {
    const Result<std::string> vkey = request.text_or("vkey", "");
    if (!vkey) return reply(vkey.error());
    std::vector<VerifierKey> keys;
    if (!vkey->empty()) {
        const Result<VerifierKey> key = VerifierKey::parse(*vkey);
        if (!key) return reply(key.error());
        keys.push_back(*key);
    }
    administer([this, keys] { return retire_log(keys); }, std::move(reply));
}

// `act` gives the audit record's text, empty for none.
void KeyKeeper::administer(std::function<Result<std::string>()> act, net::AdminReply reply) {
    if (pipeline_ == nullptr) return reply(Error{"admin.stopping", "the daemon is stopping"});
    auto outcome = std::make_shared<Outcome>();
    pipeline::Administration work;
    work.act = [this, act = std::move(act)]() -> Result<Deed> {
        const Result<std::string> text = act();
        if (!text) return text.error();
        note_due();
        Deed deed{text->empty() ? "" : "keys", *text, {}};
        for (const DueEntry& due : due_) {
            const char* const role = due.role == Role::kLog ? "log" : "attestation";
            deed.entries.push_back(
                {"key", "\"role\":\"" + std::string(role) + "\",\"vkey\":" +
                            json(due.key.key.to_text()) + ",\"state\":\"" +
                            std::string(tlog::to_text(due.key.state)) + "\""});
        }
        return deed;
    };
    work.sealed = [this, outcome](const DeedPlace& place) {
        outcome->members = "\"vkey\":" + json(signer_->verifier().to_text()) +
                           ",\"attestation_vkey\":" +
                           json(attestation_->roster().newest_active()->key.to_text()) +
                           ",\"size\":" + std::to_string(place.size.value);
        Status done = told(place);
        outcome->roster = signer_->roster();
        return done;
    };
    pipeline_->administer(std::move(work), [this, outcome, reply = std::move(reply)](
                                               Result<DeedPlace> place) {
        if (!place) return reply(std::move(place).error());
        arm(outcome->roster.keys);
        if (changed_) changed_(outcome->roster.signing());
        reply(outcome->members);
    });
}

// The next key whose overlap ends.
void KeyKeeper::arm(const std::vector<RosterKey>& keys) {
    std::uint64_t next = 0;
    retiring_next_.clear();
    for (const RosterKey& entry : keys) {
        if (entry.state != KeyState::kRetiring || entry.until == 0) continue;
        if (next == 0 || entry.until < next) next = entry.until;
    }
    for (const RosterKey& entry : keys) {
        if (entry.state == KeyState::kRetiring && entry.until == next) {
            retiring_next_.push_back(entry.key);
        }
    }
    retirement_.cancel();
    if (next == 0 || pipeline_ == nullptr) return;
    retirement_.expires_at(std::chrono::system_clock::time_point(std::chrono::seconds(next)));
    retirement_.async_wait([this](boost::system::error_code failure) {
        if (!failure) retire_by_time();
    });
}

void KeyKeeper::retire_by_time() {
    administer([this, keys = retiring_next_] { return retire_log(keys); },
               [](Result<std::string> done) {
                   if (done) return spdlog::info("keys: an overlap ended, the old key is retired");
                   spdlog::error("keys: {}: {}", done.error().code, done.error().message);
               });
}

// ---------------------------------------------------------------------------------------------
// Ledger thread

Result<std::string> KeyKeeper::rotate_log(const signer::AddKey& request) {
    const Result<VerifierKey> key = signer_->add(request);
    if (!key) return key.error();
    return "rotate log " + key->to_text();
}

Result<std::string> KeyKeeper::rotate_attestation(pipeline::Pipeline& pipeline,
                                                  const std::string& source) {
    const Result<VerifierKey> key = attestation_->rotate(source);
    if (!key) return key.error();
    pipeline.replace_attestation_key(attestation_->signing_key());
    return "rotate attestation " + key->to_text();
}

Result<std::string> KeyKeeper::retire_log(const std::vector<VerifierKey>& keys) {
    std::vector<VerifierKey> retiring = keys;
    if (retiring.empty()) {
        for (const RosterKey& entry : signer_->roster().keys) {
            if (entry.state == KeyState::kRetiring) retiring.push_back(entry.key);
        }
    }
    if (retiring.empty()) return Error{"keys.none", "no key is retiring; name the one to retire"};
    std::string text = "retire log";
    for (const VerifierKey& key : retiring) {
        if (Status retired = signer_->retire(key); !retired) return std::move(retired).error();
        text += " " + key.to_text();
    }
    return text;
}

void KeyKeeper::note_due() {
    due_.clear();
    for (const RosterKey& entry : signer_->roster().due()) due_.push_back({Role::kLog, entry});
    for (const RosterKey& entry : attestation_->roster().due()) {
        due_.push_back({Role::kAttestation, entry});
    }
}

// The checkpoint by which the keys of before vouch for a new one: its entry is in that tree, and
// they sign it. Kept for good, so that who knows the first key only can follow.
Status KeyKeeper::told(const DeedPlace& place) {
    const Path handover = config_.state_dir / "log" / "handover";
    for (std::size_t i = 0; i < due_.size(); ++i) {
        const bool introduced = due_[i].role == Role::kLog &&
                                due_[i].key.state == KeyState::kActive &&
                                signer_->roster().keys.front().key != due_[i].key.key;
        if (!introduced) continue;
        if (Status made = make_directories(handover, 0755); !made) return made;
        const Path file = handover / std::to_string(place.first_entry.value + i);
        Status written = write_file_durable(file, as_bytes(place.checkpoint), 0644);
        if (!written) return written;
    }
    if (due_.empty()) return {};
    due_.clear();
    if (Status told = signer_->log_told(); !told) return told;
    return attestation_->log_told();
}

}  // namespace overlord::daemon
