#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

namespace overlord::engine::testing {

using evaluate::MessageType;
using evaluate::WorkerMessage;

namespace {

template <class E>
std::uint8_t code(E type) {
    return static_cast<std::uint8_t>(type);
}

}  // namespace

std::pair<FileHandle, FileHandle> make_pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const timeval limit{20, 0};
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return {FileHandle(ends[0]), FileHandle(ends[1])};
}

void Peer::send(std::uint8_t type, ByteView payload, const std::vector<int>& descriptors) {
    Bytes bytes = evaluate::frame(type, payload);
    std::size_t done = 0;
    while (done < bytes.size()) {
        iovec part{bytes.data() + done, bytes.size() - done};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
        if (done == 0 && !descriptors.empty()) {
            message.msg_control = control;
            message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
            cmsghdr* head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
            std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size() * sizeof(int));
        }
        const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
        if (sent <= 0) return;  // the peer is gone: the next receive says so
        done += static_cast<std::size_t>(sent);
    }
}

bool Peer::read_all(std::uint8_t* to, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::recv(socket_.get(), to, size, 0);
        if (got <= 0) return false;
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::optional<Frame> Peer::receive() {
    std::uint8_t head[evaluate::kFrameHeaderBytes];
    if (!read_all(head, sizeof head)) return std::nullopt;
    const auto header = evaluate::decode_frame_header(head);
    REQUIRE(header);
    Frame frame{header->type, Bytes(header->length)};
    if (!read_all(frame.payload.data(), frame.payload.size())) return std::nullopt;
    return frame;
}

std::vector<evaluate::NamedText> packs() {
    std::vector<evaluate::NamedText> files;
    const std::filesystem::path folder = std::string(OVERLORD_SOURCE_DIR) + "/rules";
    const auto names = list_files(folder);
    REQUIRE(names);
    for (const std::string& name : *names) {
        if (!name.ends_with(".pl")) continue;
        files.push_back({name, read_text_file(folder / name).value()});
    }
    return files;
}

Engine::Engine() {
    auto [ours, theirs] = make_pair();
    marker_file_ = FileHandle(::memfd_create("marker", MFD_CLOEXEC));
    REQUIRE(::ftruncate(marker_file_.get(), sizeof(evaluate::Marker)) == 0);
    void* at = ::mmap(nullptr, sizeof(evaluate::Marker), PROT_READ | PROT_WRITE, MAP_SHARED,
                      marker_file_.get(), 0);
    REQUIRE(at != MAP_FAILED);
    marker_ = static_cast<evaluate::Marker*>(at);
    const std::string program = std::string(OVERLORD_BIN_DIR) + "/overlord-engine";
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
        // Out of the way of 3 and 4 first, then there without close-on-exec.
        const int socket = ::fcntl(theirs.get(), F_DUPFD, 10);
        const int marker = ::fcntl(marker_file_.get(), F_DUPFD, 10);
        ::dup2(socket, 3);
        ::dup2(marker, 4);
        ::close(socket);
        ::close(marker);
        ::execl(program.c_str(), program.c_str(), "--fd", "3", "--marker-fd", "4", nullptr);
        ::_exit(127);
    }
    peer_ = Peer(std::move(ours));
}

Engine::~Engine() {
    peer_.close();
    if (id_ > 0) {
        ::kill(id_, SIGKILL);
        (void)wait();
    }
    ::munmap(marker_, sizeof(evaluate::Marker));
}

int Engine::wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Frame Engine::ask(MessageType type, ByteView payload) {
    peer_.send(code(type), payload);
    std::optional<Frame> answer = peer_.receive();
    REQUIRE(answer.has_value());
    return *answer;
}

void Engine::load(const std::vector<evaluate::NamedText>& files, evaluate::ClockSource clock) {
    evaluate::LoadMessage message;
    message.files = files;
    message.config.clock = clock;
    const Frame answer = ask(MessageType::kLoad, evaluate::encode(message));
    REQUIRE(answer.type == code(MessageType::kLoaded));
}

