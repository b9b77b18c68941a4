#include "overlord/zk/transcript.hpp"

#include "keccak.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::zk {
namespace {

constexpr std::uint8_t kRate = 166;  // 1600/8 - 128/4 = 168, less the two bytes of padding

constexpr std::uint8_t kFlagI = 1;
constexpr std::uint8_t kFlagA = 2;
constexpr std::uint8_t kFlagC = 4;
constexpr std::uint8_t kFlagM = 16;
constexpr std::uint8_t kMetaAd = kFlagM | kFlagA;
constexpr std::uint8_t kAd = kFlagA;
constexpr std::uint8_t kPrf = kFlagI | kFlagA | kFlagC;
constexpr std::uint8_t kKey = kFlagA | kFlagC;

std::array<std::uint8_t, 4> length_le(std::size_t length) {
    OVERLORD_ASSERT(length <= 0xffffffff);
    std::array<std::uint8_t, 4> out;
    for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(length >> (8 * i));
    return out;
}

}  // namespace

Strobe::Strobe(std::string_view protocol) {
    constexpr std::array<std::uint8_t, 6> kParameters = {1, kRate + 2, 1, 0, 1, 12 * 8};
    constexpr std::string_view kVersion = "STROBEv1.0.2";
    std::copy(kParameters.begin(), kParameters.end(), state_.begin());
    std::copy(kVersion.begin(), kVersion.end(), state_.begin() + kParameters.size());
    keccak_f1600(state_);
    meta_ad(as_bytes(protocol), Part::kFirst);
}

void Strobe::begin(std::uint8_t flags, Part part) {
    if (part == Part::kMore) {
        OVERLORD_ASSERT(flags == flags_);
        return;
    }
    const std::array<std::uint8_t, 2> frame = {begin_, flags};
    begin_ = static_cast<std::uint8_t>(position_ + 1);
    flags_ = flags;
    absorb(frame);
    if ((flags & kFlagC) != 0 && position_ != 0) run_f();
}

void Strobe::run_f() {
    state_[position_] ^= begin_;
    state_[position_ + 1] ^= 0x04;
    state_[kRate + 1] ^= 0x80;
    keccak_f1600(state_);
    position_ = 0;
    begin_ = 0;
}

void Strobe::absorb(ByteView data) {
    for (const std::uint8_t byte : data) {
        state_[position_++] ^= byte;
        if (position_ == kRate) run_f();
    }
}

void Strobe::meta_ad(ByteView data, Part part) {
    begin(kMetaAd, part);
    absorb(data);
}

void Strobe::ad(ByteView data, Part part) {
    begin(kAd, part);
    absorb(data);
}

void Strobe::prf(std::span<std::uint8_t> out) {
    begin(kPrf, Part::kFirst);
    for (std::uint8_t& byte : out) {
        byte = state_[position_];
        state_[position_++] = 0;
        if (position_ == kRate) run_f();
    }
}

void Strobe::key(ByteView data) {
    begin(kKey, Part::kFirst);
    for (const std::uint8_t byte : data) {
        state_[position_++] = byte;
        if (position_ == kRate) run_f();
    }
}

std::array<std::uint8_t, 3> Strobe::position() const {
    return {position_, begin_, flags_};
}

void Strobe::wipe() {
    crypto::wipe(state_);
}

Transcript::Transcript(ByteView label) : strobe_("Merlin v1.0") {
    append("dom-sep", label);
}

void Transcript::append(std::string_view label, ByteView message) {
    strobe_.meta_ad(as_bytes(label), Strobe::Part::kFirst);
    strobe_.meta_ad(length_le(message.size()), Strobe::Part::kMore);
    strobe_.ad(message, Strobe::Part::kFirst);
}

void Transcript::append_u64(std::string_view label, std::uint64_t value) {
    Bytes bytes;
    put_u64_le(bytes, value);
    append(label, bytes);
}

void Transcript::challenge_bytes(std::string_view label, std::span<std::uint8_t> out) {
    strobe_.meta_ad(as_bytes(label), Strobe::Part::kFirst);
    strobe_.meta_ad(length_le(out.size()), Strobe::Part::kMore);
    strobe_.prf(out);
}

Scalar Transcript::challenge_scalar(std::string_view label) {
    std::array<std::uint8_t, 64> bytes;
    challenge_bytes(label, bytes);
    return Scalar::from_wide(bytes);
}

}  // namespace overlord::zk
