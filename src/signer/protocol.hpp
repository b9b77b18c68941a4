// The messages between overlord-signer and its client, over a stream socket: frames of a 32-bit
// little-endian length and as many bytes.
//
//   request  u8 1 (sign): text origin, u64 size, 32 bytes root, u32 n, n * 32 bytes of proof
//            u8 2 (last)
//            u8 3 (begin): u64 epoch, u64 size, 32 bytes root
//            u8 4 (add): text source, u8 1 if the others stay active, u64 until
//            u8 5 (retire): text vkey
//            u8 6 (log told)
//   answer   u8 0: what was asked for      u8 1: u8 class, text code, text message
//
// Texts are a u32 length and bytes. The first answer comes unasked: the roster as a text, or why
// the signer does not start. Sign is answered with the signed note as a text, last with the head
// (u64 size, 32 bytes root), begin with u64 epoch and u64 adopted, the others with the roster. Both
// ends are of one build: the messages have no version.
#pragma once

#include <string>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/signer/local_signer.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::signer {

inline constexpr std::size_t kFrameBytesMax = 65'536;  // the largest is a proof of 63 hashes: 2 kB

struct SignRequest {
    tlog::Checkpoint checkpoint;
    tlog::Proof consistency;
};

enum class RequestKind : std::uint8_t {
    kSign = 1,
    kLast = 2,
    kBegin = 3,
    kAdd = 4,
    kRetire = 5,
    kLogTold = 6,
};

[[nodiscard]] Bytes encode_sign(const SignRequest& request);
[[nodiscard]] Result<SignRequest> decode_sign(ByteReader& reader);  // after the kind
[[nodiscard]] Bytes encode_bare(RequestKind kind);  // of kLast and kLogTold
[[nodiscard]] Bytes encode_begin(const tlog::LogMemory& memory);
[[nodiscard]] Result<tlog::LogMemory> decode_begin(ByteReader& reader);
[[nodiscard]] Bytes encode_add(const AddKey& request);
[[nodiscard]] Result<AddKey> decode_add(ByteReader& reader);
[[nodiscard]] Bytes encode_retire(const tlog::VerifierKey& key);
[[nodiscard]] Result<tlog::VerifierKey> decode_retire(ByteReader& reader);

void put_head(Bytes& out, const tlog::TreeHead& head);
[[nodiscard]] Result<tlog::TreeHead> take_head(ByteReader& reader);

[[nodiscard]] Bytes encode_success(ByteView content);
[[nodiscard]] Bytes encode_failure(const Error& error);
[[nodiscard]] Result<Bytes> decode_answer(ByteView frame);  // content, or the error as it was

// Whole frames. The other end's end is signer.gone, silence signer.timeout (SO_RCVTIMEO), both
// class kRetry; a length beyond the limit is signer.protocol.
[[nodiscard]] Status send_frame(const FileHandle& socket, ByteView payload);
[[nodiscard]] Result<Bytes> receive_frame(const FileHandle& socket);

}  // namespace overlord::signer