evaluate::Outcome Engine::feed(const std::vector<std::string>& lines) {
    std::vector<evaluate::Item> items;
    for (const std::string& line : lines) {
        items.push_back({evaluate::Item::Kind::kEvent, line, "", ""});
    }
    return feed_items(std::move(items));
}

evaluate::Outcome Engine::feed_items(std::vector<evaluate::Item> items, TimeNs at) {
    const evaluate::Batch batch{++batches_, at, std::move(items)};
    const Frame answer = ask(MessageType::kBatch, evaluate::encode(batch));
    REQUIRE(answer.type == code(MessageType::kOutcome));
    return evaluate::decode_outcome(answer.payload).value();
}

Query::Query(Engine& engine, const std::string& goal, evaluate::QueryLimits limits) {
    auto [answers, worker_answers] = make_pair();
    auto [notary, worker_notary] = make_pair();
    const evaluate::QueryMessage message{1, goal, limits};
    engine.peer().send(code(MessageType::kQuery), evaluate::encode(message),
                       {worker_answers.get(), worker_notary.get()});
    answers_ = Peer(std::move(answers));
    notary_ = Peer(std::move(notary));
}

Frame Query::next() {
    std::optional<Frame> frame = answers_.receive();
    return frame ? *frame : Frame{0, {}};
}

void Query::say(WorkerMessage type, ByteView payload) {
    answers_.send(code(type), payload);
}

std::vector<std::string> Query::all(bool want_more) {
    static const std::map<std::uint8_t, std::string> letters = {
        {code(WorkerMessage::kOutput), "O "},
        {code(WorkerMessage::kMissing), "M "},
        {code(WorkerMessage::kError), "E "},
        {code(WorkerMessage::kBindings), "B "}};
    std::vector<std::string> texts;
    for (Frame frame = next(); frame.type != 0; frame = next()) {
        if (frame.type == code(WorkerMessage::kDone)) break;
        if (frame.type == code(WorkerMessage::kSolution)) {
            const bool more = frame.payload[0] != 0;
            texts.push_back("S " +
                            evaluate::decode_text(ByteView(frame.payload).subspan(1)).value());
            if (more) say(want_more ? WorkerMessage::kNext : WorkerMessage::kStop);
        } else if (frame.type == code(WorkerMessage::kFailed)) {
            texts.push_back("F");
        } else if (letters.contains(frame.type)) {
            texts.push_back(letters.at(frame.type) + evaluate::decode_text(frame.payload).value());
        } else {
            texts.push_back("? " + std::to_string(frame.type));
            break;
        }
    }
    return texts;
}

std::string Query::ended() {
    const std::optional<Frame> frame = notary_.receive();
    if (!frame || frame->type != code(WorkerMessage::kEnded)) return "nothing";
    return evaluate::decode_text(frame->payload).value();
}

evaluate::ClaimTextMessage Query::claim(const std::string& system) {
    notary_.send(code(WorkerMessage::kNotaryClaim), evaluate::encode_text(system));
    for (;;) {
        const std::optional<Frame> frame = notary_.receive();
        REQUIRE(frame.has_value());
        if (frame->type == code(WorkerMessage::kNotaryClaimText)) {
            return evaluate::decode_claim_text(frame->payload).value();
        }
    }
}

std::string event_line(const std::string& type, TimeNs time, const std::string& data,
                       const std::string& system) {
    static int number = 0;
    return "{\"specversion\":\"1.0\",\"id\":\"e" + std::to_string(number++) +
           "\",\"source\":\"//src\",\"type\":\"" + type + "\",\"subject\":\"" + system +
           "\",\"time\":\"" + format_rfc3339(time) + "\",\"data\":" + data + "}";
}

}  // namespace overlord::engine::testing
