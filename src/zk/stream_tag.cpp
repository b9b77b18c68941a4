#include "overlord/zk/stream_tag.hpp"

#include <sodium.h>

#include <algorithm>

#include "encoding.hpp"
#include "label.hpp"
#include "nonces.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/transcript.hpp"
#include "secret_scalars.hpp"
#include "secret_tables.hpp"

namespace overlord::zk {
namespace {

using Wide = std::array<std::uint8_t, 64>;

Wide blake2b(ByteView text, ByteView key) {
    Wide out;
    OVERLORD_ASSERT(crypto_generichash(out.data(), out.size(), text.data(), text.size(),
                                       key.data(), key.size()) == 0);
    return out;
}

Bytes subject_bytes(const TagSubject& subject) {
    Bytes text;
    put_tag(text, "zk-overlords/stream-tag/v1");
    put_prefixed(text, subject.origin);
    put_prefixed(text, subject.system);
    put_prefixed(text, subject.entry);
    return text;
}

Point hashed(const TagSubject& subject) {
    return Point::from_uniform(blake2b(subject_bytes(subject), {}));
}

// k, as the only element.
SecretScalars secret_of(ByteView proof_key, std::string_view origin) {
    OVERLORD_ASSERT(proof_key.size() == 32);
    Bytes text;
    put_tag(text, "zk-overlords/stream-key/v1");
    put_prefixed(text, origin);
    Wide wide = blake2b(text, proof_key);
    SecretScalars secret(1);
    secret[0] = Scalar::from_wide(wide);
    crypto::wipe(wide);
    return secret;
}

Point times(const Scalar& secret, const Point& point) {
    return SecretTable(point).multiply(secret, kScalarBits);
}

Transcript begin_transcript(const TagSubject& subject, const PointBytes& key, const Point& base,
                            const PointBytes& tag) {
    Transcript transcript(label_of(subject_bytes(subject)));
    transcript.append("dom-sep", as_bytes("stream tag v1"));
    transcript.append("K", key);
    transcript.append("H", encode(base));
    transcript.append("T", tag);
    return transcript;
}

Scalar challenge_of(Transcript& transcript, const Point& first, const Point& second) {
    transcript.append("R_1", encode(first));
    transcript.append("R_2", encode(second));
    return transcript.challenge_scalar("c");
}

// s P - c Q.
Point commitment_of(const Scalar& s, const Point& p, const Scalar& c, const Point& q) {
    const std::array<Scalar, 2> scalars{s, -c};
    const std::array<Point, 2> points{p, q};
    return multiply_vartime(scalars, points);
}

}  // namespace

std::array<std::uint8_t, kStreamTagBytes> to_bytes(const StreamTag& tag) {
    std::array<std::uint8_t, kStreamTagBytes> bytes;
    const auto end = std::copy(tag.point.begin(), tag.point.end(), bytes.begin());
    std::copy(tag.proof.begin(), tag.proof.end(), end);
    return bytes;
}

std::optional<StreamTag> stream_tag_of(ByteView bytes) {
    if (bytes.size() != kStreamTagBytes) return std::nullopt;
    StreamTag tag;
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(tag.point.size());
    std::copy(bytes.begin(), middle, tag.point.begin());
    std::copy(middle, bytes.end(), tag.proof.begin());
    return tag;
}

PointBytes stream_key(ByteView proof_key, std::string_view origin) {
    const SecretScalars secret = secret_of(proof_key, origin);
    return encode(times(secret[0], Point::base()));
}

StreamTag make_stream_tag(ByteView proof_key, const TagSubject& subject) {
    const SecretScalars secret = secret_of(proof_key, subject.origin);
    const Point base = hashed(subject);
    StreamTag tag;
    tag.point = encode(times(secret[0], base));
    const PointBytes key = encode(times(secret[0], Point::base()));
    Transcript transcript = begin_transcript(subject, key, base, tag.point);

    ScalarBytes witness = secret[0].encode();
    SyntheticNonces nonces(witness);
    nonces.restart(transcript);
    SecretScalars nonce(1);
    nonce[0] = nonces.next();
    const Scalar c =
        challenge_of(transcript, times(nonce[0], Point::base()), times(nonce[0], base));
    const ScalarBytes challenge = c.encode();
    const ScalarBytes response = (nonce[0] + c * secret[0]).encode();
    crypto::wipe(witness);
    const auto end = std::copy(challenge.begin(), challenge.end(), tag.proof.begin());
    std::copy(response.begin(), response.end(), end);
    return tag;
}

Status verify_stream_tag(const PointBytes& key, const TagSubject& subject, const StreamTag& tag) {
    const std::optional<Point> k = decode(key);
    const std::optional<Point> t = decode(tag.point);
    const ByteView proof = tag.proof;
    const std::optional<Scalar> c = Scalar::decode(proof.first(32));
    const std::optional<Scalar> s = Scalar::decode(proof.subspan(32));
    if (!k || k->is_identity()) return Error{"zk.encoding", "the log's stream key is no point"};
    if (!t || t->is_identity()) return Error{"zk.encoding", "a stream's tag is no point"};
    if (!c || !s) return Error{"zk.encoding", "the proof of a stream's tag has no scalars"};
    const Point base = hashed(subject);
    Transcript transcript = begin_transcript(subject, key, base, tag.point);
    const Scalar expected = challenge_of(transcript, commitment_of(*s, Point::base(), *c, *k),
                                         commitment_of(*s, base, *c, *t));
    if (expected == *c) return {};
    return Error{"zk.tag", "a stream's tag is not that of its system and control under the key "
                           "that the log announced"};
}

Hash stream_salt(const PointBytes& tag, std::uint32_t generation) {
    Bytes text;
    put_tag(text, "zk-overlords/stream-salt/v2");
    put_bytes(text, tag);
    put_u32_be(text, generation);
    return crypto::sha256(text);
}

}  // namespace overlord::zk
