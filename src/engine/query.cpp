#include "query.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox.hpp"

namespace overlord::engine {
namespace {

using evaluate::WorkerMessage;
using evaluate::WorkerReply;

constexpr int kExitDone = 0;
constexpr int kExitFailed = 3;

std::uint8_t code(WorkerMessage type) {
    return static_cast<std::uint8_t>(type);
}

// The worker's wall clock: kills it when it computes for longer than this. It stands still while
// the worker waits for the daemon.
class KillTimer {
public:
    explicit KillTimer(std::uint32_t milliseconds) : milliseconds_(milliseconds) { start(); }
    void start() const { set(milliseconds_); }
    void stop() const { set(0); }

private:
    static void set(std::uint32_t milliseconds) {
        itimerval value{};
        value.it_value.tv_sec = milliseconds / 1'000;
        value.it_value.tv_usec = static_cast<suseconds_t>(milliseconds % 1'000) * 1'000;
        ::setitimer(ITIMER_REAL, &value, nullptr);
    }
    std::uint32_t milliseconds_;
};

// The worker's side of the answer's socket: what the goal says goes out, what it asks comes back.
class Session final : public prolog::AnswerSink, public prolog::Host {
public:
    Session(evaluate::Evaluator& evaluator, Channel answers, const evaluate::QueryLimits& limits)
        : evaluator_(evaluator),
          answers_(std::move(answers)),
          timer_(limits.solution_ms),
          bytes_left_(limits.output_bytes) {}

    bool solution(const std::string& text, bool more) override {
        Bytes payload;
        payload.push_back(more ? 1 : 0);
        put_text(payload, text);
        say(WorkerMessage::kSolution, payload);
        if (!more) return false;
        return hear().type == code(WorkerMessage::kNext);
    }
    void bindings_json(const std::string& json) override {
        say_text(WorkerMessage::kBindings, json);
    }
    void output(const std::string& text) override { say_text(WorkerMessage::kOutput, text); }
    void failed() override { say(WorkerMessage::kFailed, {}); }
    void missing(const std::string& reason) override { say_text(WorkerMessage::kMissing, reason); }
    void error(const std::string& message) override { say_text(WorkerMessage::kError, message); }
    void done() { say(WorkerMessage::kDone, {}); }

    Found measured(std::string_view system, std::string_view pack, std::string_view measure,
                   prolog::Value& value, std::string& reason) override {
        return evaluator_.measured(system, pack, measure, value, reason);
    }
    std::int64_t now_ns() override { return evaluator_.now_ns(); }
    std::vector<std::string> systems() override { return evaluator_.systems(); }
    std::vector<std::string> levels(std::string_view system) override {
        return evaluator_.levels(system);
    }
    std::vector<prolog::Value> explain(std::string_view system) override {
        return evaluator_.explain(system);
    }
    prolog::Answer system_verdict(std::string_view system) override {
        return evaluator_.system_verdict(system);
    }
    prolog::Answer attestation(std::string_view system) override {
        return ask(WorkerMessage::kAttestation, evaluate::encode_text(system));
    }
    prolog::Answer attestation_valid(std::string_view system, std::string_view digest) override {
        Bytes payload = evaluate::encode_text(system);
        put_text(payload, digest);
        return ask(WorkerMessage::kAttestationValid, payload);
    }
    prolog::Answer commitment(std::int64_t record) override {
        Bytes payload;
        put_u64_le(payload, static_cast<std::uint64_t>(record));
        return ask(WorkerMessage::kCommitment, payload);
    }

    prolog::Answer zkproof_checked(std::string_view digest) override {
        return ask(WorkerMessage::kZkproof, evaluate::encode_text(digest));
    }

private:
    void say_text(WorkerMessage type, const std::string& text) {
        if (text.size() > bytes_left_) {
            say(WorkerMessage::kError, evaluate::encode_text("ERROR: output limit"));
            done();
            ::_exit(kExitDone);
        }
        bytes_left_ -= text.size();
        say(type, evaluate::encode_text(text));
    }

    // A daemon that does not listen, or has gone, ends the worker.
    void say(WorkerMessage type, ByteView payload) {
        timer_.stop();
        if (!answers_.send(code(type), payload)) ::_exit(kExitFailed);
        timer_.start();
    }

    Frame hear() {
        timer_.stop();
        auto frame = answers_.receive();
        if (!frame || !*frame) ::_exit(kExitFailed);
        timer_.start();
        return std::move(**frame);
    }

    prolog::Answer ask(WorkerMessage type, ByteView payload) {
        say(type, payload);
        const Frame frame = hear();
        if (frame.type == code(WorkerMessage::kStop)) ::_exit(kExitDone);
        const auto reply = evaluate::decode_worker_reply(frame.payload);
        if (frame.type != code(WorkerMessage::kReply) || !reply) ::_exit(kExitFailed);
        prolog::Answer answer;
        switch (reply->outcome) {
            case 0:
                answer.truth = prolog::Truth::kTrue;
                break;
            case 1:
                answer.truth = prolog::Truth::kFalse;
                break;
            case 2:
                answer.truth = prolog::Truth::kMissing;
                break;
            default:
                break;
        }
        answer.value = prolog::Value::of_atom(reply->value);
        answer.detail = reply->detail;
        return answer;
    }

