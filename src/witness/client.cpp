#include "overlord/witness/client.hpp"

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http_link.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/tlog/witness.hpp"
#include "overlord/witness/store.hpp"
#include "rounds.hpp"

namespace overlord::witness {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kBackoffMax{60'000};
// A witness that moves on while we rebuild the proof is asked again; one that goes on doing so is
// somebody else's.
constexpr int kConflictsMax = 3;

struct Peer {
    Peer(asio::io_context& io, tlog::PolicyWitness given, Url url)
        : witness(std::move(given)), link(io, std::move(url)), wake(io) {
        state.name = witness.name;
    }
    tlog::PolicyWitness witness;
    HttpLink link;
    asio::steady_timer wake;
    TreeSize known;  // what it has of our log, as far as we know
    std::uint64_t done = 0;  // the newest round that it cosigned or has no use for
    milliseconds backoff{0};
    unsigned failures_in_a_row = 0;
    bool attempted = false;
    PeerState state;
};

// What came of one submission.
enum class Outcome { kCosigned, kOvertaken, kFailed, kContradicted };

std::string number(TreeSize size) { return std::to_string(size.value); }

Error rollback(const Peer& peer, TreeSize theirs, TreeSize ours, const std::string& evidence) {
    return Error{"log.rollback",
                 "witness " + peer.witness.name + " has cosigned a log of " + number(theirs) +
                     " entries, this state has " + number(ours) + evidence +
                     ": it is older than what was published (a restored backup, a disk snapshot), "
                     "or a copy of it runs elsewhere. Stop the copy or put the newest state back; "
                     "if it is lost, begin a new log with a new origin",
                 ErrorClass::kFatal};
}

Error fork(const Peer& peer, TreeSize size, const std::string& evidence) {
    return Error{"log.fork",
                 "witness " + peer.witness.name + " has seen another history of this log up to " +
                     number(size) + " entries" + evidence +
                     ": somebody else signs with this key, or a copy of this state runs elsewhere. "
                     "Keep all files as they are; they are evidence",
                 ErrorClass::kFatal};
}

}  // namespace

class Client::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, ClientOptions options, Clock& clock)
        : io_(io),
          options_(std::move(options)),
          clock_(clock),
          rounds_(options_.policy),
          round_timer_(io) {}

    Status connect_peers();
    void head(const tlog::TreeHead& head, std::string note);
    bool settled() const {
        return std::all_of(peers_.begin(), peers_.end(),
                           [](const auto& peer) { return peer->attempted; });
    }
    void trust(std::vector<tlog::VerifierKey> logs) { options_.logs = std::move(logs); }
    bool reached() const { return rounds_.reached() || !options_.policy.needs_witnesses(); }
    std::vector<PeerState> peers() const {
        std::vector<PeerState> states;
        for (const auto& peer : peers_) states.push_back(peer->state);
        return states;
    }
    void stop();

private:
    void begin_round();
    void schedule_round();
    asio::awaitable<void> serve(std::shared_ptr<Peer> peer);
    asio::awaitable<Outcome> submit(Peer& peer, Round round);
    asio::awaitable<Outcome> conflict(Peer& peer, const Round& round, TreeSize asked,
                                      TreeSize theirs);
    asio::awaitable<Result<tlog::Proof>> prove(TreeSize from, tlog::TreeHead head);
    asio::awaitable<Outcome> suspect(Peer& peer, TreeSize theirs, bool larger);
    Outcome cosigned(Peer& peer, const Round& round, const std::string& body);
    Outcome failed(Peer& peer, const std::string& problem);

    asio::io_context& io_;
    ClientOptions options_;
    Clock& clock_;
    Rounds rounds_;
    std::vector<std::shared_ptr<Peer>> peers_;
    asio::steady_timer round_timer_;
    asio::thread_pool provers_{1};
    tlog::TreeHead newest_;  // that we signed
    std::string newest_note_;
    TimeNs round_began_ = 0;  // monotonic
    bool contradicted_ = false;
    bool stopped_ = false;
};

Status Client::Impl::connect_peers() {
    OVERLORD_ASSERT(!options_.logs.empty());
    for (const tlog::PolicyWitness& witness : options_.policy.witnesses()) {
        if (witness.url.empty()) continue;
        Result<Url> url = parse_url(witness.url);
        if (!url) {
            return Error{"witness.url", "witness " + witness.name + ": " + url.error().message};
        }
        peers_.push_back(std::make_shared<Peer>(io_, witness, *std::move(url)));
    }
    for (const std::shared_ptr<Peer>& peer : peers_) {
        asio::co_spawn(
            io_, [self = shared_from_this(), peer] { return self->serve(peer); }, asio::detached);
    }
    return {};
}

// ---------------------------------------------------------------------------------------------
// Rounds

void Client::Impl::head(const tlog::TreeHead& head, std::string note) {
    if (stopped_ || (newest_.size.value != 0 && head.size <= newest_.size)) return;
    if (newest_.size.value == 0) {
        // Whoever followed this log has the size that we start from; if not, its 409 says so.
        for (const std::shared_ptr<Peer>& peer : peers_) peer->known = head.size;
    }
    newest_ = head;
    newest_note_ = std::move(note);
    schedule_round();
}

