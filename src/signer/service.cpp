#include "service.hpp"

#include "protocol.hpp"

namespace overlord::signer {
namespace {

Error unknown_request() { return Error{"signer.protocol", "an unknown request"}; }

Bytes roster_content(const LocalSigner& local) {
    Bytes content;
    put_text(content, tlog::format_roster(local.roster()));
    return content;
}

Result<Bytes> answer_begin(LocalSigner& local, ByteReader& reader) {
    const Result<tlog::LogMemory> memory = decode_begin(reader);
    if (!memory) return memory.error();
    const Result<tlog::SignerStart> start = local.begin(*memory);
    if (!start) return start.error();
    Bytes content;
    put_u64_le(content, start->epoch);
    put_u64_le(content, start->adopted);
    return content;
}

Result<Bytes> answer_sign(LocalSigner& local, ByteReader& reader) {
    const Result<SignRequest> request = decode_sign(reader);
    if (!request) return request.error();
    const Result<std::string> note = local.sign(request->checkpoint, request->consistency);
    if (!note) return note.error();
    Bytes content;
    put_text(content, *note);
    return content;
}

Result<Bytes> answer_last(LocalSigner& local) {
    const Result<tlog::TreeHead> last = local.last();
    if (!last) return last.error();
    Bytes content;
    put_head(content, *last);
    return content;
}

Status change_roster(LocalSigner& local, RequestKind kind, ByteReader& reader) {
    if (kind == RequestKind::kAdd) {
        const Result<AddKey> request = decode_add(reader);
        if (!request) return request.error();
        const Result<tlog::VerifierKey> added = local.add(*request);
        return added ? Status() : Status(added.error());
    }
    if (kind == RequestKind::kRetire) {
        const Result<tlog::VerifierKey> key = decode_retire(reader);
        return key ? local.retire(*key) : Status(key.error());
    }
    return kind == RequestKind::kLogTold ? local.log_told() : Status(unknown_request());
}

Result<Bytes> answer(LocalSigner& local, ByteView frame) {
    ByteReader reader(frame);
    const Result<std::uint8_t> byte = reader.u8();
    if (!byte) return byte.error();
    const auto kind = static_cast<RequestKind>(*byte);
    if (kind == RequestKind::kSign) return answer_sign(local, reader);
    if (kind == RequestKind::kLast) return answer_last(local);
    if (kind == RequestKind::kBegin) return answer_begin(local, reader);
    if (Status changed = change_roster(local, kind, reader); !changed) {
        return std::move(changed).error();
    }
    return roster_content(local);
}

// What is wrong with the start or with one new key is for the client to act on; what may have left
// a file half written ends the process.
bool ends(const LocalSigner& local, const Error& error) {
    return error.kind == ErrorClass::kFatal && local.poisoned();
}

}  // namespace

Status serve(LocalSigner& local, const FileHandle& channel) {
    Status sent = send_frame(channel, encode_success(roster_content(local)));
    while (sent) {
        const Result<Bytes> frame = receive_frame(channel);
        if (!frame) return frame.error();
        const Result<Bytes> content = answer(local, *frame);
        sent = send_frame(channel,
                          content ? encode_success(*content) : encode_failure(content.error()));
        if (sent && !content && ends(local, content.error())) return content.error();
    }
    return sent;
}

}  // namespace overlord::signer