    evaluate::Evaluator& evaluator_;
    Channel answers_;
    KillTimer timer_;
    std::uint64_t bytes_left_;
};

[[noreturn]] void run_worker(evaluate::Evaluator& evaluator, prolog::Machine& machine,
                             const evaluate::QueryMessage& query, FileHandle answers) {
    ::signal(SIGALRM, SIG_DFL);
    ::signal(SIGXCPU, SIG_DFL);
    Session session(evaluator, Channel(std::move(answers)), query.limits);
    if (const Status closed = close_worker(query.limits); !closed) {
        session.error("ERROR: " + closed.error().message);
        ::_exit(kExitFailed);
    }
    machine.bind(session);
    machine.answer(query.goal, session);
    session.done();
    ::_exit(kExitDone);
}

std::string how_it_ended(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == kExitDone) return "";
    if (WIFEXITED(status) && WEXITSTATUS(status) == prolog::kExitMemory) return "resource limit";
    if (WIFSIGNALED(status)) return "resource limit";
    return "the worker failed";
}

// Serves claims until the daemon closes the notary's socket; tells it how the worker ended.
class Notary {
public:
    Notary(evaluate::Evaluator& evaluator, Channel channel, pid_t worker, FileHandle worker_alive)
        : evaluator_(evaluator),
          channel_(std::move(channel)),
          worker_(worker),
          worker_alive_(std::move(worker_alive)) {}

    void serve() {
        for (;;) {
            pollfd polled[2] = {{channel_.descriptor(), POLLIN, 0}, {worker_alive_.get(), 0, 0}};
            if (::poll(polled, worker_ > 0 ? 2 : 1, -1) < 0) {
                if (errno == EINTR) continue;
                return;
            }
            if (worker_ > 0 && polled[1].revents != 0 && !report_end()) return;
            if (polled[0].revents != 0 && !serve_one()) return;
        }
    }
    ~Notary() {
        if (worker_ > 0) ::kill(worker_, SIGKILL);
    }

private:
    bool report_end() {
        int status = 0;
        while (::waitpid(worker_, &status, 0) < 0 && errno == EINTR) {
        }
        worker_ = -1;
        return channel_
            .send(code(WorkerMessage::kEnded), evaluate::encode_text(how_it_ended(status)))
            .has_value();
    }

    bool serve_one() {
        const auto frame = channel_.receive();
        if (!frame || !*frame || (*frame)->type != code(WorkerMessage::kNotaryClaim)) return false;
        const auto system = evaluate::decode_text((*frame)->payload);
        if (!system) return false;
        evaluate::ClaimTextMessage answer;
        answer.claim = evaluator_.claim(*system);
        answer.known = !answer.claim.empty();
        return channel_.send(code(WorkerMessage::kNotaryClaimText), evaluate::encode(answer))
            .has_value();
    }

    evaluate::Evaluator& evaluator_;
    Channel channel_;
    pid_t worker_;
    FileHandle worker_alive_;  // the end of a pipe whose other end only the worker holds
};

[[noreturn]] void run_notary(evaluate::Evaluator& evaluator, prolog::Machine& machine,
                             const evaluate::QueryMessage& query, FileHandle answers,
                             FileHandle notary) {
    ::signal(SIGCHLD, SIG_DFL);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) ::_exit(kExitFailed);
    FileHandle watched(ends[0]);
    FileHandle held(ends[1]);
    const pid_t worker = ::fork();
    if (worker < 0) ::_exit(kExitFailed);
    if (worker == 0) {
        { const FileHandle closed = std::move(watched); }
        { const FileHandle closed = std::move(notary); }
        run_worker(evaluator, machine, query, std::move(answers));
    }
    { const FileHandle closed = std::move(held); }
    { const FileHandle closed = std::move(answers); }
    Notary(evaluator, Channel(std::move(notary)), worker, std::move(watched)).serve();
    ::_exit(kExitDone);
}

}  // namespace

Status start_query(evaluate::Evaluator& evaluator, prolog::Machine& machine, Channel& engine,
                   const evaluate::QueryMessage& query, FileHandle answers, FileHandle notary) {
    evaluator.prepare_query();
    const pid_t child = ::fork();
    if (child < 0) {
        Error error = io_error("fork", errno);
        error.code = "engine.fork";
        error.kind = ErrorClass::kRetry;
        return error;
    }
    if (child > 0) return {};
    ::close(engine.descriptor());
    run_notary(evaluator, machine, query, std::move(answers), std::move(notary));
}

}  // namespace overlord::engine