void Client::Impl::schedule_round() {
    const Round* last = rounds_.newest();
    const bool fresh = last == nullptr || last->head.size < newest_.size;
    const DurationNs due =
        last == nullptr
            ? 0
            : round_began_ +
                  static_cast<DurationNs>(fresh ? options_.interval_ms : options_.resubmit_ms) *
                      1'000'000 -
                  clock_.monotonic();
    if (due <= 0) return begin_round();
    round_timer_.expires_after(std::chrono::nanoseconds(due));
    round_timer_.async_wait([weak = weak_from_this()](ErrorCode failure) {
        const auto self = weak.lock();
        if (!failure && self && !self->stopped_) self->begin_round();
    });
}

void Client::Impl::begin_round() {
    round_began_ = clock_.monotonic();
    rounds_.begin(newest_, newest_note_);
    for (const std::shared_ptr<Peer>& peer : peers_)
        if (peer->backoff.count() == 0) peer->wake.cancel();
    schedule_round();  // for the next one, or to submit this one again
}

// ---------------------------------------------------------------------------------------------
// One witness

asio::awaitable<void> Client::Impl::serve(std::shared_ptr<Peer> peer) {
    const auto self = shared_from_this();
    constexpr auto kForever = std::chrono::hours(24);
    while (!stopped_ && !contradicted_) {
        const Round* round = rounds_.newest();
        const bool due = round != nullptr && round->number > peer->done;
        if (due && peer->backoff.count() == 0) {
            const std::uint64_t number = round->number;
            const Outcome outcome = co_await submit(*peer, *round);
            peer->attempted = true;
            if (stopped_ || contradicted_) co_return;
            if (outcome == Outcome::kCosigned || outcome == Outcome::kOvertaken) {
                peer->done = number;
                continue;
            }
        }
        // Woken by the next round, or by the end of the time that it is left in peace.
        peer->wake.expires_after(peer->backoff.count() == 0 ? milliseconds(kForever)
                                                            : peer->backoff);
        ErrorCode woken;
        co_await peer->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (!woken) peer->backoff = milliseconds(0);
    }
}

asio::awaitable<Outcome> Client::Impl::submit(Peer& peer, Round round) {
    for (int conflicts = 0; conflicts <= kConflictsMax; ++conflicts) {
        tlog::AddCheckpoint request{peer.known, {}, round.note};
        if (peer.known.value > 0 && peer.known < round.head.size) {
            Result<tlog::Proof> proof = co_await prove(peer.known, round.head);
            if (stopped_) co_return Outcome::kFailed;
            if (!proof) co_return failed(peer, "no proof: " + proof.error().message);
            request.consistency = *std::move(proof);
        }
        HttpRequest http;
        http.target = parse_url(peer.witness.url)->target("/add-checkpoint");
        http.content_type = "text/plain; charset=utf-8";
        http.body = request.to_text();
        http.answer_bytes_max = tlog::kCosignaturesBytesMax;
        const Result<HttpAnswer> answer =
            co_await peer.link.exchange(std::move(http), milliseconds(options_.timeout_ms));
        if (stopped_) co_return Outcome::kFailed;
        if (!answer) co_return failed(peer, answer.error().message);
        if (answer->status == 200) co_return cosigned(peer, round, answer->body);
        if (answer->status == 422) {
            // We proved it from tiles that lead to our root: what it has is not ours.
            co_return co_await suspect(peer, request.old, false);
        }
        if (answer->status != 409) {
            co_return failed(peer, "it answers " + std::to_string(answer->status));
        }
        const Result<TreeSize> theirs = tlog::parse_size(answer->body);
        if (!theirs) co_return failed(peer, theirs.error().message);
        const Outcome outcome = co_await conflict(peer, round, request.old, *theirs);
        if (outcome != Outcome::kCosigned) co_return outcome;
    }
    co_return failed(peer, "it answers 409 again and again");
}

// A 409: what the witness has is of another size than we thought. kCosigned: ask again from there.
asio::awaitable<Outcome> Client::Impl::conflict(Peer& peer, const Round& round, TreeSize asked,
                                                TreeSize theirs) {
    if (theirs > newest_.size) co_return co_await suspect(peer, theirs, true);
    // Witnesses of the first version say 409 where the root of the same size is another.
    if (theirs == asked) co_return co_await suspect(peer, theirs, false);
    peer.known = theirs;
    co_return theirs > round.head.size ? Outcome::kOvertaken : Outcome::kCosigned;
}

