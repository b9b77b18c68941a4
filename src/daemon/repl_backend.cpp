#include "repl_backend.hpp"

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "overlord/pipeline/child_process.hpp"

namespace overlord::daemon {
namespace {

namespace asio = boost::asio;
using evaluate::WorkerMessage;

// More than the output limit of a goal in one message is a broken worker.
constexpr std::size_t kWorkerFrameBytesMax = std::size_t{4} << 20;

// Goals about it are told where in the log their answer stands.
constexpr std::string_view kComplianceGoal = "zk_overlords_compliant";

// One socket to a worker process: frames in, frames out, both without blocking.
class FrameLink : public std::enable_shared_from_this<FrameLink> {
public:
    using OnFrame = std::function<void(WorkerMessage, Bytes)>;
    using OnEnd = std::function<void()>;

    FrameLink(asio::io_context& io, FileHandle ours) : socket_(io) {
        boost::system::error_code error;
        socket_.assign(asio::local::stream_protocol(), ours.release(), error);
    }

    void start(OnFrame on_frame, OnEnd on_end) {
        on_frame_ = std::move(on_frame);
        on_end_ = std::move(on_end);
        read_header();
    }

    void send(WorkerMessage type, ByteView payload) {
        outgoing_.push_back(evaluate::frame(static_cast<std::uint8_t>(type), payload));
        if (outgoing_.size() == 1) write();
    }

    void close() {
        boost::system::error_code error;
        socket_.close(error);  // pending operations end with an error and find no handlers
        on_frame_ = nullptr;
        on_end_ = nullptr;
    }

private:
    void end() {
        if (OnEnd on_end = std::exchange(on_end_, nullptr)) on_end();
    }

    void read_header() {
        asio::async_read(socket_, asio::buffer(header_),
                         [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                             if (error) return self->end();
                             const Result<evaluate::FrameHeader> header =
                                 evaluate::decode_frame_header(self->header_);
                             if (!header || header->length > kWorkerFrameBytesMax)
                                 return self->end();
                             self->payload_.resize(header->length);
                             self->read_payload(static_cast<WorkerMessage>(header->type));
                         });
    }

    void read_payload(WorkerMessage type) {
        asio::async_read(
            socket_, asio::buffer(payload_),
            [self = shared_from_this(), type](boost::system::error_code error, std::size_t) {
                if (error) return self->end();
                if (OnFrame on_frame = self->on_frame_) on_frame(type, std::move(self->payload_));
                if (self->on_frame_) self->read_header();
            });
    }

    void write() {
        asio::async_write(
            socket_, asio::buffer(outgoing_.front()),
            [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                if (error) return;  // the reading side notices the end
                self->outgoing_.pop_front();
                if (!self->outgoing_.empty()) self->write();
            });
    }

    asio::local::stream_protocol::socket socket_;
    std::array<std::uint8_t, evaluate::kFrameHeaderBytes> header_{};
    Bytes payload_;
    std::deque<Bytes> outgoing_;
    OnFrame on_frame_;
    OnEnd on_end_;
};

evaluate::WorkerReply true_reply(std::string value) {
    return {0, std::move(value), ""};
}
evaluate::WorkerReply error_reply(std::string detail) {
    return {4, "", std::move(detail)};
}

}  // namespace

// One goal on its way, from ask() to finished().
class ReplBackend::Question : public std::enable_shared_from_this<Question> {
public:
    Question(ReplBackend& backend, std::shared_ptr<pipeline::ReplSession> session)
        : backend_(backend), session_(std::move(session)) {}

    void ask(std::string goal) {
        Result<std::pair<FileHandle, FileHandle>> answer = pipeline::socket_pair();
        Result<std::pair<FileHandle, FileHandle>> notary = pipeline::socket_pair();
        if (!answer || !notary)
            return fail("no resources for a worker: " + (answer ? notary : answer).error().message);
        about_compliance_ = goal.find(kComplianceGoal) != goal.npos;
        goal_link_ = std::make_shared<FrameLink>(backend_.io_, std::move(answer->first));
        notary_link_ = std::make_shared<FrameLink>(backend_.io_, std::move(notary->first));
        backend_.pipeline_.query(std::move(goal), backend_.limits_, std::move(answer->second),
                                 std::move(notary->second),
                                 [self = shared_from_this()](Result<pipeline::QueryPlace> place) {
                                     self->begin(std::move(place));
                                 });
    }

