#include "nonces.hpp"

#include "overlord/crypto/keys.hpp"

namespace overlord::zk {

SyntheticNonces::~SyntheticNonces() {
    strobe_.wipe();
}

void SyntheticNonces::restart(const Transcript& transcript) {
    strobe_ = transcript.strobe();
    Bytes length;
    put_u32_le(length, static_cast<std::uint32_t>(witness_.size()));
    strobe_.meta_ad(as_bytes("witness"), Strobe::Part::kFirst);
    strobe_.meta_ad(length, Strobe::Part::kMore);
    strobe_.key(witness_);

    std::array<std::uint8_t, 32> random;
    crypto::random_bytes(random);
    strobe_.meta_ad(as_bytes("rng"), Strobe::Part::kFirst);
    strobe_.key(random);
    crypto::wipe(random);
}

Scalar SyntheticNonces::next() {
    std::array<std::uint8_t, 64> bytes;
    constexpr std::array<std::uint8_t, 4> kLength = {bytes.size(), 0, 0, 0};
    strobe_.meta_ad(kLength, Strobe::Part::kFirst);
    strobe_.prf(bytes);
    const Scalar scalar = Scalar::from_wide(bytes);
    crypto::wipe(bytes);
    return scalar;
}

}  // namespace overlord::zk