// Sizes and status codes are not signed, so we ask for what is: the checkpoint that the witness
// cosigned, under our own signature. One that fits our tree clears us, and the witness is merely
// wrong. One that does not fit proves that somebody signed another tree with our key. A witness
// that shows none is believed: a fork would be for ever, a stop is not.
asio::awaitable<Outcome> Client::Impl::suspect(Peer& peer, TreeSize theirs, bool larger) {
    HttpRequest http;
    http.target = parse_url(peer.witness.url)
                      ->target("/" + origin_hex(options_.logs.front().name) + "/checkpoint");
    http.answer_bytes_max = tlog::kCosignaturesBytesMax;
    const Result<HttpAnswer> answer =
        co_await peer.link.exchange(std::move(http), milliseconds(options_.timeout_ms));
    if (stopped_ || contradicted_) co_return Outcome::kFailed;
    std::string evidence;
    if (answer && answer->status == 200) {
        const Result<tlog::SignedCheckpoint> shown =
            tlog::open_checkpoint(answer->body, options_.logs);
        if (!shown) {
            co_return failed(peer, "it contradicts us and shows a checkpoint that the log has not "
                                   "signed");
        }
        const tlog::TreeHead& head = shown->checkpoint.head;
        if (head.size <= newest_.size) {
            bool ours = head.size.value == 0 || head == newest_;
            if (!ours && head.size < newest_.size) {
                const Result<tlog::Proof> proof = co_await prove(head.size, newest_);
                if (stopped_ || contradicted_) co_return Outcome::kFailed;
                if (!proof) co_return failed(peer, "no proof: " + proof.error().message);
                ours = tlog::verify_consistency(head, newest_, *proof).has_value();
            }
            if (ours) {
                peer.known = head.size;
                co_return failed(peer, "it contradicts us, and shows a checkpoint that does not");
            }
            larger = false;
        } else {
            larger = true;
        }
        theirs = head.size;
        evidence = " (it shows a checkpoint under our signature: " +
                   to_base64(as_bytes(answer->body)) + ")";
    }
    contradicted_ = true;
    const Error error = larger ? rollback(peer, theirs, newest_.size, evidence)
                               : fork(peer, theirs, evidence);
    peer.state.problem = error.message;
    if (options_.contradicted) options_.contradicted(error);
    co_return Outcome::kContradicted;
}

asio::awaitable<Result<tlog::Proof>> Client::Impl::prove(TreeSize from, tlog::TreeHead head) {
    using Made = std::optional<Result<tlog::Proof>>;  // Asio wants a default value
    const auto make = [directory = options_.log_directory, from, head]() -> asio::awaitable<Made> {
        Result<tlog::TileReader> tiles = tlog::TileReader::open(directory, head);
        if (!tiles) co_return std::move(tiles).error();
        co_return tiles->consistency(from, head.size);
    };
    // Resumes on the io thread.
    Made made = co_await asio::co_spawn(provers_, make, asio::use_awaitable);
    co_return *std::move(made);
}

Outcome Client::Impl::cosigned(Peer& peer, const Round& round, const std::string& body) {
    const Result<tlog::Cosignature> cosignature =
        tlog::find_cosignature(body, round.text, peer.witness.key);
    if (!cosignature) return failed(peer, cosignature.error().message);
    if (!peer.state.problem.empty() && options_.warn)
        options_.warn("witness " + peer.witness.name + " cosigns again");
    peer.known = round.head.size;
    peer.state.size = round.head.size.value;
    peer.state.cosigned_at = clock_.now();
    peer.state.problem.clear();
    peer.failures_in_a_row = 0;
    ++peer.state.cosignatures;
    if (const std::optional<Cosigned> news = rounds_.add(round.number, *cosignature))
        if (options_.cosigned) options_.cosigned(*news);
    return Outcome::kCosigned;
}

Outcome Client::Impl::failed(Peer& peer, const std::string& problem) {
    if (stopped_) return Outcome::kFailed;
    ++peer.state.failures;
    if (peer.state.problem.empty() && options_.warn)
        options_.warn("witness " + peer.witness.name + " does not cosign: " + problem);
    peer.state.problem = problem;
    const milliseconds first(options_.backoff_ms);
    const unsigned doublings = std::min(peer.failures_in_a_row++, 6u);
    peer.backoff = std::min(first * (1 << doublings), kBackoffMax);
    return Outcome::kFailed;
}

void Client::Impl::stop() {
    if (std::exchange(stopped_, true)) return;
    round_timer_.cancel();
    for (const std::shared_ptr<Peer>& peer : peers_) {
        peer->wake.cancel();
        peer->link.close();
    }
    provers_.join();
}

Result<std::unique_ptr<Client>> Client::start(asio::io_context& io, ClientOptions options,
                                              Clock& clock) {
    auto impl = std::make_shared<Impl>(io, std::move(options), clock);
    if (Status connected = impl->connect_peers(); !connected) return connected.error();
    return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() { impl_->stop(); }
void Client::head(const tlog::TreeHead& head, std::string note) {
    impl_->head(head, std::move(note));
}
bool Client::settled() const { return impl_->settled(); }
bool Client::reached() const { return impl_->reached(); }
std::vector<PeerState> Client::peers() const { return impl_->peers(); }
void Client::trust(std::vector<tlog::VerifierKey> logs) {
    OVERLORD_ASSERT(!logs.empty());
    impl_->trust(std::move(logs));
}
void Client::stop() { impl_->stop(); }

}  // namespace overlord::witness