    void next() { goal_link_->send(WorkerMessage::kNext, {}); }

    // Closing the sockets ends both processes.
    void stop() { finish(); }

private:
    void begin(Result<pipeline::QueryPlace> place) {
        if (!place) return fail(place.error().message);
        place_ = *place;
        if (finished_) return backend_.pipeline_.query_ended(place_.pin);
        begun_ = true;
        goal_link_->start(
            [self = shared_from_this()](WorkerMessage type, Bytes payload) {
                self->on_goal(type, payload);
            },
            [self = shared_from_this()] { self->goal_over(); });
        notary_link_->start(
            [self = shared_from_this()](WorkerMessage type, Bytes payload) {
                self->on_notary(type, payload);
            },
            [self = shared_from_this()] { self->ended("the worker is gone"); });
    }

    // The goal's socket has been read to its end; how its process ended comes from the notary.
    void goal_over() {
        goal_over_ = true;
        if (how_) ended(*how_);
    }

    void on_goal(WorkerMessage type, ByteView payload) {
        ByteReader in(payload);
        switch (type) {
            case WorkerMessage::kSolution:
                return on_solution(in);
            case WorkerMessage::kBindings:
                return with_text(in, [this](std::string text) { bindings_ = std::move(text); });
            case WorkerMessage::kOutput:
                return with_text(in, [this](const std::string& text) { session_->output(text); });
            case WorkerMessage::kFailed:
                tell_position();
                return session_->failed();
            case WorkerMessage::kMissing:
                tell_position();
                return with_text(in, [this](const std::string& text) { session_->missing(text); });
            case WorkerMessage::kError:
                said_error_ = true;
                return with_text(in, [this](const std::string& text) { session_->error(text); });
            case WorkerMessage::kDone:
                done_ = true;
                if (how_) ended(*how_);
                return;
            case WorkerMessage::kAttestation:
                return with_text(in, [this](std::string system) { attest(std::move(system)); });
            case WorkerMessage::kAttestationValid:
                return on_attestation_valid(in);
            case WorkerMessage::kCommitment:
                return on_commitment(in);
            case WorkerMessage::kZkproof:
                return with_text(in, [this](const std::string& digest) { verify(digest); });
            default:
                return ended("the worker sent a message out of turn");
        }
    }

    template <class Use>
    void with_text(ByteReader& in, Use use) {
        Result<std::string> text = in.text();
        if (!text) return ended("the worker sent a broken message");
        use(std::move(*text));
    }

    void on_solution(ByteReader& in) {
        Result<std::uint8_t> more = in.u8();
        if (!more) return ended("the worker sent a broken message");
        with_text(in, [&](std::string text) {
            tell_position();
            session_->solution({std::move(text), std::exchange(bindings_, {}), *more != 0});
        });
    }

    // What the compliance of a system is worth depends on how far the log has come with it.
    void tell_position() {
        if (!about_compliance_ && attested_.empty()) return;
        const auto covering = [this](const pipeline::LogHead& head) {
            return head.records > place_.record.value ? std::optional(head.size.value)
                                                      : std::nullopt;
        };
        session_->position({place_.record.value, covering(backend_.heads_.published()),
                            covering(backend_.heads_.witnessed())});
    }

    void reply(const evaluate::WorkerReply& reply) {
        if (!finished_) goal_link_->send(WorkerMessage::kReply, evaluate::encode(reply));
    }

    // The claim comes from the notary's untouched copy of the state, never from the goal's process.
    void attest(std::string system) {
        attested_ = std::move(system);
        notary_link_->send(WorkerMessage::kNotaryClaim, evaluate::encode_text(attested_));
    }

