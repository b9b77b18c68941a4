#include "lsp_gate.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace overlord::ctl {
namespace {

constexpr int kDescriptor = 3;  // of the process's end of the socket
constexpr std::size_t kChunkBytes = 1 << 16;

using evaluate::MessageType;

Status send_all(int descriptor, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return io_error("ask the gate", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
}

GateAnswer answer_of(std::uint8_t type, ByteView payload) {
    GateAnswer answer;
    if (type == static_cast<std::uint8_t>(MessageType::kLoaded)) {
        auto loaded = evaluate::decode_loaded(payload);
        if (loaded) answer.diagnostics = std::move(loaded->diagnostics);
        if (!loaded) answer.failure = loaded.error().message;
    } else if (type == static_cast<std::uint8_t>(MessageType::kLoadFailed)) {
        auto failed = evaluate::decode_load_failed(payload);
        if (failed) answer.diagnostics = std::move(failed->diagnostics);
        if (!failed) answer.failure = failed.error().message;
    } else {
        const auto text = evaluate::decode_text(payload);
        answer.failure = text ? *text : text.error().message;
    }
    return answer;
}

}  // namespace

Status LspGate::start() {
    const Result<Path> program = pipeline::sibling_program("overlord-engine");
    if (!program) return program.error();
    auto ends = pipeline::socket_pair();
    if (!ends) return ends.error();
    auto process = pipeline::ChildProcess::start(
        *program, {"--gate", "--fd", std::to_string(kDescriptor)},
        {{ends->second.get(), kDescriptor}});
    if (!process) return process.error();
    process_.emplace(std::move(*process));
    socket_ = std::move(ends->first);
    received_.clear();
    return {};
}

Status LspGate::check(const std::vector<prolog::SourceFile>& files) {
    if (!process_) {
        if (Status started = start(); !started) return started;
    }
    evaluate::LoadMessage message;
    for (const prolog::SourceFile& file : files) message.files.push_back({file.name, file.text});
    const Bytes frame = evaluate::frame(static_cast<std::uint8_t>(MessageType::kLoad),
                                        evaluate::encode(message));
    if (Status sent = send_all(socket_.get(), frame); !sent) {
        (void)gone();
        return sent;
    }
    busy_ = true;
    return {};
}

std::optional<GateAnswer> LspGate::receive() {
    std::uint8_t chunk[kChunkBytes];
    const ssize_t count = ::recv(socket_.get(), chunk, sizeof chunk, 0);
    if (count < 0 && errno == EINTR) return std::nullopt;
    if (count <= 0) return gone();
    received_.insert(received_.end(), chunk, chunk + count);
    if (received_.size() < evaluate::kFrameHeaderBytes) return std::nullopt;
    const ByteView bytes(received_);
    const auto header = evaluate::decode_frame_header(bytes.first(evaluate::kFrameHeaderBytes));
    if (!header) return gone();
    const std::size_t whole = evaluate::kFrameHeaderBytes + header->length;
    if (received_.size() < whole) return std::nullopt;
    GateAnswer answer =
        answer_of(header->type, bytes.subspan(evaluate::kFrameHeaderBytes, header->length));
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(whole));
    busy_ = false;
    return answer;
}

GateAnswer LspGate::gone() {
    GateAnswer answer;
    answer.failure = "the gate ended";
    if (process_) {
        process_->kill();
        answer.failure += " (" + process_->wait() + ")";
    }
    process_.reset();
    socket_ = FileHandle();
    busy_ = false;
    return answer;
}

}  // namespace overlord::ctl
