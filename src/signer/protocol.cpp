#include "protocol.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace overlord::signer {
namespace {

Error gone() {
    return Error{"signer.gone", "the other end of the signer's channel is gone",
                 ErrorClass::kRetry};
}

Error too_long() { return Error{"signer.protocol", "a request is too long"}; }

Error socket_error(const char* verb) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return Error{"signer.timeout", "no answer from the signer in time", ErrorClass::kRetry};
    }
    if (errno == EPIPE || errno == ECONNRESET) return gone();
    return io_error(verb, errno);
}

Status send_all(const FileHandle& socket, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return socket_error("send to the signer's channel");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Status receive_all(const FileHandle& socket, std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return socket_error("read the signer's channel");
        if (count == 0) return gone();
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<Hash> take_hash(ByteReader& reader) {
    Hash hash;
    const Result<ByteView> bytes = reader.take(hash.size());
    if (!bytes) return bytes.error();
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
}

}  // namespace

void put_head(Bytes& out, const tlog::TreeHead& head) {
    put_u64_le(out, head.size.value);
    put_bytes(out, head.root);
}

Result<tlog::TreeHead> take_head(ByteReader& reader) {
    const Result<std::uint64_t> size = reader.u64();
    if (!size) return size.error();
    const Result<Hash> root = take_hash(reader);
    if (!root) return root.error();
    return tlog::TreeHead{{*size}, *root};
}

Bytes encode_sign(const SignRequest& request) {
    OVERLORD_ASSERT(request.consistency.size() <= tlog::kProofHashesMax + 1);
    Bytes out{static_cast<std::uint8_t>(RequestKind::kSign)};
    put_text(out, request.checkpoint.origin);
    put_head(out, request.checkpoint.head);
    put_u32_le(out, static_cast<std::uint32_t>(request.consistency.size()));
    for (const Hash& hash : request.consistency) put_bytes(out, hash);
    return out;
}

Result<SignRequest> decode_sign(ByteReader& reader) {
    SignRequest request;
    Result<std::string> origin = reader.text();
    if (!origin) return origin.error();
    request.checkpoint.origin = *std::move(origin);
    const Result<tlog::TreeHead> head = take_head(reader);
    if (!head) return head.error();
    request.checkpoint.head = *head;
    const Result<std::uint32_t> count = reader.u32();
    if (!count) return count.error();
    for (std::uint32_t i = 0; i < *count; ++i) {
        const Result<Hash> hash = take_hash(reader);
        if (!hash) return hash.error();
        request.consistency.push_back(*hash);
    }
    if (!reader.empty()) return too_long();
    return request;
}

Bytes encode_bare(RequestKind kind) { return {static_cast<std::uint8_t>(kind)}; }

Bytes encode_begin(const tlog::LogMemory& memory) {
    Bytes out = encode_bare(RequestKind::kBegin);
    put_u64_le(out, memory.epoch);
    put_head(out, memory.published);
    return out;
}

Result<tlog::LogMemory> decode_begin(ByteReader& reader) {
    const Result<std::uint64_t> epoch = reader.u64();
    if (!epoch) return epoch.error();
    const Result<tlog::TreeHead> head = take_head(reader);
    if (!head) return head.error();
    if (!reader.empty()) return too_long();
    return tlog::LogMemory{*epoch, *head};
}

Bytes encode_add(const AddKey& request) {
    Bytes out = encode_bare(RequestKind::kAdd);
    put_text(out, request.source);
    out.push_back(request.others == tlog::Roster::Others::kStay ? 1 : 0);
    put_u64_le(out, request.until);
    return out;
}

Result<AddKey> decode_add(ByteReader& reader) {
    Result<std::string> source = reader.text();
    if (!source) return source.error();
    const Result<std::uint8_t> stay = reader.u8();
    if (!stay) return stay.error();
    const Result<std::uint64_t> until = reader.u64();
    if (!until) return until.error();
    if (!reader.empty()) return too_long();
    using Others = tlog::Roster::Others;
    return AddKey{*std::move(source), *stay == 1 ? Others::kStay : Others::kRetire, *until};
}

Bytes encode_retire(const tlog::VerifierKey& key) {
    Bytes out = encode_bare(RequestKind::kRetire);
    put_text(out, key.to_text());
    return out;
}

Result<tlog::VerifierKey> decode_retire(ByteReader& reader) {
    const Result<std::string> vkey = reader.text();
    if (!vkey) return vkey.error();
    if (!reader.empty()) return too_long();
    return tlog::VerifierKey::parse(*vkey);
}

Bytes encode_success(ByteView content) {
    Bytes out{0};
    put_bytes(out, content);
    return out;
}

Bytes encode_failure(const Error& error) {
    Bytes out{1, static_cast<std::uint8_t>(error.kind)};
    put_text(out, error.code);
    put_text(out, error.message);
    return out;
}

Result<Bytes> decode_answer(ByteView frame) {
    ByteReader reader(frame);
    const Result<std::uint8_t> status = reader.u8();
    if (!status) return status.error();
    if (*status == 0) return Bytes(reader.rest().begin(), reader.rest().end());
    const Result<std::uint8_t> kind = reader.u8();
    Result<std::string> code = reader.text();
    Result<std::string> message = reader.text();
    if (*status != 1 || !kind || *kind > 2 || !code || !message || !reader.empty()) {
        return Error{"signer.protocol", "an answer of the signer is malformed", ErrorClass::kFatal};
    }
    return Error{*std::move(code), *std::move(message), static_cast<ErrorClass>(*kind)};
}

Status send_frame(const FileHandle& socket, ByteView payload) {
    OVERLORD_ASSERT(payload.size() <= kFrameBytesMax);
    Bytes frame;
    put_u32_le(frame, static_cast<std::uint32_t>(payload.size()));
    put_bytes(frame, payload);
    return send_all(socket, frame);
}

Result<Bytes> receive_frame(const FileHandle& socket) {
    std::array<std::uint8_t, 4> length{};
    if (Status read = receive_all(socket, length); !read) return std::move(read).error();
    const std::uint32_t size = get_u32_le(length.data());
    if (size > kFrameBytesMax) {
        return Error{"signer.protocol", "a frame of " + std::to_string(size) + " bytes",
                     ErrorClass::kFatal};
    }
    Bytes payload(size);
    if (Status read = receive_all(socket, payload); !read) return std::move(read).error();
    return payload;
}

}  // namespace overlord::signer
