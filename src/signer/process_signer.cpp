#include "overlord/signer/process_signer.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "protocol.hpp"

namespace overlord::signer {
namespace {

constexpr int kChildDescriptor = 3;

// What posix_spawn wants to know; destroyed on every way out.
struct SpawnPlan {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    explicit SpawnPlan(int child_end) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, child_end, kChildDescriptor);
        posix_spawnattr_init(&attributes);
        // The daemon blocks signals in its threads; the child begins with none blocked.
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
};

std::vector<std::string> arguments_of(const ProcessOptions& options) {
    std::vector<std::string> arguments{options.program.string(),
                                       "--keys",
                                       options.signer.directory.string(),
                                       "--origin",
                                       options.signer.origin,
                                       "--fd",
                                       std::to_string(kChildDescriptor)};
    const SignerOptions& signer = options.signer;
    if (signer.creation == Creation::kIfAbsent) arguments.emplace_back("--create");
    if (signer.place == Place::kFree) arguments.emplace_back("--any-place");
    // Names of files, never what is in them.
    const std::pair<const char*, std::string> named[] = {
        {"--source", signer.source},
        {"--credentials", signer.stores.credentials.string()},
        {"--passphrase", signer.stores.passphrase.string()},
        {"--pkcs11-module", signer.stores.token.module.string()},
        {"--pkcs11-token", signer.stores.token.name},
        {"--pkcs11-pin", signer.stores.token.pin.string()},
    };
    for (const auto& [name, value] : named) {
        if (!value.empty()) arguments.insert(arguments.end(), {name, value});
    }
    return arguments;
}

Error bad_answer() {
    return Error{"signer.protocol", "an answer of the signer is malformed", ErrorClass::kFatal};
}

}  // namespace

Result<std::unique_ptr<ProcessSigner>> ProcessSigner::start(ProcessOptions options) {
    std::unique_ptr<ProcessSigner> signer(new ProcessSigner(std::move(options)));
    if (Status launched = signer->launch(); !launched) return std::move(launched).error();
    // A signer that is started again must find the key that it made the first time.
    signer->options_.signer.creation = Creation::kRefuse;
    return signer;
}

ProcessSigner::~ProcessSigner() { stop(); }

void ProcessSigner::stop() {
    channel_ = FileHandle();
    if (process_ < 0) return;
    // Its files are whole at any instant, so that there is nothing to wait for.
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
}

Status ProcessSigner::launch() {
    Status started = spawn();
    if (started) started = read_greeting();
    if (started && epoch_ > 0) started = begin_again();
    if (!started) stop();
    return started;
}

Status ProcessSigner::spawn() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return io_error("make the signer's channel", errno);
    }
    channel_ = FileHandle(ends[0]);
    const FileHandle child_end(ends[1]);
    const timeval timeout{options_.timeout_ms / 1000, options_.timeout_ms % 1000 * 1000};
    if (::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0 ||
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0) {
        return io_error("set the signer's timeout", errno);
    }
    std::vector<std::string> arguments = arguments_of(options_);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const SpawnPlan plan(ends[1]);
    const int failure = ::posix_spawn(&process_, options_.program.c_str(), &plan.actions,
                                      &plan.attributes, pointers.data(), environ);
    if (failure == 0) return {};
    process_ = -1;
    return io_error("start " + options_.program.string(), failure);
}

Status ProcessSigner::read_greeting() {
    const Result<Bytes> frame = receive_frame(channel_);
    if (!frame) return frame.error();
    const Result<Bytes> content = decode_answer(*frame);
    if (!content) return content.error();
    ByteReader reader(*content);
    const Result<std::string> text = reader.text();
    if (!text || !reader.empty()) return bad_answer();
    Result<tlog::Roster> roster = tlog::parse_roster(*text);
    if (!roster) return bad_answer();
    // The keys that the callers were told do not change under them. A signer that died in the
    // middle of a change may have made it durable: it is due then, and nobody was told.
    if (!roster_.keys.empty() && roster->signing() != roster_.signing() && roster->due().empty()) {
        return Error{"signer.changed", "the signer came back with other keys", ErrorClass::kFatal};
    }
    roster_ = *std::move(roster);
    return {};
}

