#include "overlord/pipeline/engine_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace overlord::pipeline {
namespace {

using evaluate::MessageType;

constexpr int kSocketInChild = 3;
constexpr int kMarkerInChild = 4;
constexpr std::size_t kDescriptorsMax = 2;  // of one message: a query's

Error died(const std::string& why) {
    return Error{"engine.died", "the engine ended: " + why, ErrorClass::kRetry};
}

// MSG_NOSIGNAL: a dead engine is an error to handle, not a SIGPIPE.
Status send_all(int socket, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return died(std::string("send: ") + ::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
}

Status receive_all(int socket, std::span<std::uint8_t> into) {
    while (!into.empty()) {
        const ssize_t got = ::recv(socket, into.data(), into.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return died(std::string("receive: ") + ::strerror(errno));
        if (got == 0) return died("its socket is closed");
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

// The first byte carries the descriptors; the rest follows as usual.
Status send_with_descriptors(int socket, ByteView bytes, std::span<const int> descriptors) {
    OVERLORD_ASSERT(descriptors.size() <= kDescriptorsMax);
    iovec part{const_cast<std::uint8_t*>(bytes.data()), 1};
    alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorsMax * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    for (;;) {
        const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent == 1) return send_all(socket, bytes.subspan(1));
        if (sent < 0 && errno != EINTR) return died(std::string("send: ") + ::strerror(errno));
    }
}

Result<evaluate::Marker*> map_marker(const Path& path, FileHandle& file) {
    Result<FileHandle> opened = open_file(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!opened) return with_context(std::move(opened).error(), "crash marker");
    file = std::move(*opened);
    if (::ftruncate(file.get(), sizeof(evaluate::Marker)) != 0)
        return io_error("size " + path.string(), errno);
    void* mapped = ::mmap(nullptr, sizeof(evaluate::Marker), PROT_READ | PROT_WRITE, MAP_SHARED,
                          file.get(), 0);
    if (mapped == MAP_FAILED) return io_error("map " + path.string(), errno);
    return static_cast<evaluate::Marker*>(mapped);
}

}  // namespace

Result<EngineProcess> EngineProcess::start(const Path& marker_path,
                                           const evaluate::LoadMessage& load) {
    Result<Path> program = sibling_program("overlord-engine");
    if (!program) return program.error();
    Result<std::pair<FileHandle, FileHandle>> sockets = socket_pair();
    if (!sockets) return sockets.error();
    FileHandle marker_file;
    Result<evaluate::Marker*> marker = map_marker(marker_path, marker_file);
    if (!marker) return marker.error();
    Result<ChildProcess> child = ChildProcess::start(
        *program,
        {"--fd", std::to_string(kSocketInChild), "--marker-fd", std::to_string(kMarkerInChild)},
        {{sockets->second.get(), kSocketInChild}, {marker_file.get(), kMarkerInChild}});
    EngineProcess engine(child ? std::move(*child) : ChildProcess(), std::move(sockets->first),
                         *marker);
    if (!child) return child.error();
    sockets->second = FileHandle();  // only the engine's end stays open, so that its death is seen

    Status written = engine.write(MessageType::kLoad, evaluate::encode(load));
    if (!written) return with_context(std::move(written).error(), "load the rules");
    Result<Message> answer = read(engine.socket_);
    if (!answer) return with_context(std::move(answer).error(), "load the rules");
    if (answer->type == MessageType::kLoadFailed) {
        Result<evaluate::LoadFailedMessage> failed = evaluate::decode_load_failed(answer->payload);
        if (!failed) return failed.error();
        return Error{"rules.refused", to_text(failed->diagnostics), ErrorClass::kReject};
    }
    if (answer->type != MessageType::kLoaded)
        return died("it answered a load with another message");
    Result<evaluate::LoadedMessage> loaded = evaluate::decode_loaded(answer->payload);
    if (!loaded) return loaded.error();
    engine.loaded_ = std::move(*loaded);
    return engine;
}

EngineProcess::EngineProcess(EngineProcess&& other) noexcept
    : child_(std::move(other.child_)),
      socket_(std::move(other.socket_)),
      marker_(std::exchange(other.marker_, nullptr)),
      loaded_(std::move(other.loaded_)) {}

EngineProcess& EngineProcess::operator=(EngineProcess&& other) noexcept {
    if (this == &other) return *this;
    if (marker_ != nullptr) ::munmap(marker_, sizeof(evaluate::Marker));
    child_ = std::move(other.child_);
    socket_ = std::move(other.socket_);
    marker_ = std::exchange(other.marker_, nullptr);
    loaded_ = std::move(other.loaded_);
    return *this;
}

EngineProcess::~EngineProcess() {
    if (marker_ != nullptr) ::munmap(marker_, sizeof(evaluate::Marker));
}

Status EngineProcess::write(MessageType type, ByteView payload) {
    return send_all(socket_.get(), evaluate::frame(static_cast<std::uint8_t>(type), payload));
}

Result<EngineProcess::Message> EngineProcess::read(const FileHandle& socket) {
    std::array<std::uint8_t, evaluate::kFrameHeaderBytes> bytes;
    if (Status got = receive_all(socket.get(), bytes); !got) return got.error();
    Result<evaluate::FrameHeader> header = evaluate::decode_frame_header(bytes);
    if (!header) return header.error();
    Message message{static_cast<MessageType>(header->type), Bytes(header->length)};
    if (Status got = receive_all(socket.get(), message.payload); !got) return got.error();
    if (message.type == MessageType::kFatal) {
        Result<std::string> reason = evaluate::decode_text(message.payload);
        return died(reason ? *reason : "for a reason that cannot be read");
    }
    return message;
}

Result<EngineProcess::Message> EngineProcess::expect(MessageType type) {
    Result<Message> message = read(socket_);
    if (message && message->type != type)
        return died("it sent message " + std::to_string(static_cast<int>(message->type)) +
                    " out of turn");
    return message;
}

Status EngineProcess::send(const evaluate::Batch& batch) {
    return write(MessageType::kBatch, evaluate::encode(batch));
}

Result<evaluate::Outcome> EngineProcess::receive() {
    Result<Message> message = expect(MessageType::kOutcome);
    if (!message) return message.error();
    return evaluate::decode_outcome(message->payload);
}

Result<evaluate::RestoredMessage> EngineProcess::restore(ByteView snapshot) {
    if (Status sent = write(MessageType::kRestore, snapshot); !sent) return sent.error();
    Result<Message> message = expect(MessageType::kRestored);
    if (!message) return message.error();
    return evaluate::decode_restored(message->payload);
}

Result<evaluate::Snapshot> EngineProcess::snapshot() {
    if (Status sent = write(MessageType::kTakeSnapshot, {}); !sent) return sent.error();
    Result<Message> message = expect(MessageType::kSnapshot);
    if (!message) return message.error();
    return evaluate::decode_snapshot(message->payload);
}

Result<FileHandle> EngineProcess::snapshot_aside() {
    Result<std::pair<FileHandle, FileHandle>> sockets = socket_pair();
    if (!sockets) return sockets.error();
    const Bytes bytes =
        evaluate::frame(static_cast<std::uint8_t>(MessageType::kSnapshotAside), {});
    const std::array descriptors{sockets->second.get()};
    if (Status sent = send_with_descriptors(socket_.get(), bytes, descriptors); !sent)
        return sent.error();
    return std::move(sockets->first);
}

Result<evaluate::Snapshot> EngineProcess::read_snapshot(const FileHandle& aside) {
    Result<Message> message = read(aside);
    if (!message) return message.error();
    if (message->type != MessageType::kSnapshot) return died("it sent no snapshot");
    return evaluate::decode_snapshot(message->payload);
}

Result<evaluate::ClaimTextMessage> EngineProcess::claim(std::string_view system) {
    if (Status sent = write(MessageType::kClaim, evaluate::encode_text(system)); !sent)
        return sent.error();
    Result<Message> message = expect(MessageType::kClaimText);
    if (!message) return message.error();
    return evaluate::decode_claim_text(message->payload);
}

Status EngineProcess::query(const evaluate::QueryMessage& query, int answer, int notary) {
    const Bytes bytes =
        evaluate::frame(static_cast<std::uint8_t>(MessageType::kQuery), evaluate::encode(query));
    return send_with_descriptors(socket_.get(), bytes, std::array{answer, notary});
}

evaluate::Marker EngineProcess::marker() const {
    evaluate::Marker copy;
    std::memcpy(&copy, marker_, sizeof copy);
    return copy;
}

std::string EngineProcess::end() {
    socket_ = FileHandle();
    child_.kill();
    return child_.wait();
}

std::string to_text(const std::vector<evaluate::LoadDiagnostic>& diagnostics) {
    std::string text;
    for (const evaluate::LoadDiagnostic& diagnostic : diagnostics) {
        if (!text.empty()) text += '\n';
        text += diagnostic.file;
        if (diagnostic.line != 0)
            text += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
        text += ": " + diagnostic.severity + "[" + diagnostic.code + "]: " + diagnostic.text;
    }
    return text;
}

}  // namespace overlord::pipeline