    void on_notary(WorkerMessage type, ByteView payload) {
        if (type == WorkerMessage::kEnded) {
            const Result<std::string> how = evaluate::decode_text(payload);
            how_ = how ? *how : "for a reason that cannot be read";
            // Its last words may still be on their way over the other socket.
            if (done_ || goal_over_) ended(*how_);
            return;
        }
        if (type != WorkerMessage::kNotaryClaimText)
            return ended("the notary sent a message out of turn");
        Result<evaluate::ClaimTextMessage> claim = evaluate::decode_claim_text(payload);
        if (!claim) return ended("the notary sent a broken message");
        if (!claim->known)
            return reply(error_reply("system " + attested_ + " has never been seen"));
        backend_.pipeline_.attest(attested_, std::move(claim->claim), place_,
                                  [self = shared_from_this()](Result<Hash> digest) {
                                      self->reply(digest ? true_reply(to_hex(*digest))
                                                         : error_reply(digest.error().message));
                                  });
    }

    void on_attestation_valid(ByteReader& in) {
        Result<std::string> system = in.text();
        Result<std::string> text = system ? in.text() : Result<std::string>(system.error());
        if (!text) return ended("the worker sent a broken message");
        Result<Hash> digest = hash_from_hex(*text);
        if (!digest) return reply({1, "", ""});
        backend_.pipeline_.attestation_valid(
            std::move(*system), *digest, [self = shared_from_this()](Result<bool> valid) {
                if (!valid) return self->reply(error_reply(valid.error().message));
                self->reply({static_cast<std::uint8_t>(*valid ? 0 : 1), "", ""});
            });
    }

    void on_commitment(ByteReader& in) {
        Result<std::uint64_t> record = in.u64();
        if (!record) return ended("the worker sent a broken message");
        backend_.pipeline_.commitment(
            RecordIndex{*record}, [self = shared_from_this()](Result<Hash> commitment) {
                self->reply(commitment ? true_reply(to_hex(*commitment))
                                       : error_reply(commitment.error().message));
            });
    }

    void verify(const std::string& text) {
        const Result<Hash> digest = hash_from_hex(text);
        if (!digest) return reply(error_reply("a digest has 64 hexadecimal digits"));
        backend_.zk_.check(*digest, [self = shared_from_this()](std::string term) {
            self->reply(true_reply(std::move(term)));
        });
    }

    void ended(const std::string& how) {
        if (finished_) return;
        if (!done_ && !said_error_) session_->error(how.empty() ? "the worker ended early" : how);
        finish();
    }

    void fail(const std::string& message) {
        if (finished_) return;
        session_->error(message);
        finish();
    }

    void finish() {
        if (std::exchange(finished_, true)) return;
        if (goal_link_) goal_link_->close();
        if (notary_link_) notary_link_->close();
        if (begun_) backend_.pipeline_.query_ended(place_.pin);
        backend_.forget(session_.get());
        session_->finished();
    }

    ReplBackend& backend_;
    std::shared_ptr<pipeline::ReplSession> session_;
    std::shared_ptr<FrameLink> goal_link_, notary_link_;
    pipeline::QueryPlace place_;
    std::string bindings_;  // of the solution that comes next
    std::string attested_;
    bool about_compliance_ = false;
    std::optional<std::string> how_;  // the worker ended, as the notary told
    bool begun_ = false, goal_over_ = false, done_ = false, said_error_ = false, finished_ = false;
};

void ReplBackend::ask(std::string goal, const std::shared_ptr<pipeline::ReplSession>& session) {
    auto question = std::make_shared<Question>(*this, session);
    questions_[session.get()] = question;
    question->ask(std::move(goal));
}

void ReplBackend::next(pipeline::ReplSession& session) {
    const auto found = questions_.find(&session);
    if (found != questions_.end()) found->second->next();
}

void ReplBackend::stop(pipeline::ReplSession& session) {
    const auto found = questions_.find(&session);
    if (found == questions_.end()) return;
    const std::shared_ptr<Question> kept = found->second;  // finish() removes it from the map
    kept->stop();
}

}  // namespace overlord::daemon