// A signer that was started again signs nothing before its start is judged again.
Status ProcessSigner::begin_again() {
    Result<Bytes> answer = exchange(encode_begin({epoch_, {}}));
    if (!answer) return std::move(answer).error();
    return {};
}

const tlog::VerifierKey& ProcessSigner::verifier() const { return roster_.newest_active()->key; }

std::vector<tlog::VerifierKey> ProcessSigner::verifiers() const { return roster_.signing(); }

std::vector<tlog::VerifierKey> ProcessSigner::verifiers_so_far() const { return roster_.all(); }

Result<Bytes> ProcessSigner::exchange(const Bytes& request) {
    Status sent = send_frame(channel_, request);
    if (!sent) return std::move(sent).error();
    const Result<Bytes> frame = receive_frame(channel_);
    if (!frame) return frame.error();
    return decode_answer(*frame);
}

Result<Bytes> ProcessSigner::ask(const Bytes& request) {
    if (channel_.open()) {
        Result<Bytes> answer = exchange(request);
        const bool lost = !answer && (answer.error().code == "signer.gone" ||
                                      answer.error().code == "signer.timeout");
        if (!lost) return answer;
        stop();
        // After silence the caller decides; after a death the signer is started again at once.
        if (answer.error().code == "signer.timeout") return answer;
    }
    if (Status launched = launch(); !launched) return std::move(launched).error();
    Result<Bytes> answer = exchange(request);
    if (!answer && answer.error().code == "signer.gone") stop();
    return answer;
}

Result<tlog::TreeHead> ProcessSigner::last() {
    const Result<Bytes> answer = ask(encode_bare(RequestKind::kLast));
    if (!answer) return answer.error();
    ByteReader reader(*answer);
    const Result<tlog::TreeHead> head = take_head(reader);
    if (!head || !reader.empty()) return bad_answer();
    return head;
}

Result<tlog::SignerStart> ProcessSigner::begin(const tlog::LogMemory& memory) {
    const Result<Bytes> answer = ask(encode_begin(memory));
    if (!answer) return answer.error();
    ByteReader reader(*answer);
    const Result<std::uint64_t> epoch = reader.u64();
    const Result<std::uint64_t> adopted = reader.u64();
    if (!epoch || !adopted || !reader.empty()) return bad_answer();
    epoch_ = *epoch;
    return tlog::SignerStart{*epoch, *adopted};
}

Status ProcessSigner::take_roster(const Bytes& request) {
    const Result<Bytes> answer = ask(request);
    if (!answer) return answer.error();
    ByteReader reader(*answer);
    const Result<std::string> text = reader.text();
    if (!text || !reader.empty()) return bad_answer();
    Result<tlog::Roster> roster = tlog::parse_roster(*text);
    if (!roster) return bad_answer();
    roster_ = *std::move(roster);
    return {};
}

Result<tlog::VerifierKey> ProcessSigner::add(const AddKey& request) {
    if (Status added = take_roster(encode_add(request)); !added) return std::move(added).error();
    return roster_.keys.back().key;
}

Status ProcessSigner::retire(const tlog::VerifierKey& key) {
    return take_roster(encode_retire(key));
}

Status ProcessSigner::log_told() { return take_roster(encode_bare(RequestKind::kLogTold)); }

Result<std::string> ProcessSigner::sign(const tlog::Checkpoint& checkpoint,
                                        const tlog::Proof& consistency) {
    OVERLORD_ASSERT(checkpoint.extensions.empty());
    const Result<Bytes> answer = ask(encode_sign({checkpoint, consistency}));
    if (!answer) return answer.error();
    ByteReader reader(*answer);
    Result<std::string> note = reader.text();
    if (!note || !reader.empty()) return bad_answer();
    return note;
}

}  // namespace overlord::signer
